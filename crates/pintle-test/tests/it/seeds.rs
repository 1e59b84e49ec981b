//! What a cluster starts with.

use pintle_api::apps::v1::ReplicaSet;
use pintle_api::core::v1::{ConfigMap, Pod, PodPhase};
use pintle_meta::v1::ListOptions;
use pintle_test::Cluster;

use crate::config_maps;

async fn refused(seed: &str) -> String {
    let error = Cluster::builder().seed(seed).start().await.unwrap_err();
    let start = std::error::Error::source(&error).unwrap();
    start.source().unwrap().to_string()
}

#[tokio::test]
async fn seeds_are_there_from_the_start_as_they_say() {
    let mut object = ConfigMap::default();
    object.metadata.name = "typed".into();
    object.data = [("k", "v".into())].into();
    let cluster = Cluster::builder()
        .seed(include_str!("seeds.yaml"))
        .object(&object)
        .start()
        .await
        .unwrap();
    let client = cluster.client();
    let pods = client.api::<Pod>().namespace("shop");
    let pod = pods.get("web-0").await.unwrap();
    assert_eq!(pod.status.phase, PodPhase::RUNNING);
    assert_eq!(pod.status.pod_ip, "10.0.0.7");
    assert_eq!(pod.metadata.uid, "0a7b1f6e-0000-4000-8000-000000000002");
    assert_eq!(
        pod.metadata.creation_timestamp.to_string(),
        "2025-03-01T10:00:00Z"
    );
    let sets = client.api::<ReplicaSet>().namespace("shop");
    let set = sets.get("web").await.unwrap();
    assert_eq!(set.metadata.uid, pod.metadata.owner_references[0].uid);
    assert_eq!(set.metadata.generation, 7);
    // It has no status of its own: it is what one that was just created has.
    let other = pods.get("web-1").await.unwrap();
    assert_eq!(other.status.phase, PodPhase::PENDING);
    assert_eq!(other.metadata.uid.len(), 36);
    assert_eq!(
        config_maps(&client).get("typed").await.unwrap().data,
        object.data
    );
    let list = pods
        .list(&ListOptions::new().labels("app=web"))
        .await
        .unwrap();
    assert_eq!(list.items.len(), 2);
}

#[tokio::test]
async fn a_seed_that_is_refused_says_where_and_why() {
    assert_eq!(
        refused("\n{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: none}}").await,
        r#"seed 1, line 2: ConfigMap none/a is refused: namespaces "none" not found"#
    );
    assert_eq!(
        refused("apiVersion: v1\nkind: ConfigMap\n---\n{apiVersion: v9, kind: Gadget}").await,
        r#"seed 1, line 4: Gadget of "v9" is not served by this server"#
    );
    assert_eq!(
        refused("data: {}").await,
        "seed 1, line 1: expected an object with apiVersion and kind"
    );
    let misspelled = refused("{apiVersion: v1, kind: ConfigMap, dta: {}}").await;
    assert!(
        misspelled.contains(r#"unknown field "dta""#),
        "{misspelled}"
    );
    let twice = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n---\n".repeat(2);
    assert_eq!(
        refused(&twice).await,
        r#"seed 1, line 3: ConfigMap a is refused: configmaps "a" already exists"#
    );
    assert!(refused("a: b: c").await.starts_with("seed 1, line 1: "));
}
