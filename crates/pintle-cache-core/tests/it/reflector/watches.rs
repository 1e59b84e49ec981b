//! Watches from a version on.

use super::*;

// claims: cache.reflector.watch.open
#[test]
fn a_watch_that_does_not_begin_is_asked_for_again_if_that_may_help() {
    let busy = Failure::TooManyRequests {
        retry_after: Duration::from_secs(7),
    };
    for (failure, least) in [(Failure::Refused, ms(800)), (busy, ms(7_000))] {
        let mut driven = Driven::watching(9);
        driven.now = driven.now + Duration::from_secs(3);
        driven.reflector.handle_end(driven.now, None);
        driven.open();
        driven.fail(failure);
        assert_eq!(driven.rest(), least);
        let options = driven.open();
        assert_eq!(
            (
                options.resource_version.as_str(),
                options.send_initial_events
            ),
            ("9", None)
        );
    }
    let mut driven = Driven::watching(9);
    driven.now = driven.now + Duration::from_secs(3);
    driven.reflector.handle_end(driven.now, None);
    driven.open();
    driven.fail(Failure::Expired);
    driven.rest();
    assert_eq!(
        driven.open().send_initial_events,
        Some(true),
        "it lists again"
    );
}

// claims: cache.reflector.watch.during
#[test]
fn a_watch_that_is_refused_midway_goes_on_later_and_any_other_failure_lists_again() {
    let mut driven = Driven::watching(9);
    driven.fail(Failure::TooManyRequests {
        retry_after: Duration::ZERO,
    });
    driven.rest();
    assert_eq!(driven.open().send_initial_events, None);
    for failure in [Failure::Expired, Failure::Other, Failure::VersionTooLarge] {
        let mut driven = Driven::watching(9);
        driven.fail(failure);
        driven.rest();
        let options = driven.open();
        assert_eq!(options.send_initial_events, Some(true), "{failure:?}");
        assert_eq!(options.resource_version, "9");
    }
}

// claims: cache.reflector.watch.closed, cache.reflector.watch.short
#[test]
fn a_watch_that_ends_is_begun_anew_at_once_unless_it_ended_at_once() {
    for failure in [None, Some(Failure::Broken)] {
        let mut driven = Driven::watching(9);
        driven.event(EventKind::Added, "n/a", 10);
        driven.reflector.handle_end(driven.now, failure);
        let options = driven.watch();
        assert_eq!(
            (
                options.resource_version.as_str(),
                options.send_initial_events
            ),
            ("10", None)
        );

        driven.now = driven.now + ms(999);
        driven.reflector.handle_end(driven.now, failure);
        assert_eq!(
            driven.action(),
            Some(Action::Warn(Warning::WatchWasVeryShort))
        );
        driven.rest();
        assert_eq!(driven.open().send_initial_events, Some(true));
    }
    let mut driven = Driven::watching(9);
    driven.reflector.handle_end(driven.now, None);
    driven.watch();
    driven.now = driven.now + Duration::from_secs(1);
    driven.reflector.handle_end(driven.now, None);
    assert_eq!(
        driven.open().send_initial_events,
        None,
        "it lasted a second"
    );
}

// claims: cache.reflector.bookmark
#[test]
fn a_bookmark_moves_the_version() {
    let mut driven = Driven::watching(9);
    let change = driven.bookmark(15, false).unwrap();
    assert!(matches!(change.kind, ChangeKind::Bookmark));
    assert_eq!(change.resource_version.as_str(), "15");
    driven.advance(Duration::from_secs(2));
    driven.reflector.handle_end(driven.now, None);
    assert_eq!(driven.open().resource_version, "15");
}

// claims: cache.reflector.watch-timeout
#[test]
fn a_watch_asks_for_five_to_ten_minutes() {
    let timeout = |random| {
        let mut driven = Driven::with_random(ReflectorOptions::new(), Fixed(random));
        driven.open().timeout_seconds.unwrap()
    };
    assert_eq!(timeout(0), 300);
    // The largest chance there is falls short of twice as long by less than a nanosecond.
    assert!((599..=600).contains(&timeout(u64::MAX)));
    let options = ReflectorOptions::new().watch_timeout(Duration::from_secs(10));
    let mut driven = Driven::new(options);
    assert_eq!(
        driven.open().timeout_seconds,
        Some(300),
        "never below five minutes"
    );
}

#[test]
fn an_object_that_is_not_wanted_is_as_good_as_deleted() {
    let mut driven = Driven::watching(9);
    let change = driven
        .reflector
        .handle_event(driven.now, EventKind::Modified, object("n/a", 10), false)
        .unwrap();
    assert!(matches!(change.kind, ChangeKind::Deleted(_)));
    assert_eq!(change.resource_version.as_str(), "10");
}

#[test]
fn what_is_said_when_nothing_was_asked_for_changes_nothing() {
    let mut driven = Driven::new(ReflectorOptions::new());
    driven.fail(Failure::Expired);
    assert!(driven.event(EventKind::Added, "n/a", 1).is_none());
    assert!(driven.bookmark(1, true).is_none());
    assert!(driven.page(1, "").is_none());
    assert!(
        !driven
            .reflector
            .handle_unreadable(driven.now, Some("n/a".parse().unwrap()))
    );
    driven.reflector.handle_watching(driven.now);
    assert_eq!(driven.reflector.phase(), Phase::Waiting);
    driven.open();
}
