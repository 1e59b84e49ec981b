//! What an informer publishes, and what subscribers make of what they are told.

use std::time::Duration;

use pintle_cache_core::{
    Delivery, Event, Informer, Notice, Policy, SourceId, SubscribeOptions, Subscription,
};
use pintle_env::Instant;

use crate::objects::{
    Object, added, bookmark, deleted, object, replaced, replaced_but, said, updated,
};

pub(crate) fn informer(policy: Policy) -> Informer<Object> {
    let mut informer = Informer::new(policy);
    informer.add_source(None);
    informer
}

/// Puts in changes and flushes.
pub(crate) fn feed(
    informer: &mut Informer<Object>,
    changes: impl IntoIterator<Item = pintle_cache_core::Change<Object>>,
) {
    for change in changes {
        informer.push(SourceId::FIRST, change);
    }
    informer.flush();
}

pub(crate) fn subscribe(
    informer: &mut Informer<Object>,
    delivery: Delivery,
) -> Subscription<Object> {
    let options = SubscribeOptions::new().delivery(delivery);
    informer.subscribe(Instant::ORIGIN, options)
}

/// All that a subscription has now.
pub(crate) fn told(subscription: &mut Subscription<Object>) -> Vec<String> {
    std::iter::from_fn(|| subscription.next_notice())
        .map(|notice| match notice {
            Notice::Event(Event::Added { object, is_initial }) => {
                format!(
                    "{} {}",
                    if is_initial { "initial" } else { "added" },
                    said(&object)
                )
            }
            Notice::Event(Event::Updated { old, new }) => {
                format!("updated {} {}", said(&old), said(&new))
            }
            Notice::Event(Event::Deleted(tombstone)) => format!(
                "{} {}",
                if tombstone.final_state_unknown {
                    "missed"
                } else {
                    "deleted"
                },
                said(&tombstone.object)
            ),
            Notice::Key(event) => format!("{:?} {}", event.kind, event.key),
            Notice::Synced => "synced".to_owned(),
            other => panic!("what is {other:?}?"),
        })
        .collect()
}

fn held(informer: &Informer<Object>) -> Vec<String> {
    informer.snapshot().objects().map(said).collect()
}

// claims: cache.informer.initial
#[test]
fn the_first_objects_are_initial_and_what_follows_is_not() {
    let mut informer = informer(Policy::InOrder);
    let mut early = subscribe(&mut informer, Delivery::Everything);
    assert!(told(&mut early).is_empty());
    feed(&mut informer, [replaced(&[("n/a", 1), ("n/b", 2)], 3)]);
    assert!(informer.has_synced());
    feed(
        &mut informer,
        [added("n/c", 4), updated("n/a", 5), deleted("n/b", 6)],
    );
    assert_eq!(
        told(&mut early),
        [
            "initial n/a@1",
            "initial n/b@2",
            "synced",
            "added n/c@4",
            "updated n/a@1 n/a@5",
            "deleted n/b@6",
        ]
    );
    assert_eq!(held(&informer), ["n/a@5", "n/c@4"]);
}

// claims: cache.informer.late
#[test]
fn a_late_subscriber_begins_with_what_there_is_and_misses_nothing() {
    let mut informer = informer(Policy::InOrder);
    feed(&mut informer, [replaced(&[("n/a", 1), ("n/b", 2)], 3)]);
    feed(&mut informer, [updated("n/a", 4)]);
    let mut late = subscribe(&mut informer, Delivery::Everything);
    // It has not looked yet when more happens.
    feed(&mut informer, [deleted("n/b", 5), added("n/c", 6)]);
    assert_eq!(
        told(&mut late),
        [
            "initial n/a@4",
            "initial n/b@2",
            "synced",
            "deleted n/b@5",
            "added n/c@6",
        ]
    );
}

