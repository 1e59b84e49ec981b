//! What an informer holds, and how it is read.

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use pintle_api::core::v1::Secret;
use pintle_cache::{Event, SharedInformer, Storage};
use pintle_client::{Error, ListWatch, WatchStream};
use pintle_codec::Str;
use pintle_meta::v1::{ListOptions, Status};
use pintle_meta::{
    LabelSelector, Lazy, Metadata as _, ObjectList, ObjectName, ResourceVersion, WatchEvent,
};

use crate::support::{World, listen, names};

// claims: cache.lister.not-found, cache.lister
#[tokio::test]
async fn an_informer_holds_what_the_server_has_and_listers_read_it() {
    let world = World::new().await;
    world.create_labelled("a", &[("app", "web")]).await;
    let secrets = world.secrets().await;
    world.create_labelled("b", &[("app", "shop")]).await;
    let version = world.label("a", "tier", "front").await;
    world.soon(secrets.wait_for(&version)).await.unwrap();
    assert_eq!(names(&secrets), ["a", "b"]);

    let lister = secrets.lister();
    let default = lister.namespace("default");
    let a = default.get("a").unwrap();
    assert_eq!(a.label("tier"), Some("front"));
    assert!(lister.find(&a.key()).unwrap().is(&a));
    assert!(lister.find(&ObjectName::new("other", "a")).is_none());
    let state = secrets.sync_state();
    assert_eq!((state.is_synced, state.objects), (true, 2));
    assert_eq!(state.informer, "secrets");
    assert_eq!(a.get().unwrap().type_, "Opaque");
    let error = default.get("z").unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(error.to_string(), "secrets \"z\" not found (NotFound, 404)");
    assert!(
        lister.get("a").unwrap_err().is_not_found(),
        "it is in a namespace"
    );
    let selector: LabelSelector = "app in (shop, other)".parse().unwrap();
    assert_eq!(default.list(&selector).len(), 1);
    assert_eq!(lister.list(&selector)[0].name(), "b");
    assert_eq!(
        lister
            .namespace("other")
            .list(&LabelSelector::everything())
            .len(),
        0
    );

    world.delete("a").await;
    world.until("a is gone", || names(&secrets) == ["b"]).await;
    assert_eq!(a.name(), "a", "whoever holds it still has it");
}

#[tokio::test]
async fn indexes_can_be_added_at_any_time() {
    let world = World::new().await;
    world.create_labelled("a", &[("app", "web")]).await;
    let secrets = world.secrets().await;
    let by_app = secrets
        .add_lazy_index("app", |secret| {
            Ok(secret.label("app").map(Str::from).into_iter().collect())
        })
        .unwrap();
    let by_type = secrets
        .add_index("type", |secret: &Secret| vec![secret.type_.clone()])
        .unwrap();
    let version = world.create_labelled("b", &[("app", "web")]).await;
    world.soon(secrets.wait_for(&version)).await.unwrap();
    let lister = secrets.lister();
    assert_eq!(lister.by_index(&by_app, "web").unwrap().len(), 2);
    assert_eq!(lister.by_index(&by_type, "Opaque").unwrap().len(), 2);
    assert_eq!(lister.by_index("namespace", "default").unwrap().len(), 2);
    assert_eq!(lister.index_values(&by_app).unwrap(), ["web"]);
    let keys = lister.snapshot().index_keys(&by_app, "web").unwrap();
    let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
    assert_eq!(keys, ["default/a", "default/b"]);
    assert!(lister.by_index("other", "web").is_err());
    assert!(lister.snapshot().index_keys("other", "web").is_err());
    let error = secrets
        .add_index("app", |_: &Secret| Vec::<Str>::new())
        .unwrap_err();
    assert!(error.to_string().contains("secrets"), "{error}");
}

#[tokio::test]
async fn a_snapshot_stays_as_it_is() {
    let world = World::new().await;
    world.create("a").await;
    let secrets = world.secrets().await;
    let before = secrets.snapshot();
    let version = world.create("b").await;
    world.soon(secrets.wait_for(&version)).await.unwrap();
    assert_eq!((before.len(), secrets.snapshot().len()), (1, 2));
    assert!(before.get("default", "b").is_none());
    let reached = secrets.snapshot().resource_version().compare(&version);
    assert!(reached.unwrap().is_ge());
}

