//! What becomes of objects before they are stored.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use pintle_api::core::v1::Secret;
use pintle_cache::Problem;
use pintle_codec::Prune;
use pintle_meta::Metadata as _;

use crate::support::{Told, World, listen, names};

// claims: cache.queue.transform
#[tokio::test]
async fn each_version_of_an_object_is_transformed_once() {
    let world = World::new().await;
    world.create("a").await;
    let factory = world.builder().build();
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    let secrets = factory.informer_with(|builder| {
        builder.transform(move |mut secret: Secret| {
            counted.fetch_add(1, Ordering::Relaxed);
            secret.metadata.labels.insert("seen", "yes".into());
            secret
        })
    });
    factory.start();
    world.soon(factory.wait_for_sync()).await.unwrap();
    assert_eq!(calls.load(Ordering::Relaxed), 1, "the initial objects too");
    let version = world.create("b").await;
    world.soon(secrets.wait_for(&version)).await.unwrap();
    let b = secrets.lister().namespace("default").get("b").unwrap();
    assert_eq!(b.label("seen"), Some("yes"));
    world.delete("b").await;
    world.until("b is gone", || names(&secrets) == ["a"]).await;
    assert_eq!(calls.load(Ordering::Relaxed), 2, "tombstones are not");
}

#[tokio::test]
async fn objects_for_which_a_predicate_does_not_hold_are_not_there() {
    let world = World::new().await;
    world.create_labelled("a", &[("app", "web")]).await;
    world.create_labelled("b", &[("app", "shop")]).await;
    let factory = world.builder().build();
    let secrets =
        factory.informer_with::<Secret>(|it| it.predicate(|it| it.label("app") == Some("web")));
    let (told, _handle) = listen(&secrets);
    factory.start();
    world.soon(factory.wait_for_sync()).await.unwrap();
    assert_eq!(names(&secrets), ["a"]);
    world.label("b", "app", "web").await;
    let version = world.label("a", "app", "shop").await;
    world.soon(secrets.wait_for(&version)).await.unwrap();
    assert_eq!(names(&secrets), ["b"]);
    world.until("it is told", || told.has("deleted a")).await;
    assert_eq!(told.all(), ["initial a", "added b", "deleted a"]);
}

#[tokio::test]
async fn what_is_pruned_is_not_there_and_objects_say_so() {
    let world = World::new().await;
    world.create("a").await;
    world.label("a", "app", "web").await;
    let prune = Prune::managed_fields().and("metadata.labels");
    let factory = world.builder().prune(prune).build();
    let secrets = factory.informer::<Secret>();
    factory.start();
    world.soon(factory.wait_for_sync()).await.unwrap();
    let a = secrets.lister().namespace("default").get("a").unwrap();
    assert!(a.is_pruned());
    assert!(a.get().unwrap().metadata.labels.is_empty());
}

// claims: cache.reflector.unreadable-event
#[tokio::test]
async fn a_function_that_panics_costs_its_object_that_version() {
    let world = World::new().await;
    world.create("a").await;
    let problems = Told::default();
    let noted = problems.clone();
    let factory = world
        .builder()
        .on_problem(move |report| {
            assert!(matches!(report.problem, Problem::Unreadable { .. }));
            noted.push(report.to_string());
        })
        .build();
    let secrets = factory.informer_with::<Secret>(|it| {
        it.predicate(|secret| {
            assert_ne!(secret.label("app"), Some("bad"), "it is bad");
            true
        })
    });
    factory.start();
    world.soon(factory.wait_for_sync()).await.unwrap();
    world.label("a", "app", "bad").await;
    let version = world.create("b").await;
    world.soon(secrets.wait_for(&version)).await.unwrap();
    let a = secrets.lister().namespace("default").get("a").unwrap();
    assert_eq!(a.label("app"), None, "it is as it was");
    assert_eq!(names(&secrets), ["a", "b"]);
    assert_eq!(problems.all().len(), 1);
    let version = world.label("a", "app", "good").await;
    world.soon(secrets.wait_for(&version)).await.unwrap();
    let a = secrets.lister().namespace("default").get("a").unwrap();
    assert_eq!(a.label("app"), Some("good"));
}