// claims: cache.queue.replaced-all, defects.missed-deletes
#[test]
fn what_is_missing_from_a_new_list_was_deleted_before_the_rest_changed() {
    for policy in [Policy::InOrder, Policy::ByKey] {
        let mut informer = informer(policy);
        feed(
            &mut informer,
            [replaced(
                &[("n/a", 1), ("n/b", 1), ("n/c", 1), ("n/d", 1)],
                3,
            )],
        );
        let mut subscription = subscribe(&mut informer, Delivery::Everything);
        told(&mut subscription);
        let list = [("n/a", 1), ("n/b", 7), ("n/e", 8)];
        feed(&mut informer, [replaced_but(&list, &["n/d"], 9)]);
        let mut told = told(&mut subscription);
        if policy == Policy::ByKey {
            told.sort();
        } else {
            assert_eq!(told[0], "missed n/c@1");
            told.sort();
        }
        assert_eq!(told, ["added n/e@8", "missed n/c@1", "updated n/b@1 n/b@7"]);
        // What could not be read stays as it is.
        assert_eq!(held(&informer), ["n/a@1", "n/b@7", "n/d@1", "n/e@8"]);
        assert_eq!(informer.snapshot().resource_version().as_str(), "9");
    }
}

#[test]
fn whoever_is_told_finds_a_store_that_is_as_new() {
    let mut informer = informer(Policy::InOrder);
    feed(&mut informer, [replaced(&[], 1)]);
    let published = informer.published().clone();
    let mut subscription = subscribe(&mut informer, Delivery::Everything);
    assert_eq!(told(&mut subscription), ["synced"]);
    informer.push(SourceId::FIRST, added("n/a", 2));
    assert!(told(&mut subscription).is_empty(), "not before the flush");
    assert!(published.load().snapshot().is_empty());
    informer.flush();
    assert_eq!(told(&mut subscription), ["added n/a@2"]);
    assert_eq!(published.load().snapshot().len(), 1);
}

// claims: cache.informer.bookmark
#[test]
fn a_bookmark_moves_the_version_of_the_store_and_tells_nobody() {
    for policy in [Policy::InOrder, Policy::ByKey] {
        let mut informer = informer(policy);
        feed(&mut informer, [replaced(&[("n/a", 1)], 3)]);
        let mut subscription = subscribe(&mut informer, Delivery::Everything);
        told(&mut subscription);
        feed(&mut informer, [bookmark(20)]);
        assert!(told(&mut subscription).is_empty());
        assert_eq!(informer.snapshot().resource_version().as_str(), "20");
        assert!(!informer.flush(), "there is nothing new");
    }
}

// claims: cache.queue.synced
#[test]
fn an_empty_first_list_is_a_first_list() {
    for policy in [Policy::InOrder, Policy::ByKey] {
        let mut informer = informer(policy);
        let mut subscription = subscribe(&mut informer, Delivery::Everything);
        feed(&mut informer, [bookmark(1)]);
        assert!(!informer.has_synced());
        feed(&mut informer, [replaced(&[], 3)]);
        assert!(informer.has_synced());
        assert_eq!(told(&mut subscription), ["synced"]);
    }
}

// claims: cache.informer.resync
#[test]
fn objects_are_shown_again_to_those_whose_time_it_is() {
    let second = Duration::from_secs(1);
    for policy in [Policy::InOrder, Policy::ByKey] {
        let mut informer = informer(policy);
        feed(&mut informer, [replaced(&[("n/a", 1), ("n/b", 2)], 3)]);
        let start = Instant::ORIGIN;
        let options = |seconds| SubscribeOptions::new().resync(second * seconds);
        let mut never = informer.subscribe(start, options(0));
        let mut often = informer.subscribe(start, options(2));
        let mut rarely = informer.subscribe(start, options(5));
        for subscription in [&mut never, &mut often, &mut rarely] {
            told(subscription);
        }
        assert_eq!(informer.poll_timeout(), Some(start + second * 2));
        informer.handle_timeout(start + second * 2);
        informer.flush();
        assert!(told(&mut never).is_empty());
        assert!(told(&mut rarely).is_empty());
        let all = ["updated n/a@1 n/a@1", "updated n/b@2 n/b@2"];
        assert_eq!(told(&mut often), all);
        informer.handle_timeout(start + second * 5);
        informer.flush();
        assert_eq!(
            (told(&mut often), told(&mut rarely)),
            (all.map(Into::into).into(), all.map(Into::into).into())
        );
        assert!(told(&mut never).is_empty());
    }
}

