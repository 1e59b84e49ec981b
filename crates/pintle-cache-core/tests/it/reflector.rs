//! What a reflector asks for next, whatever it was answered.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use pintle_cache_core::{
    Action, Backoff, Change, ChangeKind, EventKind, Failure, Phase, Reflector, ReflectorOptions,
    Warning,
};
use pintle_env::{Instant, Random, SeededRandom};
use pintle_meta::Bookmark;
use pintle_meta::v1::{ListMeta, ListOptions, Status, StatusCause, StatusDetails};

use crate::objects::{Object, object, said};

/// A reflector and the time that it is.
struct Driven {
    reflector: Reflector<Object>,
    now: Instant,
}

/// Draws the same number always.
struct Fixed(u64);

impl Random for Fixed {
    fn next_u64(&self) -> u64 {
        self.0
    }
}

impl Driven {
    fn new(options: ReflectorOptions) -> Self {
        Self::with_random(options, Fixed(0))
    }

    fn with_random(options: ReflectorOptions, random: impl Random) -> Self {
        Self {
            reflector: Reflector::new(options, Arc::new(random)),
            now: Instant::ORIGIN + Duration::from_secs(1_000),
        }
    }

    /// One that watches from a version on.
    fn watching(version: u64) -> Self {
        let mut driven = Self::new(ReflectorOptions::new());
        driven.watch();
        driven.bookmark(version, true).unwrap();
        driven
    }

    fn action(&mut self) -> Option<Action> {
        self.reflector.poll_action(self.now)
    }

    /// The options of the list that is to be made now.
    fn list(&mut self) -> ListOptions {
        match self.action() {
            Some(Action::List(options)) => options,
            other => panic!("not a list: {other:?}"),
        }
    }

    /// The options of the watch that is to be made now, which begins.
    fn watch(&mut self) -> ListOptions {
        let options = self.open();
        self.reflector.handle_watching(self.now);
        options
    }

    fn open(&mut self) -> ListOptions {
        match self.action() {
            Some(Action::Watch(options)) => options,
            other => panic!("not a watch: {other:?}"),
        }
    }

    fn fail(&mut self, failure: Failure) {
        self.reflector.handle_failure(self.now, failure);
    }

    fn event(&mut self, kind: EventKind, key: &str, version: u64) -> Option<Change<Object>> {
        self.reflector
            .handle_event(self.now, kind, object(key, version), true)
    }

    fn bookmark(&mut self, version: u64, is_end: bool) -> Option<Change<Object>> {
        let mut bookmark = Bookmark::default();
        bookmark.resource_version = version.to_string().as_str().into();
        bookmark.initial_events_end = is_end;
        self.reflector.handle_bookmark(self.now, &bookmark)
    }

    fn page(&mut self, version: u64, next: &str) -> Option<Change<Object>> {
        let metadata = ListMeta {
            resource_version: version.to_string().into(),
            continue_: next.into(),
            ..ListMeta::default()
        };
        self.reflector.handle_page(self.now, &metadata)
    }

    fn advance(&mut self, by: Duration) {
        self.now = self.now + by;
        self.reflector.handle_timeout(self.now);
    }

    /// How long it wants to be left alone, which it then is.
    fn rest(&mut self) -> Duration {
        assert_eq!(self.action(), None);
        assert_eq!(self.reflector.phase(), Phase::Waiting);
        let until = self.reflector.poll_timeout().unwrap();
        let rest = until.saturating_since(self.now);
        self.advance(rest);
        rest
    }
}

fn all(change: Option<Change<Object>>) -> (Vec<String>, Vec<String>) {
    match change.map(|change| change.kind) {
        Some(ChangeKind::Replaced(all)) => (
            all.objects.iter().map(|(_, object)| said(object)).collect(),
            all.unreadable.iter().map(ToString::to_string).collect(),
        ),
        other => panic!("not all objects: {other:?}"),
    }
}

fn list_only() -> ReflectorOptions {
    ReflectorOptions::new().watch_list(false)
}

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

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

