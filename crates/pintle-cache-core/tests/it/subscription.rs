//! How subscribers that lag behind are told, and what that keeps in memory.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use pintle_cache_core::{
    Cached, Change, ChangeKind, Delivery, Event, Informer, Lag, Notice, Policy, SourceId,
    SubscribeOptions, Subscription,
};
use pintle_codec::{Decoder, Format};
use pintle_env::Instant;
use pintle_meta::{Body as _, Metadata, ObjectName};
use proptest::prelude::*;

use crate::informer::{feed, informer, subscribe, told};
use crate::objects::{Object, added, deleted, object, replaced, rv, said, updated};

// claims: cache.delivery.unbounded
#[test]
fn a_slow_subscriber_is_told_everything_and_delays_nobody() {
    let mut informer = informer(Policy::InOrder);
    feed(&mut informer, [replaced(&[("n/a", 1)], 1)]);
    let mut slow = subscribe(&mut informer, Delivery::Everything);
    let mut fast = subscribe(&mut informer, Delivery::Everything);
    told(&mut fast);
    for version in 2..5_000 {
        feed(&mut informer, [updated("n/a", version)]);
        assert_eq!(told(&mut fast).len(), 1);
    }
    assert_eq!(fast.subscriber().lag().events, 0);
    // One more than happened: it has not been told of the object itself.
    assert_eq!(slow.subscriber().lag().events, 4_999);
    assert_eq!(told(&mut slow).len(), 2 + 4_998);
    assert_eq!(slow.subscriber().lag().events, 0);
}

/// An object that knows how often it is held.
#[derive(Clone, Debug)]
struct Held(
    Object,
    #[expect(dead_code, reason = "it is counted, not read")] Arc<()>,
);

impl Cached for Held {
    fn size(&self) -> usize {
        100
    }
}

impl Metadata for Held {
    fn name(&self) -> &str {
        self.0.name()
    }
    fn namespace(&self) -> &str {
        self.0.namespace()
    }
    fn uid(&self) -> &str {
        self.0.uid()
    }
    fn resource_version(&self) -> &str {
        self.0.resource_version()
    }
    fn generation(&self) -> i64 {
        0
    }
    fn is_deleting(&self) -> bool {
        false
    }
    fn label(&self, _: &str) -> Option<&str> {
        None
    }
    fn annotation(&self, _: &str) -> Option<&str> {
        None
    }
    fn is_pruned(&self) -> bool {
        false
    }
}

// claims: cache.delivery.lag
#[test]
fn what_the_slowest_subscriber_has_passed_is_freed_by_the_writer() {
    let mut informer: Informer<Held> = Informer::new(Policy::InOrder);
    informer.add_source(None);
    let subscribe = |informer: &mut Informer<Held>| {
        informer.subscribe(Instant::ORIGIN, SubscribeOptions::new())
    };
    let (mut slow, mut fast) = (subscribe(&mut informer), subscribe(&mut informer));
    let token = Arc::new(());
    for version in 1..=10 {
        let object = Held(object("n/a", version), token.clone());
        let change = Change::new(ChangeKind::Updated(object), rv(version));
        informer.push(SourceId::FIRST, change);
        informer.flush();
    }
    let gone = Held(object("n/a", 11), token.clone());
    informer.push(
        SourceId::FIRST,
        Change::new(ChangeKind::Deleted(gone), rv(11)),
    );
    informer.flush();
    while fast.next_notice().is_some() {}
    drop(informer.sweep());
    assert!(
        Arc::strong_count(&token) > 10,
        "the slow one still needs them"
    );
    assert_eq!(slow.subscriber().lag().bytes, 100 + 9 * 200 + 100);
    while slow.next_notice().is_some() {}
    assert!(Arc::strong_count(&token) > 10, "the writer frees them");
    drop(informer.sweep());
    assert_eq!(Arc::strong_count(&token), 1, "nobody else holds an object");
    assert_eq!(slow.subscriber().lag(), Lag::default());
}

#[test]
fn a_long_log_is_dropped_without_nesting() {
    let mut informer = informer(Policy::InOrder);
    let slow = subscribe(&mut informer, Delivery::Everything);
    for version in 1..200_000 {
        informer.push(SourceId::FIRST, added("n/a", version));
        informer.flush();
    }
    assert!(slow.subscriber().lag().events > 190_000);
    drop(slow);
    drop(informer);
}