#[tokio::test]
async fn what_the_program_wrote_can_be_waited_for() {
    let world = World::new().await;
    let secrets = world.secrets().await;
    for count in 0..20 {
        let name = format!("secret-{count}");
        let version = world.create(&name).await;
        world.soon(secrets.wait_for(&version)).await.unwrap();
        assert!(secrets.lister().namespace("default").get(&name).is_ok());
    }
    let error = secrets.wait_for(&ResourceVersion::from("")).await;
    assert!(error.is_err(), "nothing says when that would be");
}

// claims: cache.informer.events
#[tokio::test]
async fn events_are_a_stream_of_what_happens() {
    let world = World::new().await;
    world.create("a").await;
    let secrets = world.secrets().await;
    let mut events = secrets.events().unwrap();
    let next = world.soon(events.next()).await;
    assert!(
        matches!(&next, Some(Event::Added { object, is_initial: true }) if object.name() == "a"),
        "{next:?}"
    );
    assert!(matches!(
        world.soon(events.next()).await,
        Some(Event::Synced)
    ));
    world.label("a", "app", "web").await;
    let next = world.soon(events.next()).await;
    assert!(
        matches!(&next, Some(Event::Updated { old, new })
            if old.label("app").is_none() && new.label("app") == Some("web")),
        "{next:?}"
    );
    world.delete("a").await;
    let next = world.soon(events.next()).await;
    assert!(
        matches!(&next, Some(Event::Deleted(a)) if a.key().name == "a"),
        "{next:?}"
    );
    secrets.stop();
    assert!(world.soon(events.next()).await.is_none());
}

// claims: cache.informer.stop
#[tokio::test]
async fn an_informer_that_has_stopped_takes_no_handlers_and_stays_readable() {
    let world = World::new().await;
    world.create("a").await;
    let secrets = world.secrets().await;
    let (told, handle) = listen(&secrets);
    world.until("it is told", || told.has("initial a")).await;
    world.soon(secrets.shutdown()).await;
    assert!(secrets.is_stopped());
    world.soon(secrets.stopped()).await;
    let error = secrets.add_handler(told.handler()).unwrap_err();
    assert_eq!(error.to_string(), "the informer of secrets has stopped");
    assert!(secrets.events().is_err());
    world.create("b").await;
    world.settle().await;
    assert_eq!(names(&secrets), ["a"]);
    assert_eq!(told.all(), ["initial a"]);
    secrets.start();
    assert!(secrets.is_stopped(), "once and for all");
    let late: ResourceVersion = "999999".into();
    assert!(world.soon(secrets.wait_for(&late)).await.is_err());
    drop(handle);
}

#[tokio::test]
async fn objects_that_are_kept_decoded_are_decoded_once() {
    let world = World::new().await;
    world.create("a").await;
    let factory = world.builder().storage(Storage::Typed).build();
    let secrets = factory.informer::<Secret>();
    factory.start();
    world.soon(factory.wait_for_sync()).await.unwrap();
    let a = secrets.lister().namespace("default").get("a").unwrap();
    assert!(a.as_bytes().is_none());
    let first = a.get().unwrap();
    assert!(a.get().unwrap().is(&first));

    let lazy = world.secrets().await;
    let a = lazy.lister().namespace("default").get("a").unwrap();
    assert!(a.as_bytes().is_some());
}