// claims: cache.reflector.list.version, defects.any-version
#[test]
fn the_first_list_is_of_any_version_and_the_next_of_none_older() {
    let mut driven = Driven::new(list_only());
    let options = driven.list();
    assert_eq!(
        (options.resource_version.as_str(), options.limit),
        ("0", 500)
    );
    driven.page(5, "");
    driven.watch();
    driven.event(EventKind::Modified, "n/a", 8);
    driven.fail(Failure::Expired);
    driven.rest();
    let options = driven.list();
    // Without a limit the server answers from its cache.
    assert_eq!((options.resource_version.as_str(), options.limit), ("8", 0));
}

// claims: cache.reflector.list.relist, defects.gone-at-start
#[test]
fn a_list_of_a_version_that_is_not_to_be_had_is_made_again_of_the_latest() {
    for failure in [Failure::Expired, Failure::VersionTooLarge] {
        let mut driven = Driven::new(list_only());
        driven.list();
        driven.page(5, "");
        driven.open();
        driven.fail(Failure::Expired);
        driven.rest();
        assert_eq!(driven.list().resource_version, "5");
        driven.fail(failure);
        let options = driven.list();
        assert_eq!(
            (options.resource_version.as_str(), options.limit),
            ("", 500)
        );
        // Once: then it waits.
        driven.fail(failure);
        driven.rest();
        assert_eq!(driven.list().resource_version, "");
        driven.page(9, "");
        assert_eq!(driven.open().resource_version, "9");
    }
}

// claims: cache.pager.pages, cache.pager.expired
#[test]
fn pages_follow_one_another_and_one_that_expired_makes_all_be_listed_at_once() {
    let mut driven = Driven::new(list_only());
    driven.list();
    driven
        .reflector
        .handle_item(driven.now, object("n/a", 1), true);
    assert!(driven.page(5, "token").is_none());
    let options = driven.list();
    assert_eq!(options.continue_, "token");
    assert_eq!(
        (options.resource_version.as_str(), options.limit),
        ("", 500)
    );
    driven
        .reflector
        .handle_item(driven.now, object("n/b", 1), true);
    driven.fail(Failure::Expired);
    let options = driven.list();
    assert_eq!((options.continue_.as_str(), options.limit), ("", 0));
    assert_eq!(options.resource_version, "0");
    driven
        .reflector
        .handle_item(driven.now, object("n/c", 7), true);
    assert_eq!(all(driven.page(7, "")).0, ["n/c@7"], "nothing of the pages");
}

// claims: cache.reflector.list.failed-page
#[test]
fn a_page_that_fails_leaves_neither_objects_nor_a_version_behind() {
    let mut driven = Driven::new(list_only());
    driven.list();
    driven
        .reflector
        .handle_item(driven.now, object("n/a", 1), true);
    driven.page(5, "token");
    driven.list();
    driven.fail(Failure::Broken);
    assert_eq!(driven.reflector.resource_version().as_str(), "");
    driven.rest();
    assert_eq!(driven.list().resource_version, "0");
    driven
        .reflector
        .handle_item(driven.now, object("n/b", 1), true);
    assert_eq!(all(driven.page(6, "")).0, ["n/b@1"]);
}

// claims: cache.reflector.list.pages
#[test]
fn a_server_that_pages_any_version_is_asked_for_pages_from_then_on() {
    let mut driven = Driven::new(list_only());
    driven.list();
    driven.page(5, "token");
    driven.list();
    driven.page(5, "");
    driven.open();
    driven.fail(Failure::Other);
    driven.rest();
    let options = driven.list();
    assert_eq!(
        (options.resource_version.as_str(), options.limit),
        ("5", 500)
    );

    let mut driven = Driven::new(list_only().page_size(20));
    assert_eq!(driven.list().limit, 20);
    driven.page(5, "");
    driven.open();
    driven.fail(Failure::Other);
    driven.rest();
    assert_eq!(
        driven.list().limit,
        20,
        "a page that was asked for is kept to"
    );
}

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