// claims: cache.informer.resync.least
#[test]
fn a_resync_takes_a_second_at_least() {
    let mut informer = informer(Policy::InOrder);
    let options = SubscribeOptions::new().resync(Duration::from_millis(10));
    let _subscription = informer.subscribe(Instant::ORIGIN, options);
    assert_eq!(
        informer.poll_timeout(),
        Some(Instant::ORIGIN + Duration::from_secs(1))
    );
}

// claims: cache.informer.unchanged
#[test]
fn an_update_to_the_same_version_reaches_those_only_who_want_to_be_shown_objects_again() {
    let mut informer = informer(Policy::InOrder);
    feed(&mut informer, [replaced(&[("n/a", 1)], 3)]);
    let mut plain = subscribe(&mut informer, Delivery::Everything);
    let options = SubscribeOptions::new().resync(Duration::from_secs(60));
    let mut resyncing = informer.subscribe(Instant::ORIGIN, options);
    for subscription in [&mut plain, &mut resyncing] {
        told(subscription);
    }
    feed(
        &mut informer,
        [replaced(&[("n/a", 1)], 5), updated("n/a", 1)],
    );
    assert!(told(&mut plain).is_empty());
    assert_eq!(told(&mut resyncing), ["updated n/a@1 n/a@1"; 2]);
}

#[test]
fn an_event_that_comes_twice_counts_once() {
    let mut informer = informer(Policy::InOrder);
    feed(&mut informer, [replaced(&[], 1)]);
    let mut subscription = subscribe(&mut informer, Delivery::Everything);
    told(&mut subscription);
    let twice =
        |change: fn(&str, u64) -> _, version| [change("n/a", version), change("n/a", version)];
    feed(&mut informer, twice(added, 2));
    feed(&mut informer, twice(updated, 3));
    feed(&mut informer, [updated("n/a", 2)]);
    feed(&mut informer, twice(deleted, 4));
    assert_eq!(
        told(&mut subscription),
        ["added n/a@2", "updated n/a@2 n/a@3", "deleted n/a@4"]
    );
}

// claims: cache.informer.recreated
#[test]
fn an_object_that_is_another_under_the_same_name_is_an_update() {
    let mut informer = informer(Policy::InOrder);
    feed(&mut informer, [replaced(&[("n/a", 1)], 3)]);
    let mut subscription = subscribe(&mut informer, Delivery::Everything);
    told(&mut subscription);
    let other = crate::objects::born("n/a", 7, "second");
    let kind = pintle_cache_core::ChangeKind::Added(other);
    let change = pintle_cache_core::Change::new(kind, crate::objects::rv(7));
    feed(&mut informer, [change]);
    assert_eq!(told(&mut subscription), ["updated n/a@1 n/a@7"]);
}

#[test]
fn several_sources_make_one_store() {
    let mut informer: Informer<Object> = Informer::new(Policy::InOrder);
    let one = informer.add_source(Some("one".into()));
    let other = informer.add_source(Some("other".into()));
    let mut subscription = subscribe(&mut informer, Delivery::Everything);
    informer.push(one, replaced(&[("one/a", 1)], 8));
    informer.flush();
    assert!(!informer.has_synced());
    assert_eq!(
        informer.snapshot().resource_version().as_str(),
        "",
        "the other knows none yet"
    );
    informer.push(other, replaced(&[("other/a", 2)], 5));
    informer.flush();
    assert!(informer.has_synced());
    assert_eq!(informer.snapshot().resource_version().as_str(), "5");
    informer.push(one, replaced(&[("one/b", 9)], 9));
    informer.flush();
    assert_eq!(held(&informer), ["one/b@9", "other/a@2"]);
    assert_eq!(
        told(&mut subscription),
        [
            "initial one/a@1",
            "initial other/a@2",
            "synced",
            "missed one/a@1",
            "added one/b@9",
        ]
    );
}

