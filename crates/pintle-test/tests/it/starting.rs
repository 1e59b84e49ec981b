//! How a cluster begins and ends.

use std::time::Duration;

use pintle_api::core::v1::Namespace;
use pintle_client::Client;
use pintle_config::{Environment, Loader};
use pintle_meta::v1::ListOptions;
use pintle_test::Cluster;

use crate::{clusters, config_maps, create};

#[tokio::test]
async fn a_cluster_answers_once_it_is_started() {
    for cluster in clusters().await {
        let namespaces = cluster.client().api::<Namespace>();
        let names = namespaces.list(&ListOptions::new()).await.unwrap();
        let names = names
            .items
            .iter()
            .map(|namespace| &*namespace.metadata.name);
        assert_eq!(
            names.collect::<Vec<_>>(),
            ["default", "kube-node-lease", "kube-public", "kube-system"]
        );
        cluster.shutdown().await;
    }
}

#[test]
fn a_test_needs_no_runtime_of_its_own() {
    let version = pintle_test::block_on(async {
        let cluster = Cluster::start().await?;
        let created = create(&cluster.client(), "a").await;
        Ok::<_, pintle_test::Error>(created.metadata.resource_version)
    });
    assert!(!version.unwrap().is_empty());
}

#[tokio::test]
async fn clusters_know_nothing_of_each_other() {
    let [one, other] = clusters().await;
    create(&one.client(), "a").await;
    let error = config_maps(&other.client()).get("a").await.unwrap_err();
    assert!(error.is_not_found());
}

#[tokio::test]
async fn the_kubeconfig_is_good_for_other_clients() {
    let cluster = Cluster::start().await.unwrap();
    let file = std::env::temp_dir().join(format!("pintle-test-{}", std::process::id()));
    std::fs::write(&file, cluster.kubeconfig()).unwrap();
    let config = Loader::new(Environment::empty()).path(&file).load();
    std::fs::remove_file(&file).unwrap();
    let config = config.unwrap();
    assert_eq!(
        config.server.to_string().trim_end_matches('/'),
        cluster.url()
    );
    create(&Client::new(&config).unwrap(), "a").await;
    assert!(config_maps(&cluster.client()).get("a").await.is_ok());
    let changed = cluster.config().unwrap().user_agent("changed");
    assert!(
        config_maps(&Client::new(&changed).unwrap())
            .get("a")
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn what_clients_wait_for_ends_with_the_cluster() {
    for cluster in clusters().await {
        let mut watch = config_maps(&cluster.client())
            .watch(&ListOptions::new())
            .await
            .unwrap();
        let client = cluster.client();
        let ended = tokio::join!(cluster.shutdown(), async {
            while let Ok(Some(_)) = watch.try_next().await {}
        });
        let ((), ()) = ended;
        assert!(config_maps(&client).get("a").await.is_err());
    }
}

#[tokio::test]
async fn dropping_a_cluster_ends_it() {
    for cluster in clusters().await {
        let client = cluster.client();
        create(&client, "a").await;
        let mut watch = config_maps(&client)
            .watch(&ListOptions::new())
            .await
            .unwrap();
        drop(cluster);
        let ended = async { while let Ok(Some(_)) = watch.try_next().await {} };
        tokio::time::timeout(PATIENCE, ended).await.unwrap();
        assert!(config_maps(&client).get("a").await.is_err());
    }
}

const PATIENCE: Duration = Duration::from_secs(10);