// claims: watch.until-with-sync
#[tokio::test]
async fn a_condition_is_waited_for_from_the_objects_there_are_on() {
    let world = World::new().await;
    world.create("a").await;
    let secrets = world.secrets().await;
    // Something that is there already, and that all that is there was seen.
    let mut seen = Vec::new();
    let there = secrets.until(|event| {
        if let Event::Added { object, is_initial } = event {
            seen.push((object.name().to_owned(), *is_initial));
        }
        Ok(matches!(event, Event::Synced))
    });
    world.soon(there).await.unwrap();
    assert_eq!(seen, [("a".to_owned(), true)]);
    // Something that is still to happen.
    let labelled = secrets.until(|event| match event {
        Event::Updated { new, .. } => Ok(new.label("tier") == Some("front")),
        _ => Ok(false),
    });
    let (event, _) = tokio::join!(world.soon(labelled), world.label("a", "tier", "front"));
    assert!(matches!(event.unwrap(), Event::Updated { .. }));
    // What the condition says against it is the end, and so is that of the informer.
    let refused = secrets.until(|_| Err(pintle_client::Error::from(Status::default())));
    world.soon(refused).await.unwrap_err();
    let never = secrets.until(|_| Ok(false));
    let (ended, ()) = tokio::join!(world.soon(never), async { secrets.stop() });
    ended.unwrap_err();
}

/// A watch that says nothing.
struct Silent;

impl Stream for Silent {
    type Item = Result<WatchEvent<Lazy<Secret>>, Error>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Pending
    }
}

#[tokio::test]
async fn what_has_arrived_is_counted_until_it_is_held() {
    let page = |options: ListOptions| async move {
        let number: u32 = options.continue_.parse().unwrap_or_default();
        // Whoever looks, looks between any two pages.
        for _ in 0..5 {
            tokio::task::yield_now().await;
        }
        let secrets = (0..10).map(|at| {
            let mut secret = Secret::default();
            secret.metadata.name = format!("{number}-{at}").into();
            secret.metadata.namespace = "default".into();
            secret.metadata.resource_version = "7".into();
            Lazy::from(secret)
        });
        let mut list = ObjectList {
            items: secrets.collect(),
            ..ObjectList::default()
        };
        list.metadata.resource_version = "8".into();
        if number < 4 {
            list.metadata.continue_ = (number + 1).to_string().into();
        }
        Ok(list)
    };
    let listed = ListWatch::new(page, |_| async { Ok(WatchStream::new(Silent)) });
    let secrets = SharedInformer::<Secret>::over(listed).build();
    let seen: Arc<Mutex<Vec<usize>>> = Arc::default();
    let look = {
        let (secrets, seen) = (secrets.clone(), seen.clone());
        move || seen.lock().unwrap().push(secrets.sync_state().objects)
    };
    // While the list is stored, too.
    let looks = look.clone();
    let index = move |_: &Secret| {
        looks();
        Vec::<Str>::new()
    };
    secrets.add_index("none", index).unwrap();
    secrets.start();
    while !secrets.has_synced() {
        look();
        tokio::task::yield_now().await;
    }
    look();
    let mut seen = seen.lock().unwrap().clone();
    assert!(seen.is_sorted(), "{seen:?}");
    seen.dedup();
    assert_eq!(seen, [0, 10, 20, 30, 40, 50]);
}

/// A watch that panics.
struct Panics;

impl Stream for Panics {
    type Item = Result<WatchEvent<Lazy<Secret>>, Error>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        panic!("the watch is not to be read")
    }
}

#[tokio::test]
async fn a_lister_and_watcher_that_panics_is_asked_again() {
    let (lists, watches) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    let list = move |_: ListOptions| {
        let count = lists.fetch_add(1, Ordering::Relaxed);
        assert_ne!(count, 0, "the list cannot be asked for");
        async move {
            assert_ne!(count, 1, "the list cannot be read");
            let mut list = ObjectList::<Lazy<Secret>>::default();
            list.metadata.resource_version = "8".into();
            Ok(list)
        }
    };
    let counted = watches.clone();
    let watch = move |_: ListOptions| {
        let count = counted.fetch_add(1, Ordering::Relaxed);
        async move {
            Ok(match count {
                0 => WatchStream::new(Panics),
                _ => WatchStream::new(Silent),
            })
        }
    };
    let secrets = SharedInformer::<Secret>::over(ListWatch::new(list, watch)).build();
    secrets.start();
    secrets.wait_for_sync().await.unwrap();
    while watches.load(Ordering::Relaxed) < 2 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let problem = secrets.sync_state().last_problem;
    assert!(problem.is_some_and(|problem| problem.contains("has panicked")));
}