// claims: cache.reflector.backoff
#[test]
fn waits_double_from_0_8_to_30_seconds_and_chance_makes_them_up_to_twice_as_long() {
    let mut waits = Vec::new();
    let mut driven = Driven::new(list_only());
    for _ in 0..8 {
        driven.list();
        driven.fail(Failure::Other);
        waits.push(driven.rest());
    }
    let expected = [800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000];
    assert_eq!(waits, expected.map(ms));

    // The largest chance there is.
    let mut driven = Driven::with_random(list_only(), Fixed(u64::MAX));
    driven.list();
    driven.fail(Failure::Other);
    let wait = driven.rest();
    assert!(wait > ms(1_599) && wait < ms(1_601), "{wait:?}");

    let random = SeededRandom::new(7);
    let mut driven = Driven::with_random(list_only(), random);
    driven.list();
    driven.fail(Failure::Other);
    let wait = driven.rest();
    assert!((ms(800)..ms(1_600)).contains(&wait), "{wait:?}");
}

// claims: cache.reflector.backoff.reset
#[test]
fn waits_begin_anew_after_two_minutes_without_a_failure() {
    let fail_after = |driven: &mut Driven, quiet: Duration| {
        driven.watch();
        driven.bookmark(9, true);
        driven.now = driven.now + quiet;
        driven.fail(Failure::Other);
        driven.rest()
    };
    let mut driven = Driven::new(ReflectorOptions::new());
    assert_eq!(fail_after(&mut driven, ms(0)), ms(800));
    assert_eq!(fail_after(&mut driven, ms(119_000)), ms(1_600));
    assert_eq!(fail_after(&mut driven, ms(120_000)), ms(3_200));
    assert_eq!(fail_after(&mut driven, ms(121_000)), ms(800));
    // Failing all the time is no reason to begin anew, however long it lasts.
    let waits: Vec<Duration> = (0..12).map(|_| fail_after(&mut driven, ms(10))).collect();
    assert_eq!(waits.last(), Some(&ms(30_000)));
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

// claims: cache.reflector.unreadable-item
#[test]
fn an_item_that_cannot_be_read_stays_as_it_is_and_a_nameless_one_fails_the_list() {
    let mut driven = Driven::new(list_only());
    driven.list();
    driven
        .reflector
        .handle_item(driven.now, object("n/a", 1), true);
    assert!(
        driven
            .reflector
            .handle_unreadable(driven.now, Some("n/b".parse().unwrap()))
    );
    let (objects, unreadable) = all(driven.page(5, ""));
    assert_eq!(
        (objects, unreadable),
        (vec!["n/a@1".into()], vec!["n/b".into()])
    );

    let mut driven = Driven::new(list_only());
    driven.list();
    assert!(!driven.reflector.handle_unreadable(driven.now, None));
    driven.rest();
    driven.list();

    // The same of objects with which a watch begins; there, a list is tried.
    let mut driven = Driven::new(ReflectorOptions::new());
    driven.watch();
    assert!(!driven.reflector.handle_unreadable(driven.now, None));
    driven.list();
}

#[test]
fn what_was_said_of_an_object_after_it_was_unreadable_counts() {
    let mut driven = Driven::new(ReflectorOptions::new());
    driven.watch();
    let name = |key: &str| Some(key.parse().unwrap());
    driven
        .reflector
        .handle_unreadable(driven.now, name("n/gone"));
    driven.event(EventKind::Deleted, "n/gone", 3);
    driven
        .reflector
        .handle_unreadable(driven.now, name("n/read"));
    driven.event(EventKind::Modified, "n/read", 4);
    driven.event(EventKind::Added, "n/spoilt", 5);
    driven
        .reflector
        .handle_unreadable(driven.now, name("n/spoilt"));
    driven.event(EventKind::Added, "n/back", 6);
    driven.event(EventKind::Deleted, "n/back", 7);
    driven
        .reflector
        .handle_unreadable(driven.now, name("n/back"));
    let (objects, unreadable) = all(driven.bookmark(9, true));
    assert_eq!(objects, ["n/read@4", "n/spoilt@5"]);
    assert_eq!(unreadable, ["n/back"]);
}

// claims: cache.reflector.unreadable-event
#[test]
fn an_event_that_cannot_be_read_costs_itself_and_nothing_else() {
    let mut driven = Driven::watching(9);
    assert!(driven.reflector.handle_unreadable(driven.now, None));
    assert_eq!(driven.action(), None);
    let change = driven.event(EventKind::Added, "n/a", 11).unwrap();
    assert_eq!(change.resource_version.as_str(), "11");
}

// claims: cache.reflector.unreadable-deletion
#[test]
fn a_deletion_that_cannot_be_read_is_one_by_its_name_and_without_one_asks_for_everything() {
    let name = || Some("n/a".parse().unwrap());
    let mut driven = Driven::watching(9);
    let outcome = driven
        .reflector
        .handle_unreadable_deletion(driven.now, name());
    let ControlFlow::Continue(Some(change)) = outcome else {
        panic!("the watch goes on")
    };
    assert!(matches!(change.kind, ChangeKind::Vanished(key) if Some(&key) == name().as_ref()));
    // Which version that was cannot be read either.
    assert!(change.resource_version.is_empty());
    assert_eq!(driven.reflector.resource_version().as_str(), "9");

    let outcome = driven
        .reflector
        .handle_unreadable_deletion(driven.now, None);
    assert!(outcome.is_break());
    driven.rest();
    assert_eq!(driven.open().send_initial_events, Some(true));

    // Among the objects with which a watch begins, it is gone again.
    let mut driven = Driven::new(ReflectorOptions::new());
    driven.watch();
    driven.event(EventKind::Added, "n/a", 3);
    let outcome = driven
        .reflector
        .handle_unreadable_deletion(driven.now, name());
    assert!(matches!(outcome, ControlFlow::Continue(None)));
    assert_eq!(all(driven.bookmark(9, true)), (vec![], vec![]));
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
fn what_is_silent_for_too_long_is_given_up() {
    let stalled = [Some(Action::Close), Some(Action::Warn(Warning::Stalled))];
    let mut driven = Driven::new(list_only());
    driven.list();
    driven.advance(Duration::from_secs(59));
    driven
        .reflector
        .handle_item(driven.now, object("n/a", 1), true);
    driven.advance(Duration::from_secs(59));
    assert_eq!(driven.action(), None);
    driven.advance(Duration::from_secs(1));
    assert_eq!([driven.action(), driven.action()], stalled);
    driven.rest();
    driven.list();

    // A watch that the server should have ended begins anew where it was.
    let mut driven = Driven::watching(9);
    driven.advance(Duration::from_secs(300 + 59));
    assert_eq!(driven.action(), None);
    driven.advance(Duration::from_secs(1));
    assert_eq!([driven.action(), driven.action()], stalled);
    let options = driven.open();
    assert_eq!(
        (
            options.resource_version.as_str(),
            options.send_initial_events
        ),
        ("9", None)
    );
}

#[test]
fn a_watch_that_is_never_answered_is_given_up() {
    let mut driven = Driven::new(ReflectorOptions::new());
    driven.open();
    driven.advance(Duration::from_secs(300 + 59));
    assert_eq!(driven.action(), None);
    driven.advance(Duration::from_secs(1));
    assert_eq!(driven.action(), Some(Action::Close));
    assert_eq!(driven.action(), Some(Action::Warn(Warning::Stalled)));
    driven.list();
}

// claims: cache.reflector.status
#[test]
fn statuses_are_told_apart_as_by_client_go() {
    let status = |reason: &str, code: i32, message: &str, cause: &str| Status {
        reason: reason.into(),
        code,
        message: message.into(),
        details: Some(
            StatusDetails {
                causes: [StatusCause {
                    reason: cause.into(),
                    ..StatusCause::default()
                }]
                .into(),
                retry_after_seconds: 3,
                ..StatusDetails::default()
            }
            .into(),
        ),
        ..Status::default()
    };
    let busy = Failure::TooManyRequests {
        retry_after: Duration::from_secs(3),
    };
    for (reason, code, message, cause, failure) in [
        ("Expired", 410, "", "", Failure::Expired),
        ("Gone", 410, "", "", Failure::Expired),
        ("", 410, "", "", Failure::Expired),
        ("TooManyRequests", 429, "", "", busy),
        (
            "Timeout",
            504,
            "",
            "ResourceVersionTooLarge",
            Failure::VersionTooLarge,
        ),
        (
            "Timeout",
            504,
            "Too large resource version: 9",
            "",
            Failure::VersionTooLarge,
        ),
        ("Timeout", 504, "it took too long", "", Failure::Other),
        (
            "InternalError",
            500,
            "Too large resource version",
            "",
            Failure::Other,
        ),
        ("Unauthorized", 401, "", "", Failure::Other),
    ] {
        let found = Failure::of_status(&status(reason, code, message, cause));
        assert_eq!(found, failure, "{reason} {message}");
    }
}

#[test]
fn it_says_what_it_is_doing_and_how_much_has_come() {
    let phase = |driven: &Driven| (driven.reflector.phase(), driven.reflector.arrived());
    let mut driven = Driven::new(ReflectorOptions::new());
    assert_eq!(phase(&driven), (Phase::Waiting, 0));
    driven.open();
    assert_eq!(phase(&driven), (Phase::OpeningWatchList, 0));
    driven.reflector.handle_watching(driven.now);
    assert_eq!(phase(&driven), (Phase::Initial, 0));
    for (key, version) in [("n/a", 1), ("n/b", 2), ("n/c", 3)] {
        driven.event(EventKind::Added, key, version);
    }
    assert_eq!(phase(&driven), (Phase::Initial, 3));
    driven.bookmark(3, true);
    assert_eq!(phase(&driven), (Phase::Watching, 0));
    driven.reflector.handle_end(driven.now, None);
    driven.open();
    assert_eq!(phase(&driven), (Phase::OpeningWatch, 0));

    let mut driven = Driven::new(list_only());
    driven.list();
    for (key, version) in [("n/a", 1), ("n/b", 2)] {
        driven
            .reflector
            .handle_item(driven.now, object(key, version), true);
    }
    assert_eq!(phase(&driven), (Phase::Listing, 2));
    let said = format!("{:?}", driven.reflector);
    assert!(
        said.starts_with("Reflector { phase: Listing, resource_version: "),
        "{said}"
    );
}

#[test]
fn an_object_of_a_list_that_is_not_wanted_is_not_there() {
    let mut driven = Driven::new(list_only());
    driven.list();
    driven
        .reflector
        .handle_item(driven.now, object("n/a", 1), false);
    driven
        .reflector
        .handle_item(driven.now, object("n/b", 1), true);
    assert_eq!(all(driven.page(5, "")).0, ["n/b@1"]);

    let mut driven = Driven::new(ReflectorOptions::new());
    driven.watch();
    driven.event(EventKind::Added, "n/a", 1);
    driven
        .reflector
        .handle_event(driven.now, EventKind::Modified, object("n/a", 2), false);
    assert!(all(driven.bookmark(5, true)).0.is_empty());
}

#[test]
fn what_is_decided_before_it_starts_is_kept_to() {
    let minutes = |n: u64| Duration::from_secs(60 * n);
    let options = ReflectorOptions::new()
        .watch_timeout(minutes(10))
        .patience(Duration::from_secs(7));
    let timeout = |random| {
        let mut driven = Driven::with_random(options.clone(), Fixed(random));
        driven.open().timeout_seconds.unwrap()
    };
    assert_eq!(timeout(0), 600);
    assert!((1_199..=1_200).contains(&timeout(u64::MAX)));
    let mut driven = Driven::new(options.clone());
    driven.open();
    let deadline = driven.now + minutes(10) + Duration::from_secs(7);
    assert_eq!(driven.reflector.poll_timeout(), Some(deadline));
    let mut driven = Driven::new(options.watch_list(false));
    driven.list();
    let deadline = driven.now + Duration::from_secs(7);
    assert_eq!(driven.reflector.poll_timeout(), Some(deadline));

    let backoff = Backoff::new(ms(10), ms(25));
    let mut driven = Driven::new(list_only().backoff(backoff));
    for wait in [10, 20, 25, 25] {
        driven.list();
        driven.fail(Failure::Other);
        assert_eq!(driven.rest(), ms(wait));
    }
}

#[test]
fn whatever_comes_of_a_list_is_a_sign_of_life() {
    let options = list_only().patience(Duration::from_secs(60));
    type Come = fn(&mut Driven);
    let signs: [Come; 4] = [
        |driven| {
            driven
                .reflector
                .handle_item(driven.now, object("n/a", 1), false);
        },
        |driven| {
            let name = Some("n/b".parse().unwrap());
            assert!(driven.reflector.handle_unreadable(driven.now, name));
        },
        |driven| assert!(driven.page(5, "token").is_none()),
        |driven| driven.fail(Failure::Expired),
    ];
    for come in signs {
        let mut driven = Driven::new(options.clone());
        driven.list();
        driven.advance(Duration::from_secs(40));
        come(&mut driven);
        let deadline = driven.now + Duration::from_secs(60);
        assert_eq!(driven.reflector.poll_timeout(), Some(deadline));
    }
}

#[test]
fn a_list_at_once_that_expires_too_is_made_again_of_the_latest() {
    let mut driven = Driven::new(list_only());
    driven.list();
    driven.page(5, "token");
    driven.list();
    driven.fail(Failure::Expired);
    assert_eq!(driven.list().limit, 0);
    driven.fail(Failure::Expired);
    let options = driven.list();
    assert_eq!(
        (options.resource_version.as_str(), options.limit),
        ("", 500)
    );
    // Of that one the first page has come, so that it may be asked for at once too.
    driven.page(9, "token");
    driven.list();
    driven.fail(Failure::Expired);
    let options = driven.list();
    assert_eq!((options.resource_version.as_str(), options.limit), ("", 0));
    driven.fail(Failure::Expired);
    driven.rest();

    // A page that fails in another way fails the list.
    for failure in [Failure::Other, Failure::Broken, Failure::Refused] {
        let mut driven = Driven::new(list_only());
        driven.list();
        driven.page(5, "token");
        driven.list();
        driven.fail(failure);
        driven.rest();
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

#[test]
fn one_page_of_any_version_is_no_reason_to_ask_for_pages() {
    let mut driven = Driven::new(list_only());
    driven.list();
    driven.page(5, "");
    driven.open();
    driven.fail(Failure::Other);
    driven.rest();
    assert_eq!(driven.list().limit, 0);
    // Nor are pages of a version that was asked for.
    driven.page(5, "token");
    driven.list();
    driven.page(6, "");
    driven.open();
    driven.fail(Failure::Other);
    driven.rest();
    assert_eq!(driven.list().limit, 0);
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

// claims: cache.reflector.status
#[test]
fn a_status_without_a_reason_goes_by_its_code_and_one_with_a_reason_by_that() {
    let status = |reason: &str, code: i32, message: &str| Status {
        reason: reason.into(),
        code,
        message: message.into(),
        ..Status::default()
    };
    let busy = Failure::TooManyRequests {
        retry_after: Duration::ZERO,
    };
    let too_large = "Too large resource version";
    for (reason, code, message, failure) in [
        ("", 429, "", busy),
        ("", 504, too_large, Failure::VersionTooLarge),
        ("", 500, too_large, Failure::Other),
        ("Expired", 500, "", Failure::Expired),
        ("Gone", 500, "", Failure::Expired),
        ("NotFound", 410, "", Failure::Other),
        ("NotFound", 429, "", Failure::Other),
        ("NotFound", 504, too_large, Failure::Other),
        ("", 404, "", Failure::Other),
    ] {
        let found = Failure::of_status(&status(reason, code, message));
        assert_eq!(found, failure, "{reason} {code} {message}");
    }
    let cause = |reason: &str, message: &str| {
        let cause = StatusCause {
            reason: reason.into(),
            message: message.into(),
            ..StatusCause::default()
        };
        let details = StatusDetails {
            causes: [cause].into(),
            ..StatusDetails::default()
        };
        Some(details.into())
    };
    for (reason, details, failure) in [
        ("Timeout", cause("", too_large), Failure::VersionTooLarge),
        ("InternalError", cause("", too_large), Failure::Other),
        ("Timeout", cause("", "something else"), Failure::Other),
    ] {
        let status = Status {
            reason: reason.into(),
            details,
            ..Status::default()
        };
        assert_eq!(Failure::of_status(&status), failure, "{reason}");
    }
}