#[test]
fn an_index_that_is_added_is_published() {
    let mut informer = informer(Policy::InOrder);
    feed(&mut informer, [replaced(&[("n/a", 1)], 3)]);
    let version = |object: &Object| {
        let version = pintle_meta::Metadata::resource_version(object);
        Ok(vec![version.into()])
    };
    let indexers = pintle_cache_core::Indexers::new().with("version", version);
    informer.add_indexers(indexers).unwrap();
    let snapshot = informer.published().get().snapshot().clone();
    assert_eq!(snapshot.by_index("version", "1").unwrap().count(), 1);
    feed(&mut informer, [updated("n/a", 4)]);
    assert_eq!(informer.snapshot().index_values("version").unwrap(), ["4"]);
    assert_eq!(snapshot.index_values("version").unwrap(), ["1"]);
    assert_eq!(
        said(snapshot.find("n", "a").unwrap()),
        said(&object("n/a", 1))
    );
}

#[test]
fn what_waits_for_a_flush_is_counted() {
    let mut informer = informer(Policy::InOrder);
    assert_eq!(informer.waiting(), 0);
    informer.push(SourceId::FIRST, replaced(&[("n/a", 1)], 1));
    informer.push(SourceId::FIRST, added("n/b", 2));
    assert_eq!(informer.waiting(), 2);
    assert!(informer.flush());
    assert_eq!(informer.waiting(), 0);
    assert!(!informer.flush(), "there is nothing new");
}

#[test]
fn a_version_that_is_published_says_whether_it_has_the_first_objects() {
    let mut informer = informer(Policy::InOrder);
    assert!(!informer.published().load().is_synced());
    feed(&mut informer, [replaced(&[("n/a", 1)], 1)]);
    assert!(informer.published().load().is_synced());
}

#[test]
fn without_a_source_nothing_is_ever_complete() {
    let mut informer: Informer<Object> = Informer::new(Policy::InOrder);
    assert!(!informer.flush());
    assert!(!informer.has_synced());
}

#[test]
fn the_version_of_a_store_is_that_of_the_source_that_lags_behind() {
    let mut informer: Informer<Object> = Informer::new(Policy::InOrder);
    let sources = ["one", "two", "three"].map(|name| informer.add_source(Some(name.into())));
    for (source, version) in sources.into_iter().zip([7, 5, 9]) {
        informer.push(source, replaced(&[], version));
    }
    informer.flush();
    assert_eq!(informer.snapshot().resource_version().as_str(), "5");
    informer.push(sources[1], bookmark(12));
    informer.flush();
    assert_eq!(informer.snapshot().resource_version().as_str(), "7");
}

#[test]
fn a_source_of_one_namespace_replaces_what_it_has_there() {
    for policy in [Policy::InOrder, Policy::ByKey] {
        let mut informer: Informer<Object> = Informer::new(policy);
        let [one, other] = ["one", "other"].map(|name| informer.add_source(Some(name.into())));
        informer.push(one, replaced(&[("one/a", 1)], 1));
        informer.push(other, replaced(&[("other/a", 2), ("other/b", 2)], 2));
        informer.flush();
        informer.push(other, replaced(&[("other/b", 2)], 3));
        informer.flush();
        assert_eq!(held(&informer), ["one/a@1", "other/b@2"], "{policy:?}");
    }
}

#[test]
fn an_index_function_that_fails_is_told_once() {
    let mut informer = informer(Policy::InOrder);
    let fails = |_: &Object| Err("it fails".into());
    let indexers = pintle_cache_core::Indexers::new().with("fails", fails);
    informer.add_indexers(indexers).unwrap();
    feed(&mut informer, [replaced(&[("n/a", 1)], 1)]);
    let errors = informer.take_index_errors();
    assert_eq!(errors.len(), 1);
    assert_eq!(
        (errors[0].index(), errors[0].key().to_string()),
        ("fails", "n/a".to_owned())
    );
    let source = std::error::Error::source(&errors[0]).unwrap();
    assert_eq!(source.to_string(), "it fails");
    assert!(informer.take_index_errors().is_empty());
}

