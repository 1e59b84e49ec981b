//! What every cluster and every namespace has.

use pintle_api::core::v1::{ConfigMap, Namespace, Service, ServiceAccount};
use pintle_meta::WatchEvent;
use pintle_meta::v1::{CreateOptions, DeleteOptions, ListOptions, UpdateOptions};
use pintle_test::Cluster;

#[tokio::test]
async fn namespaces_have_an_account_and_the_authority_and_get_them_back() {
    let cluster = Cluster::start().await.unwrap();
    let client = cluster.client();
    for name in ["default", "kube-system", "kube-public", "kube-node-lease"] {
        let accounts = client.api::<ServiceAccount>().namespace(name);
        assert!(accounts.get("default").await.is_ok());
        let config_maps = client.api::<ConfigMap>().namespace(name);
        let authority = config_maps.get("kube-root-ca.crt").await.unwrap();
        let pem = authority.data.get("ca.crt").unwrap();
        assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"), "{pem}");
    }
    let mut namespace = Namespace::default();
    namespace.metadata.name = "shop".into();
    let config_maps = client.api::<ConfigMap>().namespace("shop");
    let mut watch = config_maps.watch(&ListOptions::new()).await.unwrap();
    let namespaces = client.api::<Namespace>();
    let options = CreateOptions::new();
    namespaces.create(&namespace, &options).await.unwrap();
    let Some(WatchEvent::Added(made)) = watch.try_next().await.unwrap() else {
        panic!("a new namespace gets it");
    };
    let options = DeleteOptions::new();
    let deleted = config_maps.delete("kube-root-ca.crt", &options).await;
    deleted.unwrap();
    let deleted = watch.try_next().await.unwrap();
    assert!(matches!(deleted, Some(WatchEvent::Deleted(_))));
    let Some(WatchEvent::Added(mut again)) = watch.try_next().await.unwrap() else {
        panic!("it comes back");
    };
    assert_eq!(again.data, made.data);
    again.data = [("ca.crt", "another".into())].into();
    let options = UpdateOptions::new();
    config_maps.update(&again, &options).await.unwrap();
    assert!(watch.try_next().await.unwrap().is_some());
    let Some(WatchEvent::Modified(right)) = watch.try_next().await.unwrap() else {
        panic!("it is put right");
    };
    assert_eq!(right.data, made.data);
}

#[tokio::test]
async fn the_cluster_has_a_service_for_itself() {
    let cluster = Cluster::start().await.unwrap();
    let services = cluster.client().api::<Service>().namespace("default");
    let service = services.get("kubernetes").await.unwrap();
    assert_eq!(service.spec.cluster_ip, "10.0.0.1");
    assert_eq!(service.spec.ports[0].port, 443);
    let options = DeleteOptions::new();
    services.delete("kubernetes", &options).await.unwrap();
    let mut watch = services.watch(&ListOptions::new()).await.unwrap();
    assert!(watch.try_next().await.unwrap().is_some(), "it comes back");
}
