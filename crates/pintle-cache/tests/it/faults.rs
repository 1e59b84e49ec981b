//! What befalls informers, and what they hold afterwards.

use pintle_api::core::v1::Secret;
use pintle_meta::Metadata as _;
use pintle_test::{Fault, Requests};

use crate::support::{World, listen, names};

fn watches() -> Requests {
    Requests::any().verb("watch").resource("secrets")
}

/// What kube-rs loses: its store is swapped, and nobody is told what is gone.
// claims: defects.missed-deletes, defects.gone-at-start
#[tokio::test]
async fn what_was_deleted_while_nobody_watched_is_told_as_deleted() {
    let world = World::new().await;
    world.create("a").await;
    world.create("b").await;
    let secrets = world.secrets().await;
    let (told, handle) = listen(&secrets);
    world.soon(handle.wait_for_sync()).await.unwrap();
    // The watch ends, cannot begin again for a while, and then not from where it was.
    world.cluster.inject(Fault::status(503).on(watches()));
    world
        .cluster
        .inject(Fault::status(503).on(Requests::any().verb("list").resource("secrets")));
    world.cluster.end_watches(&watches());
    world.delete("a").await;
    world.create("c").await;
    world.label("b", "app", "web").await;
    world.cluster.compact();
    world.cluster.clear_faults();
    world
        .until("it is as new", || names(&secrets) == ["b", "c"])
        .await;
    world.until("it is told", || told.has("added c")).await;
    let mut news = told.all().split_off(2);
    assert_eq!(news[0], "missed a");
    news.sort();
    assert_eq!(news, ["added c", "missed a", "updated b web"]);
}

// claims: cache.reflector.watch-list.fallback
#[tokio::test]
async fn a_server_without_such_watches_is_asked_for_lists() {
    let world = World::new().await;
    world.create("a").await;
    world
        .cluster
        .inject(Fault::status(422).on(watches()).times(1));
    let secrets = world.secrets().await;
    assert_eq!(names(&secrets), ["a"]);
    let version = world.create("b").await;
    world.soon(secrets.wait_for(&version)).await.unwrap();
    assert_eq!(
        world
            .cluster
            .count(&Requests::any().verb("list").resource("secrets")),
        1
    );
    assert_eq!(world.cluster.count(&watches()), 2);
}

// claims: cache.reflector.watch.closed
#[tokio::test]
async fn a_watch_goes_on_where_it_was_cut() {
    let world = World::new().await;
    let secrets = world.secrets().await;
    let (told, handle) = listen(&secrets);
    world.soon(handle.wait_for_sync()).await.unwrap();
    for count in 0..10 {
        let version = world.create(&format!("secret-{count}")).await;
        match count % 3 {
            0 => world.cluster.disconnect(),
            1 => world.cluster.end_watches(&watches()),
            _ => {}
        }
        world.soon(secrets.wait_for(&version)).await.unwrap();
    }
    world.until("it is told", || told.all().len() == 10).await;
    let expected: Vec<String> = (0..10)
        .map(|count| format!("added secret-{count}"))
        .collect();
    assert_eq!(told.all(), expected, "each once, in order");
}

#[tokio::test]
async fn an_hour_of_401_is_survived() {
    let world = World::new().await;
    world.create("a").await;
    let secrets = world.secrets().await;
    world
        .cluster
        .inject(Fault::status(401).on(Requests::any().resource("secrets")));
    world.cluster.end_watches(&watches());
    for _ in 0..60 {
        world.clock.advance(std::time::Duration::from_secs(60));
        world.settle().await;
    }
    assert_eq!(names(&secrets), ["a"], "what it knew it still knows");
    world.cluster.clear_faults();
    world.create("b").await;
    world
        .until("it has caught up", || names(&secrets) == ["a", "b"])
        .await;
}

#[tokio::test]
async fn what_a_new_list_has_in_the_same_version_is_the_same_object() {
    let world = World::new().await;
    world.create("a").await;
    world.create("b").await;
    let secrets = world.secrets().await;
    let get = |name: &str| secrets.lister().namespace("default").get(name).unwrap();
    let (a, b) = (get("a"), get("b"));
    world.cluster.end_watches(&watches());
    world
        .cluster
        .inject(Fault::status(500).on(watches()).times(1));
    world.label("b", "app", "web").await;
    world
        .until("b is as new", || get("b").label("app") == Some("web"))
        .await;
    assert!(get("a").is(&a));
    assert!(!get("b").is(&b));
    let again = world.secrets().await;
    let other = again.lister().namespace("default").get("a").unwrap();
    assert!(!other.is(&a), "informers of other factories have their own");
    let _: &pintle_meta::Lazy<Secret> = &other;
}
