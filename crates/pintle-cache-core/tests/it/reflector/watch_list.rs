//! Watches that begin with all objects.

use super::*;

// claims: cache.reflector.watch-list, cache.reflector.watch-list.options
#[test]
fn it_begins_with_a_watch_that_begins_with_all_objects_and_goes_on_with_it() {
    let mut driven = Driven::new(ReflectorOptions::new());
    let options = driven.watch();
    assert_eq!(options.send_initial_events, Some(true));
    assert_eq!(options.resource_version_match, "NotOlderThan");
    assert_eq!(options.resource_version, "");
    assert!(options.allow_watch_bookmarks);
    assert_eq!(driven.reflector.phase(), Phase::Initial);

    assert!(driven.event(EventKind::Added, "n/b", 3).is_none());
    assert!(driven.event(EventKind::Added, "n/a", 2).is_none());
    assert!(driven.event(EventKind::Modified, "n/a", 4).is_none());
    assert!(driven.event(EventKind::Added, "n/c", 5).is_none());
    assert!(driven.event(EventKind::Deleted, "n/c", 6).is_none());
    assert!(driven.bookmark(6, false).is_none(), "it is not the end");
    assert_eq!(driven.reflector.resource_version().as_str(), "");
    let (objects, _) = all(driven.bookmark(7, true));
    assert_eq!(objects, ["n/a@4", "n/b@3"]);
    assert_eq!(driven.reflector.resource_version().as_str(), "7");

    // The same stream goes on.
    assert_eq!(driven.action(), None);
    let change = driven.event(EventKind::Modified, "n/b", 8).unwrap();
    assert!(matches!(change.kind, ChangeKind::Updated(_)));
    assert_eq!(change.resource_version.as_str(), "8");
}

// claims: cache.reflector.watch-list.fallback
#[test]
fn a_server_that_does_not_know_such_watches_is_asked_for_a_list() {
    let mut driven = Driven::new(ReflectorOptions::new());
    driven.open();
    driven.fail(Failure::Other);
    let options = driven.list();
    assert_eq!(
        (options.resource_version.as_str(), options.limit),
        ("0", 500)
    );
    driven
        .reflector
        .handle_item(driven.now, object("n/a", 2), true);
    assert_eq!(all(driven.page(5, "")).0, ["n/a@2"]);
    assert_eq!(driven.watch().resource_version, "5");

    // For that attempt only.
    driven
        .reflector
        .handle_failure(driven.now, Failure::Expired);
    driven.rest();
    assert_eq!(driven.open().send_initial_events, Some(true));
}

// claims: cache.reflector.watch-list.version
#[test]
fn a_version_that_is_not_to_be_had_is_given_up_at_once() {
    for failure in [Failure::Expired, Failure::VersionTooLarge] {
        let mut driven = Driven::watching(9);
        driven.fail(Failure::Other);
        driven.rest();
        let options = driven.open();
        assert_eq!(options.resource_version, "9");
        driven.fail(failure);
        assert_eq!(driven.watch().resource_version, "", "{failure:?}");
        // Nothing of the first attempt is left, and what was not deleted is there.
        driven.event(EventKind::Added, "n/a", 12);
        assert_eq!(all(driven.bookmark(12, true)).0, ["n/a@12"]);
        driven.fail(Failure::Other);
        driven.rest();
        assert_eq!(driven.open().resource_version, "12");
    }
}

// claims: cache.reflector.watch-list.transient
#[test]
fn a_server_that_is_away_or_busy_is_asked_for_the_same_watch_later() {
    let busy = Failure::TooManyRequests {
        retry_after: Duration::ZERO,
    };
    for failure in [Failure::Refused, busy] {
        let mut driven = Driven::new(ReflectorOptions::new());
        driven.open();
        driven.fail(failure);
        driven.rest();
        let options = driven.watch();
        assert_eq!(options.send_initial_events, Some(true));
        driven.event(EventKind::Added, "n/a", 1);
        driven.fail(failure);
        driven.rest();
        driven.watch();
        assert!(all(driven.bookmark(3, true)).0.is_empty(), "it begins anew");
    }
}

// claims: cache.reflector.watch-list.warns
#[test]
fn objects_that_are_late_are_warned_of_every_ten_seconds() {
    let mut driven = Driven::new(ReflectorOptions::new());
    let start = driven.now;
    driven.watch();
    let ten = Duration::from_secs(10);
    assert_eq!(driven.reflector.poll_timeout(), Some(start + ten));
    driven.advance(Duration::from_secs(9));
    assert_eq!(driven.action(), None);
    driven.advance(Duration::from_secs(1));
    let late = |last_event| {
        let since = start;
        Some(Action::Warn(Warning::InitialEventsAreLate {
            since,
            last_event,
        }))
    };
    assert_eq!(driven.action(), late(None));
    driven.advance(Duration::from_secs(4));
    driven.event(EventKind::Added, "n/a", 1);
    let last = driven.now;
    driven.advance(Duration::from_secs(9));
    assert_eq!(driven.action(), None);
    driven.advance(Duration::from_secs(1));
    assert_eq!(driven.action(), late(Some(last)));
    driven.bookmark(3, true);
    driven.advance(Duration::from_secs(60));
    assert_eq!(driven.action(), None);
}

// claims: cache.reflector.watch-list.closed
#[test]
fn a_watch_that_ends_before_all_objects_came_is_begun_again_after_a_wait() {
    for failure in [None, Some(Failure::Broken)] {
        let mut driven = Driven::new(ReflectorOptions::new());
        driven.watch();
        driven.event(EventKind::Added, "n/a", 3);
        driven.reflector.handle_end(driven.now, failure);
        assert_eq!(driven.rest(), ms(800));
        assert_eq!(driven.watch().send_initial_events, Some(true));
        assert!(all(driven.bookmark(3, true)).0.is_empty());

        // Without an event, and at once: a list may do better.
        let mut driven = Driven::new(ReflectorOptions::new());
        driven.watch();
        driven.reflector.handle_end(driven.now, failure);
        assert_eq!(
            driven.action(),
            Some(Action::Warn(Warning::WatchWasVeryShort))
        );
        driven.list();
    }
}

// claims: cache.reflector.watch.version
#[test]
fn from_an_unknown_version_on_none_is_taken_over_until_something_changed() {
    for unknown in ["", "0"] {
        let mut driven = Driven::new(list_only());
        driven.list();
        let metadata = ListMeta {
            resource_version: unknown.into(),
            ..ListMeta::default()
        };
        driven.reflector.handle_page(driven.now, &metadata);
        assert_eq!(driven.watch().resource_version, unknown);
        let change = driven.event(EventKind::Added, "n/b", 7).unwrap();
        assert_eq!(change.resource_version.as_str(), "");
        driven.event(EventKind::Added, "n/a", 3);
        assert_eq!(driven.reflector.resource_version().as_str(), unknown);
        let change = driven.event(EventKind::Deleted, "n/b", 9).unwrap();
        assert_eq!(change.resource_version.as_str(), "9");
        driven.event(EventKind::Added, "n/c", 10);
        assert_eq!(driven.reflector.resource_version().as_str(), "10");
    }
}

#[test]
fn a_watch_list_of_the_latest_that_expires_too_falls_back_to_a_list() {
    let mut driven = Driven::watching(9);
    driven.fail(Failure::Other);
    driven.rest();
    driven.open();
    driven.fail(Failure::Expired);
    assert_eq!(driven.open().resource_version, "");
    driven.fail(Failure::Expired);
    assert_eq!(driven.list().resource_version, "");
}
