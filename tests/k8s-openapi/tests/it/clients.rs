//! What a client does with them, on the embedded server.

use k8s_openapi::api::core::v1::{ConfigMap, Container, Namespace, Pod, PodSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use pintle_apiserver::{ApiServer, RunningServer};
use pintle_client::{Client, Deleted};
use pintle_config::{Environment, Loader};
use pintle_meta::v1::{CreateOptions, DeleteOptions, ListOptions, UpdateOptions};
use pintle_meta::{Lazy, Metadata as _};

async fn start() -> (RunningServer, Client) {
    let server = ApiServer::builder().start().await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("kubeconfig");
    std::fs::write(&path, server.kubeconfig().unwrap()).unwrap();
    let config = Loader::new(Environment::process())
        .path(&path)
        .load()
        .unwrap();
    (server, Client::new(&config).unwrap())
}

fn pod(name: &str) -> Pod {
    Pod {
        metadata: ObjectMeta {
            name: Some(name.to_owned()),
            labels: Some([("app".to_owned(), "web".to_owned())].into()),
            ..ObjectMeta::default()
        },
        spec: Some(PodSpec {
            containers: vec![Container {
                name: "main".to_owned(),
                image: Some("example.org/none:1".to_owned()),
                ..Container::default()
            }],
            ..PodSpec::default()
        }),
        status: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pods_are_listed_watched_and_written() {
    let (server, client) = start().await;
    let pods = client.api::<Pod>().namespace("default");
    let created = pods
        .create(&pod("web-0"), &CreateOptions::new())
        .await
        .unwrap();
    assert!(created.metadata.uid.is_some());

    let selected = ListOptions::new().labels("app=web");
    let list = pods.list(&selected).await.unwrap();
    assert_eq!(list.items[..], *std::slice::from_ref(&created));
    // Of all namespaces, and the same objects undecoded.
    let all = client.api::<Pod>().list(&selected).await.unwrap();
    assert_eq!(all.items[..], list.items[..]);
    let lazy = client.api::<Lazy<Pod>>().list(&selected).await.unwrap();
    assert_eq!(lazy.items[0].name(), "web-0");
    assert_eq!(*lazy.items[0].get().unwrap(), created);

    let from = ListOptions::new().resource_version(list.metadata.resource_version);
    let mut watch = pods.watch(&from).await.unwrap();
    let mut changed = pods.get("web-0").await.unwrap();
    let labels = changed.metadata.labels.as_mut().unwrap();
    labels.insert("changed".to_owned(), "yes".to_owned());
    let changed = pods.update(&changed, &UpdateOptions::new()).await.unwrap();
    let deleted = pods.delete("web-0", &DeleteOptions::new()).await.unwrap();
    assert!(matches!(deleted, Deleted::Object(_)));
    let event = watch.try_next().await.unwrap().unwrap();
    assert_eq!(
        (event.type_name(), event.object()),
        ("MODIFIED", Some(&changed))
    );
    let event = watch.try_next().await.unwrap().unwrap();
    assert_eq!(
        event.object().unwrap().metadata.name.as_deref(),
        Some("web-0")
    );
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn resources_of_the_cluster_have_no_namespace() {
    let (server, client) = start().await;
    let namespaces = client.api::<Namespace>();
    let namespace = Namespace {
        metadata: ObjectMeta {
            name: Some("team".to_owned()),
            ..ObjectMeta::default()
        },
        ..Namespace::default()
    };
    namespaces
        .create(&namespace, &CreateOptions::new())
        .await
        .unwrap();
    let phase = namespaces.get("team").await.unwrap().status.unwrap().phase;
    assert_eq!(phase.as_deref(), Some("Active"));
    let config_maps = client.api::<ConfigMap>().namespace("team");
    let error = config_maps.get("none").await.unwrap_err();
    assert!(error.is_not_found());
    server.shutdown().await;
}
