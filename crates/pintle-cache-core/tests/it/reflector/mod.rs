//! What a reflector asks for next, whatever it was answered.

mod lists;
mod unreadable;
mod waits;
mod watch_list;
mod watches;

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