// claims: cache.delivery.bounded
#[test]
fn a_bounded_subscriber_loses_the_oldest_and_says_how_many() {
    let mut informer = informer(Policy::InOrder);
    feed(&mut informer, [replaced(&[], 1)]);
    let mut bounded = subscribe(&mut informer, Delivery::Bounded(3));
    assert_eq!(told(&mut bounded), ["synced"]);
    for version in 2..12 {
        feed(&mut informer, [added(&format!("n/{version}"), version)]);
    }
    assert_eq!(bounded.subscriber().lag().events, 3);
    assert_eq!(bounded.subscriber().dropped(), 7);
    assert_eq!(
        told(&mut bounded),
        ["added n/9@9", "added n/10@10", "added n/11@11"]
    );
}

// claims: cache.delivery.latest
#[test]
fn what_waits_for_one_object_becomes_one_event() {
    let mut informer = informer(Policy::InOrder);
    feed(&mut informer, [replaced(&[("n/a", 1), ("n/b", 1)], 1)]);
    let mut latest = subscribe(&mut informer, Delivery::Latest);
    assert_eq!(
        told(&mut latest),
        ["initial n/a@1", "initial n/b@1", "synced"]
    );
    feed(
        &mut informer,
        [
            updated("n/a", 2),
            added("n/c", 3),
            deleted("n/c", 4),
            updated("n/a", 5),
            deleted("n/b", 6),
            added("n/b", 7),
            added("n/d", 8),
            updated("n/d", 9),
        ],
    );
    assert_eq!(
        told(&mut latest),
        [
            "updated n/a@1 n/a@5",
            // It was deleted and came back: of the state before, the last is known.
            "updated n/b@6 n/b@7",
            "added n/d@9",
        ]
    );
    assert_eq!(latest.subscriber().merged(), 4);
}

// claims: cache.delivery.latest
#[test]
fn nothing_is_lost_of_an_object_that_is_gone_and_back_as_it_was() {
    let mut informer = informer(Policy::InOrder);
    feed(&mut informer, [replaced(&[("n/a", 1)], 1)]);
    let mut latest = subscribe(&mut informer, Delivery::Latest);
    assert_eq!(told(&mut latest), ["initial n/a@1", "synced"]);
    // A list that is older than the deletion has the object again, in a state that was not told yet.
    let changes = [updated("n/a", 2), deleted("n/a", 2), added("n/a", 2)];
    feed(&mut informer, changes);
    assert_eq!(told(&mut latest), ["updated n/a@2 n/a@2"]);
}

// claims: cache.delivery.keys
#[test]
fn a_subscriber_of_keys_is_told_keys() {
    let mut informer = informer(Policy::InOrder);
    feed(&mut informer, [replaced(&[("n/a", 1), ("n/b", 1)], 1)]);
    let mut keys = subscribe(&mut informer, Delivery::Keys);
    feed(
        &mut informer,
        [updated("n/a", 2), deleted("n/b", 3), added("n/c", 4)],
    );
    assert_eq!(told(&mut keys), ["Added n/a", "synced", "Added n/c"]);
    feed(&mut informer, [updated("n/a", 5), deleted("n/a", 6)]);
    assert_eq!(told(&mut keys), ["Deleted n/a"]);
}

#[test]
fn objects_that_come_and_go_while_nobody_looks_leave_nothing() {
    let mut informer = informer(Policy::InOrder);
    feed(&mut informer, [replaced(&[], 1)]);
    let mut keys = subscribe(&mut informer, Delivery::Keys);
    for version in 2..10_000u64 {
        let key = format!("n/{version}");
        feed(
            &mut informer,
            [added(&key, version), deleted(&key, version + 1)],
        );
    }
    assert_eq!(keys.subscriber().lag().events, 0);
    assert_eq!(told(&mut keys), ["synced"]);
}

// claims: cache.handler.synced
#[test]
fn a_subscriber_has_synced_when_it_says_so() {
    let mut informer = informer(Policy::InOrder);
    feed(&mut informer, [replaced(&[("n/a", 1)], 1)]);
    let mut subscription = subscribe(&mut informer, Delivery::Everything);
    let subscriber = subscription.subscriber().clone();
    while let Some(notice) = subscription.next_notice() {
        assert!(!subscriber.has_synced());
        if matches!(notice, Notice::Synced) {
            subscription.set_synced();
        }
    }
    assert!(subscriber.has_synced());
}