#[test]
fn nothing_is_shown_again_before_it_is_anybody_s_time() {
    let second = Duration::from_secs(1);
    for policy in [Policy::InOrder, Policy::ByKey] {
        let mut informer = informer(policy);
        feed(&mut informer, [replaced(&[("n/a", 1)], 1)]);
        let options = SubscribeOptions::new().resync(second * 5);
        let mut subscription = informer.subscribe(Instant::ORIGIN, options);
        told(&mut subscription);
        informer.handle_timeout(Instant::ORIGIN + second * 4);
        assert!(!informer.flush(), "{policy:?}");
        informer.handle_timeout(Instant::ORIGIN + second * 5);
        assert!(informer.flush());
        assert_eq!(informer.poll_timeout(), Some(Instant::ORIGIN + second * 10));
        assert_eq!(told(&mut subscription), ["updated n/a@1 n/a@1"]);
    }
}

#[test]
fn an_informer_without_a_source_has_nothing_to_show_again() {
    let mut informer: Informer<Object> = Informer::new(Policy::InOrder);
    let options = SubscribeOptions::new().resync(Duration::from_secs(1));
    let mut subscription = informer.subscribe(Instant::ORIGIN, options);
    informer.handle_timeout(Instant::ORIGIN + Duration::from_secs(1));
    assert!(!informer.flush());
    assert!(told(&mut subscription).is_empty());
}

#[test]
fn who_is_due_is_shown_all_objects_and_others_what_came_unchanged() {
    let second = Duration::from_secs(1);
    for delivery in [Delivery::Everything, Delivery::Bounded(100)] {
        let mut informer = informer(Policy::InOrder);
        feed(&mut informer, [replaced(&[("n/a", 1)], 1)]);
        let options = |seconds| {
            SubscribeOptions::new()
                .delivery(delivery)
                .resync(second * seconds)
        };
        let [mut never, mut often, mut rarely] =
            [0, 2, 5].map(|seconds| informer.subscribe(Instant::ORIGIN, options(seconds)));
        for subscription in [&mut never, &mut often, &mut rarely] {
            told(subscription);
        }
        // The object comes again in the same version, and then it is somebody's time.
        informer.push(SourceId::FIRST, updated("n/a", 1));
        informer.handle_timeout(Instant::ORIGIN + second * 2);
        informer.flush();
        let again = "updated n/a@1 n/a@1";
        assert_eq!(told(&mut often), [again, again], "{delivery:?}");
        assert_eq!(told(&mut rarely), [again], "{delivery:?}");
        assert!(told(&mut never).is_empty(), "{delivery:?}");
    }
}

#[test]
fn what_is_printed_of_a_cache_says_how_much_there_is_and_not_what() {
    let mut informer = informer(Policy::InOrder);
    let indexers = pintle_cache_core::Indexers::new().with("app", |_: &Object| Ok(Vec::new()));
    assert_eq!(format!("{indexers:?}"), "{\"app\"}");
    informer.add_indexers(indexers).unwrap();
    feed(
        &mut informer,
        [replaced(&[("n/secret", 1), ("n/other", 2)], 7)],
    );
    let subscription = subscribe(&mut informer, Delivery::Latest);
    let version = informer.published().load();
    let snapshot = r#"Snapshot { objects: 2, resource_version: "7", .. }"#;
    assert_eq!(format!("{:?}", version.snapshot()), snapshot);
    assert_eq!(
        format!("{version:?}"),
        format!("Version {{ snapshot: {snapshot}, is_synced: true, .. }}")
    );
    let store = format!(r#"Store {{ current: {snapshot}, indexes: ["app"], .. }}"#);
    assert_eq!(
        format!("{informer:?}"),
        format!("Informer {{ store: {store}, sources: 1, subscribers: 1, is_synced: true, .. }}")
    );
    let said = format!("{subscription:?}");
    assert!(
        said.starts_with("Subscription { subscriber: Subscriber { id: SubscriberId(0)"),
        "{said}"
    );
    assert_eq!(SourceId::FIRST.to_string(), "0");
}
