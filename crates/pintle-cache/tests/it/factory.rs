//! One informer a type, however many use it, for as long as somebody does.

use std::time::Duration;

use pintle_api::core::v1::{Namespace, Secret};
use pintle_meta::v1::CreateOptions;
use pintle_meta::{GroupVersion, Metadata as _};
use pintle_test::{Fault, Requests};

use crate::support::{World, listen, names};

fn watches() -> Requests {
    Requests::any().verb("watch").resource("secrets")
}

// claims: cache.factory.shared
#[tokio::test]
async fn whoever_asks_for_a_type_gets_the_same_informer_and_the_server_serves_one_watch() {
    let world = World::new().await;
    let factory = world.builder().build();
    let one = factory.informer::<Secret>();
    let other = factory.informer::<Secret>();
    factory.start();
    factory.start();
    world.soon(factory.wait_for_sync()).await.unwrap();
    let (told_one, _one) = listen(&one);
    let (told_other, _other) = listen(&other);
    world.create("a").await;
    for told in [told_one, told_other] {
        world.until("it is told", || told.has("added a")).await;
    }
    assert_eq!(world.cluster.count(&watches()), 1);
    assert_eq!(
        world
            .cluster
            .count(&Requests::any().verb("list").resource("secrets")),
        0
    );
}

// claims: cache.factory.counted
#[tokio::test]
async fn the_watch_ends_with_the_last_handle() {
    let world = World::new().await;
    let factory = world.builder().build();
    let informer = factory.informer::<Secret>();
    factory.start();
    world.soon(factory.wait_for_sync()).await.unwrap();
    let lister = informer.lister();
    drop(informer);
    let version = world.create("a").await;
    let again = factory.informer::<Secret>();
    world.soon(again.wait_for(&version)).await.unwrap();
    assert!(
        lister.namespace("default").get("a").is_ok(),
        "a lister is a handle"
    );
    drop((lister, again));
    assert!(factory.sync_states().is_empty());
    // Nobody begins the watch again.
    world.cluster.end_watches(&watches());
    world.settle().await;
    world.clock.advance(Duration::from_secs(60));
    world.settle().await;
    assert_eq!(world.cluster.count(&watches()), 1);
    // Whoever asks now gets a new one.
    let informer = factory.informer::<Secret>();
    assert!(!informer.has_started());
}

// claims: cache.factory.shutdown
#[tokio::test]
async fn an_informer_that_is_kept_lives_as_long_as_its_factory() {
    let world = World::new().await;
    let factory = world.builder().build();
    factory.keep(&factory.informer::<Secret>());
    factory.start();
    world.soon(factory.wait_for_sync()).await.unwrap();
    assert_eq!(factory.sync_states().len(), 1);
    let version = world.create("a").await;
    let informer = factory.informer::<Secret>();
    world.soon(informer.wait_for(&version)).await.unwrap();
    world.soon(factory.shutdown()).await;
    assert!(informer.is_stopped());
    let late = factory.informer::<Secret>();
    factory.start();
    assert!(late.is_stopped(), "nothing is started after the shutdown");
}

// claims: cache.factory.sync
#[tokio::test]
async fn a_wait_that_is_in_vain_says_for_whom_and_why() {
    let world = World::new().await;
    let forbidden = Fault::status(403).on(Requests::any().resource("secrets"));
    world.cluster.inject(forbidden);
    let factory = world.builder().sync_timeout(Duration::from_secs(5)).build();
    let secrets = factory.informer::<Secret>();
    let namespaces = factory.informer::<Namespace>();
    assert!(
        world.soon(factory.wait_for_sync()).await.is_err(),
        "they were not started"
    );
    factory.start();
    let error = world.soon(factory.wait_for_sync()).await.unwrap_err();
    assert!(error.is_timeout());
    let message = error.to_string();
    assert!(
        message.starts_with("not synced within 5s; secrets: "),
        "{message}"
    );
    assert!(
        message.contains("403") || message.contains("orbidden"),
        "{message}"
    );
    assert!(!message.contains("namespaces"), "{message}");
    assert!(namespaces.has_synced() && !secrets.has_synced());
}

#[tokio::test]
async fn several_namespaces_are_one_informer() {
    let world = World::new().await;
    let namespaces = world.client().api::<Namespace>();
    for name in ["one", "other", "third"] {
        let mut namespace = Namespace::default();
        namespace.metadata.name = name.into();
        namespaces
            .create(&namespace, &CreateOptions::new())
            .await
            .unwrap();
        world.create_in(name, &format!("of-{name}"), &[]).await;
    }
    let factory = world.builder().namespaces(["one", "other"]).build();
    let secrets = factory.informer::<Secret>();
    let cluster_wide = factory.informer::<Namespace>();
    factory.start();
    world.soon(factory.wait_for_sync()).await.unwrap();
    assert_eq!(names(&secrets), ["of-one", "of-other"]);
    assert!(cluster_wide.lister().get("third").is_ok());
    assert_eq!(world.cluster.count(&watches()), 2);
}

#[tokio::test]
async fn resources_are_followed_by_name_and_by_metadata_alone() {
    let world = World::new().await;
    world.create_labelled("a", &[("app", "web")]).await;
    let factory = world.builder().build();
    let resource = GroupVersion::core("v1").with_resource("secrets");
    let dynamic = factory.for_resource(&resource);
    let metadata = factory.metadata(&resource);
    factory.start();
    world.soon(factory.wait_for_sync()).await.unwrap();
    let a = dynamic.lister().namespace("default").get("a").unwrap();
    assert_eq!(a.label("app"), Some("web"));
    let object = a.get().unwrap();
    assert_eq!(object.string(&["type"]).unwrap().as_deref(), Some("Opaque"));
    assert_eq!(object.kind(), "Secret");
    let a = metadata.lister().namespace("default").get("a").unwrap();
    assert_eq!(a.get().unwrap().metadata.labels.get("app").unwrap(), "web");
    let error = dynamic.lister().namespace("default").get("z").unwrap_err();
    assert_eq!(error.to_string(), "secrets \"z\" not found (NotFound, 404)");
}

#[tokio::test]
async fn requests_can_be_changed() {
    let world = World::new().await;
    world.create_labelled("a", &[("app", "web")]).await;
    world.create_labelled("b", &[("app", "shop")]).await;
    let factory = world
        .builder()
        .tweak(|options| options.label_selector = "app=web".into())
        .build();
    let secrets = factory.informer::<Secret>();
    factory.start();
    world.soon(factory.wait_for_sync()).await.unwrap();
    assert_eq!(names(&secrets), ["a"]);
    let version = world.label("b", "app", "web").await;
    world.soon(secrets.wait_for(&version)).await.unwrap();
    assert_eq!(
        names(&secrets),
        ["a", "b"],
        "what comes to be selected is added"
    );
}
