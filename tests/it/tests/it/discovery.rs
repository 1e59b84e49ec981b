//! Discovery, and what is made of it, on the embedded server.

use std::time::Duration;

use pintle_clientset::{Clientset, conditions};
use pintle_discovery::{Discovery as _, DiscoveryClient, DiskCache};
use pintle_test::client::await_condition;
use pintle_test::{Cluster, Requests};

const OBJECTS: &str = r#"
apiVersion: v1
kind: Pod
metadata: {name: web-0, namespace: default}
spec: {containers: [{name: web, image: 'nginx:1.29'}]}
"#;

// claims: discovery.disk.shared, discovery.http.tag
#[tokio::test]
async fn the_second_program_asks_nothing_until_the_files_expire() {
    let cluster = Cluster::start().await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let all = Requests::any();
    let asked = async |lifetime: Duration| {
        let before = cluster.count(&all);
        let cache = DiskCache::builder(directory.path().join("discovery"), lifetime)
            .http_cache(directory.path().join("http"))
            .build(&cluster.config().unwrap())
            .unwrap();
        assert!(cache.all().await.unwrap().resources().count() > 50);
        cluster.count(&all) - before
    };
    let hour = Duration::from_secs(3600);
    assert_eq!(asked(hour).await, 2);
    assert_eq!(asked(hour).await, 0);
    // Files that have expired are asked about, and have not changed.
    assert_eq!(asked(Duration::ZERO).await, 2);
    let of_core = directory.path().join("discovery/v1/serverresources.json");
    let written = std::fs::read(&of_core).unwrap();
    assert_eq!(asked(Duration::ZERO).await, 2);
    assert_eq!(std::fs::read(&of_core).unwrap(), written);
}

#[tokio::test]
async fn both_forms_of_discovery_find_the_same() {
    let cluster = Cluster::start().await.unwrap();
    let live = DiscoveryClient::new(&cluster.client());
    let names = async |discovery: &DiscoveryClient| {
        let all = discovery.all().await.unwrap().complete().unwrap();
        let names = all.resources().map(|(version, it)| {
            let verbs = it.verbs.iter().map(ToString::to_string).collect::<Vec<_>>();
            format!("{version} {} {} {}", it.name, it.kind, verbs.join(","))
        });
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    };
    assert_eq!(names(&live).await, names(&live.clone().legacy()).await);
    let index = live.openapi_v3().await.unwrap();
    assert!(index.paths().contains_key("api/v1"));
}

// claims: watch.until
#[tokio::test]
async fn a_pod_is_waited_for_through_watches_that_end() {
    use pintle_api::core::v1::PodPhase;
    use pintle_test::meta::v1::{DeleteOptions, UpdateOptions};

    let cluster = Cluster::builder().seed(OBJECTS).start().await.unwrap();
    let pods = Clientset::new(cluster.client()).core_v1().pods("default");
    let change = async {
        cluster.end_watches(&Requests::any());
        let mut pod = pods.get("web-0").await.unwrap();
        pod.status.phase = PodPhase::RUNNING;
        pods.update_status(&pod, &UpdateOptions::new())
            .await
            .unwrap();
    };
    let (running, ()) = tokio::join!(
        await_condition(&pods, "web-0", conditions::is_running()),
        change
    );
    let uid = running.unwrap().unwrap().metadata.uid;
    let now = DeleteOptions::new().grace_period_seconds(0);
    let gone = pintle_test::client::conditions::is_deleted(uid);
    let (gone, deleted) = tokio::join!(
        await_condition(&pods, "web-0", gone),
        pods.delete("web-0", &now)
    );
    deleted.unwrap();
    assert!(gone.unwrap().is_none());
}
