//! What handlers are told, and what becomes of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use pintle_api::core::v1::Secret;
use pintle_cache::{Handler, Problem};
use pintle_meta::Metadata as _;

use crate::support::{Told, World, listen};

// claims: cache.informer.late, cache.handler.synced
#[tokio::test]
async fn a_handler_is_told_of_what_there_is_and_of_what_happens() {
    let world = World::new().await;
    world.create("a").await;
    let factory = world.builder().build();
    let secrets = factory.informer::<Secret>();
    // Before the start, after it, and late.
    let (early, early_handle) = listen(&secrets);
    assert!(!early_handle.has_synced());
    factory.start();
    world.soon(early_handle.wait_for_sync()).await.unwrap();
    world.create("b").await;
    world.until("b came", || early.has("added b")).await;
    let (late, late_handle) = listen(&secrets);
    world.soon(late_handle.wait_for_sync()).await.unwrap();
    world.label("a", "app", "web").await;
    world.delete("b").await;
    for told in [&early, &late] {
        world.until("b went", || told.has("deleted b")).await;
    }
    assert_eq!(
        early.all(),
        ["initial a", "added b", "updated a web", "deleted b"]
    );
    assert_eq!(
        late.all(),
        ["initial a", "initial b", "updated a web", "deleted b"]
    );
    assert_eq!(early_handle.lag().events, 0);
}

// claims: cache.handler.removed
#[tokio::test]
async fn a_handler_is_removed_with_its_handle_unless_it_is_kept() {
    let world = World::new().await;
    let secrets = world.secrets().await;
    let (dropped, handle) = listen(&secrets);
    drop(handle);
    let (removed, handle) = listen(&secrets);
    world.soon(handle.remove()).await;
    let (kept, handle) = listen(&secrets);
    handle.keep();
    world.create("a").await;
    world.until("a came", || kept.has("added a")).await;
    world.settle().await;
    assert!(dropped.all().is_empty());
    assert!(removed.all().is_empty());
}

#[tokio::test]
async fn a_handler_that_is_removed_before_the_start_is_never_called() {
    let world = World::new().await;
    world.create("a").await;
    let factory = world.builder().build();
    let secrets = factory.informer::<Secret>();
    let (told, handle) = listen(&secrets);
    world.soon(handle.remove()).await;
    factory.start();
    world.soon(factory.wait_for_sync()).await.unwrap();
    world.settle().await;
    assert!(told.all().is_empty());
}

// claims: cache.handler.filter
#[tokio::test]
async fn a_filter_makes_additions_and_deletions_of_what_crosses_it() {
    let world = World::new().await;
    world.create_labelled("a", &[("app", "shop")]).await;
    let secrets = world.secrets().await;
    let told = Told::default();
    let handler = told
        .handler()
        .filter(|secret| secret.label("app") == Some("web"));
    let handle = secrets.add_handler(handler).unwrap();
    world.soon(handle.wait_for_sync()).await.unwrap();
    world.label("a", "app", "web").await;
    world.label("a", "tier", "front").await;
    world.label("a", "app", "shop").await;
    world.delete("a").await;
    world.create_labelled("b", &[("app", "web")]).await;
    world.until("b came", || told.has("added b")).await;
    assert_eq!(
        told.all(),
        ["added a", "updated a web", "deleted a", "added b"]
    );
}

// claims: cache.handler.panics
#[tokio::test]
async fn a_panic_costs_its_event_and_nobody_else_anything() {
    let world = World::new().await;
    let problems = Told::default();
    let noted = problems.clone();
    let factory = world
        .builder()
        .on_problem(move |report| {
            assert!(matches!(report.problem, Problem::HandlerPanicked { .. }));
            noted.push(report.to_string());
        })
        .build();
    let secrets = factory.informer::<Secret>();
    factory.start();
    world.soon(factory.wait_for_sync()).await.unwrap();
    let (other, _other) = listen(&secrets);
    let told = Told::default();
    let noted = told.clone();
    let handler = Handler::<Secret>::new()
        .name("brittle")
        .on_add(move |secret, _| {
            noted.push(secret.name().to_owned());
            assert_ne!(secret.name(), "b", "not this one");
        });
    let _brittle = secrets.add_handler(handler).unwrap();
    for name in ["a", "b", "c"] {
        world.create(name).await;
    }
    world
        .until("others are told", || other.has("added c"))
        .await;
    world.until("it goes on", || told.has("c")).await;
    assert_eq!(told.all(), ["a", "b", "c"], "each once");
    let said = problems.last().unwrap();
    assert!(
        said.starts_with("secrets: handler brittle panicked: "),
        "{said}"
    );
    assert!(said.contains("not this one"), "{said}");
}

#[tokio::test]
async fn a_handler_of_keys_is_told_keys() {
    let world = World::new().await;
    world.create("a").await;
    let secrets = world.secrets().await;
    let told = Told::default();
    let noted = told.clone();
    let handler = Handler::<Secret>::keys(move |event| {
        noted.push(format!(
            "{:?} {} {}",
            event.kind, event.key, event.is_initial
        ));
    });
    let handle = secrets.add_handler(handler).unwrap();
    world.soon(handle.wait_for_sync()).await.unwrap();
    world.delete("a").await;
    world.until("it went", || told.all().len() == 2).await;
    assert_eq!(
        told.all(),
        ["Added default/a true", "Deleted default/a false"]
    );
}

// claims: cache.informer.resync
#[tokio::test]
async fn objects_are_shown_again_in_a_handlers_own_period() {
    let world = World::new().await;
    world.create("a").await;
    let factory = world.builder().resync(Duration::from_secs(3_600)).build();
    let secrets = factory.informer::<Secret>();
    factory.start();
    world.soon(factory.wait_for_sync()).await.unwrap();
    let told = Told::default();
    let handler = told.handler().resync(Duration::from_secs(30));
    let handle = secrets.add_handler(handler).unwrap();
    let (rarely, _rarely) = listen(&secrets);
    world.soon(handle.wait_for_sync()).await.unwrap();
    for count in 2..5 {
        world.settle().await;
        world.clock.advance(Duration::from_secs(30));
        world
            .until("it is shown again", || told.all().len() == count)
            .await;
        assert_eq!(told.last().unwrap(), "updated a");
    }
    assert_eq!(rarely.all(), ["initial a"]);
}

/// kube-rs' shared subscribers could be forgotten: they waited without anybody to wake them when the
/// object they were woken for had left the store.
// claims: defects.stalled-subscriber
#[tokio::test]
async fn nobody_who_waits_is_forgotten() {
    let world = World::new().await;
    let secrets = world.secrets().await;
    let woken: Vec<Arc<AtomicUsize>> = (0..8).map(|_| Arc::default()).collect();
    let mut readers = tokio::task::JoinSet::new();
    for count in &woken {
        let (mut events, count) = (secrets.events().unwrap(), count.clone());
        readers.spawn(async move {
            while events.next().await.is_some() {
                count.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
            }
        });
    }
    // Each object has left the store again before most have looked.
    for _ in 0..30 {
        world.create("a").await;
        world.delete("a").await;
    }
    for count in &woken {
        let all = 1 + 30 * 2;
        world
            .until("all have seen all", || count.load(Ordering::Relaxed) == all)
            .await;
    }
    secrets.stop();
    while readers.join_next().await.is_some() {}
}