#[test]
fn whoever_unsubscribed_has_no_more_put_in_its_mailbox() {
    let mut informer = informer(Policy::InOrder);
    feed(&mut informer, [replaced(&[], 1)]);
    let mut latest = subscribe(&mut informer, Delivery::Latest);
    let options = SubscribeOptions::new().resync(Duration::from_secs(5));
    let resyncing = informer.subscribe(Instant::ORIGIN, options);
    informer.unsubscribe(latest.subscriber().id());
    informer.unsubscribe(resyncing.subscriber().id());
    feed(&mut informer, [added("n/a", 2)]);
    assert_eq!(told(&mut latest), ["synced"]);
    assert_eq!(informer.poll_timeout(), None);
}

#[derive(Clone, Debug)]
enum Step {
    Put(u8),
    Delete(u8),
    Replace(Vec<u8>),
    Resync,
    Flush,
    /// Lets the subscriber of this number look at so many notices.
    Look(u8, u8),
}

/// What a subscriber makes of what it was told.
fn fold(state: &mut BTreeMap<ObjectName, String>, notice: Notice<Object>) {
    match notice {
        Notice::Event(Event::Added { object, .. }) => {
            let before = state.insert(object.key(), said(&object));
            assert_eq!(before, None, "an object was added twice");
        }
        Notice::Event(Event::Updated { old, new }) => {
            let before = state.insert(new.key(), said(&new));
            assert_eq!(old.key(), new.key());
            assert!(before.is_some(), "what was updated was there");
        }
        Notice::Event(Event::Deleted(tombstone)) => {
            let before = state.remove(&tombstone.object.key());
            assert!(before.is_some(), "what was deleted was there");
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    /// Whenever subscribers begin and however slow they are: in the end they know what there is.
    #[test]
    fn what_a_subscriber_was_told_is_what_the_store_holds(
        by_key in any::<bool>(),
        steps in prop::collection::vec(
            prop_oneof![
                6 => (0u8..8).prop_map(Step::Put),
                3 => (0u8..8).prop_map(Step::Delete),
                1 => prop::collection::vec(0u8..8, 0..6).prop_map(Step::Replace),
                1 => Just(Step::Resync),
                4 => Just(Step::Flush),
                4 => (0u8..6, 0u8..5).prop_map(|(who, count)| Step::Look(who, count)),
            ],
            0..120,
        ),
    ) {
        let policy = if by_key { Policy::ByKey } else { Policy::InOrder };
        let mut informer = informer(policy);
        let mut now = Instant::ORIGIN;
        let mut subscribers = Vec::new();
        for (version, step) in (1u64..).zip(steps) {
            // Half of them begin later, each in its own way.
            if version % 10 == 1 && subscribers.len() < 6 {
                let delivery = [Delivery::Everything, Delivery::Latest][subscribers.len() % 2];
                let options = SubscribeOptions::new().delivery(delivery).resync(
                    Duration::from_secs(if subscribers.len() < 3 { 2 } else { 0 }),
                );
                subscribers.push((informer.subscribe(now, options), BTreeMap::new()));
            }
            let key = |name: u8| format!("n/{name}");
            match step {
                Step::Put(name) => informer.push(SourceId::FIRST, updated(&key(name), version)),
                Step::Delete(name) => informer.push(SourceId::FIRST, deleted(&key(name), version)),
                Step::Replace(names) => {
                    let keys: Vec<String> = names.into_iter().map(key).collect();
                    let objects: Vec<(&str, u64)> =
                        keys.iter().map(|key| (key.as_str(), version)).collect();
                    informer.push(SourceId::FIRST, replaced(&objects, version));
                }
                Step::Resync => {
                    now = now + Duration::from_secs(3);
                    informer.handle_timeout(now);
                }
                Step::Flush => {
                    informer.flush();
                    drop(informer.sweep());
                }
                Step::Look(who, count) => {
                    if let Some((subscription, state)) = subscribers.get_mut(usize::from(who)) {
                        for _ in 0..count {
                            let Some(notice) = subscription.next_notice() else { break };
                            fold(state, notice);
                        }
                    }
                }
            }
        }
        informer.flush();
        let snapshot = informer.snapshot();
        let held: BTreeMap<ObjectName, String> =
            snapshot.objects().map(|object| (object.key(), said(object))).collect();
        for (subscription, state) in &mut subscribers {
            while let Some(notice) = subscription.next_notice() {
                fold(state, notice);
            }
            prop_assert_eq!(&*state, &held);
            prop_assert_eq!(subscription.subscriber().lag().events, 0);
        }
    }
}

/// An object that came in so many bytes or a few more.
fn heavy(key: &str, version: u64, bytes: usize) -> Object {
    let key: ObjectName = key.parse().unwrap();
    let json = format!(
        r#"{{"metadata":{{"name":"{}","namespace":"{}","resourceVersion":"{version}","annotations":{{"a":"{}"}}}}}}"#,
        key.name,
        key.namespace,
        "x".repeat(bytes),
    );
    Object::decode_item(json.as_bytes(), Format::Json, &mut Decoder::new()).unwrap()
}

// claims: cache.delivery.lag
#[test]
fn lag_is_told_in_bytes_of_what_objects_came_in() {
    let object = heavy("n/a", 2, 1_000);
    let bytes = Cached::size(&object);
    assert!((1_000..1_200).contains(&bytes), "{bytes}");
    assert_eq!(Cached::size(&object.clone().erase()), bytes);
    let mut informer = informer(Policy::InOrder);
    feed(&mut informer, [replaced(&[], 1)]);
    let mut subscription = subscribe(&mut informer, Delivery::Everything);
    let options = SubscribeOptions::new().resync(Duration::from_secs(60));
    let _resyncing = informer.subscribe(Instant::ORIGIN, options);
    let change = |kind: fn(Object) -> ChangeKind<Object>| Change::new(kind(object.clone()), rv(2));
    let lag = |subscription: &Subscription<Object>| subscription.subscriber().lag().bytes as usize;
    feed(&mut informer, [change(ChangeKind::Added)]);
    assert_eq!(lag(&subscription), bytes);
    // It is shown again to the other one, and passes this one by.
    feed(&mut informer, [change(ChangeKind::Updated)]);
    assert_eq!(lag(&subscription), bytes * 2);
    let later = Change::new(ChangeKind::Updated(heavy("n/a", 3, 1_000)), rv(3));
    feed(&mut informer, [later]);
    assert_eq!(lag(&subscription), bytes * 4, "the states before and after");
    assert_eq!(told(&mut subscription).len(), 3, "synced, added, updated");
    assert_eq!(subscription.subscriber().lag(), Lag::default());
}

// claims: cache.delivery.bounded, cache.delivery.lag
#[test]
fn what_waits_in_a_mailbox_is_counted_in_bytes_too() {
    let mut informer = informer(Policy::InOrder);
    feed(&mut informer, [replaced(&[], 1)]);
    let mut bounded = subscribe(&mut informer, Delivery::Bounded(2));
    told(&mut bounded);
    let mut sizes = Vec::new();
    for version in 2..6_u64 {
        let object = heavy(&format!("n/{version}"), version, 100 * version as usize);
        sizes.push(Cached::size(&object) as u64);
        feed(
            &mut informer,
            [Change::new(ChangeKind::Added(object), rv(version))],
        );
    }
    let lag = |bounded: &Subscription<Object>| {
        let lag = bounded.subscriber().lag();
        (lag.events, lag.bytes)
    };
    assert_eq!(lag(&bounded), (2, sizes[2] + sizes[3]));
    assert_eq!(bounded.subscriber().dropped(), 2);
    assert!(bounded.next_notice().is_some());
    assert_eq!(lag(&bounded), (1, sizes[3]));
    assert!(bounded.next_notice().is_some());
    assert_eq!(lag(&bounded), (0, 0));
}

// claims: cache.delivery.latest
#[test]
fn what_came_to_nothing_does_not_wait() {
    for delivery in [Delivery::Latest, Delivery::Keys] {
        let mut informer = informer(Policy::InOrder);
        feed(&mut informer, [replaced(&[("n/a", 1)], 1)]);
        let mut subscription = subscribe(&mut informer, delivery);
        told(&mut subscription);
        let mut version = 1;
        let mut next = || {
            version += 1;
            version
        };
        let stay = ["n/1", "n/2", "n/3", "n/4", "n/5"];
        feed(&mut informer, stay.map(|name| added(name, next())));
        for name in ["n/gone", "n/back"] {
            feed(&mut informer, [added(name, next()), deleted(name, next())]);
        }
        assert_eq!(subscription.subscriber().lag().events, 5, "{delivery:?}");
        let changes = [
            added("n/back", next()),
            added("n/new", next()),
            updated("n/a", next()),
        ];
        feed(&mut informer, changes);
        assert_eq!(subscription.subscriber().lag().events, 8, "{delivery:?}");
        assert_eq!(subscription.subscriber().merged(), 2, "{delivery:?}");
        let told = told(&mut subscription);
        let keys: Vec<&str> = told
            .iter()
            .map(|it| it.rsplit(' ').next().unwrap().split('@').next().unwrap())
            .collect();
        let expected = [&stay[..], &["n/back", "n/new", "n/a"]].concat();
        assert_eq!(keys, expected, "{delivery:?}: {told:?}");
        assert_eq!(subscription.subscriber().lag().events, 0, "{delivery:?}");
    }
}

// claims: cache.delivery.latest
#[test]
fn among_many_that_come_and_go_those_that_stay_are_told_in_order() {
    let mut informer = informer(Policy::InOrder);
    let mut latest = subscribe(&mut informer, Delivery::Latest);
    feed(
        &mut informer,
        [added("n/first", 1), replaced(&[("n/first", 1)], 1)],
    );
    let mut stay = vec!["initial n/first@1".to_owned(), "synced".to_owned()];
    for version in (2..2_000_u64).step_by(2) {
        let key = format!("n/{version}");
        feed(&mut informer, [added(&key, version)]);
        if version % 100 == 0 {
            stay.push(format!("added n/{version}@{version}"));
        } else {
            feed(&mut informer, [deleted(&key, version + 1)]);
        }
    }
    assert_eq!(latest.subscriber().lag().events as usize, stay.len() - 1);
    assert_eq!(told(&mut latest), stay);
}

#[test]
fn only_who_unsubscribed_is_told_no_more() {
    let mut informer = informer(Policy::InOrder);
    feed(&mut informer, [replaced(&[], 1)]);
    let mut stays = subscribe(&mut informer, Delivery::Latest);
    let mut goes = subscribe(&mut informer, Delivery::Latest);
    assert_ne!(stays.subscriber().id(), goes.subscriber().id());
    informer.unsubscribe(goes.subscriber().id());
    feed(&mut informer, [added("n/a", 2)]);
    assert_eq!(told(&mut stays), ["synced", "added n/a@2"]);
    assert_eq!(told(&mut goes), ["synced"]);
}

// claims: cache.informer.resync
#[test]
fn an_object_that_is_about_to_be_told_is_not_shown_again() {
    for delivery in [Delivery::Latest, Delivery::Keys] {
        let mut informer = informer(Policy::InOrder);
        feed(&mut informer, [replaced(&[("n/a", 1), ("n/b", 1)], 1)]);
        let options = SubscribeOptions::new()
            .delivery(delivery)
            .resync(Duration::from_secs(5));
        let mut subscription = informer.subscribe(Instant::ORIGIN, options);
        told(&mut subscription);
        feed(&mut informer, [updated("n/a", 2)]);
        informer.handle_timeout(Instant::ORIGIN + Duration::from_secs(5));
        informer.flush();
        assert_eq!(subscription.subscriber().merged(), 0, "{delivery:?}");
        let expected = match delivery {
            Delivery::Keys => ["Updated n/a", "Updated n/b"],
            _ => ["updated n/a@1 n/a@2", "updated n/b@1 n/b@1"],
        };
        assert_eq!(told(&mut subscription), expected);
    }
}

#[test]
fn what_it_begins_with_is_a_part_of_its_lag() {
    for delivery in [Delivery::Everything, Delivery::Latest, Delivery::Keys] {
        let mut informer = informer(Policy::InOrder);
        let objects: Vec<String> = (0..200).map(|n| format!("n/{n}")).collect();
        let objects: Vec<(&str, u64)> = objects.iter().map(|key| (key.as_str(), 1)).collect();
        feed(&mut informer, [replaced(&objects, 1)]);
        let mut subscription = subscribe(&mut informer, delivery);
        feed(&mut informer, [added("n/new", 2)]);
        for left in (0..201).rev() {
            // In between it says that these were all.
            while matches!(subscription.next_notice(), Some(Notice::Synced)) {}
            assert_eq!(subscription.subscriber().lag().events, left, "{delivery:?}");
        }
        assert!(subscription.next_notice().is_none());
    }
}
