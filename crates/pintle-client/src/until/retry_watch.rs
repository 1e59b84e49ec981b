//! [`RetryWatch`], what to do about each event of a watch that goes on when it breaks.
//!
//! Invariant: the version to go on from is that of the last event that was given away, or of a bookmark
//! behind it, so that nothing is missed and nothing comes twice.

use std::time::Duration;

use pintle_meta::v1::{ListOptions, Status};
use pintle_meta::{Metadata as _, Object, WatchEvent};

use crate::{Error, ErrorKind};

/// A watch that goes on when it breaks, from where it was: what to do next, without doing it.
///
/// [`RetryWatcher`](crate::RetryWatcher) does it. client-go's `watch.RetryWatcher`.
#[derive(Clone, Debug)]
pub struct RetryWatch {
    version: String,
}

/// What to do next.
///
/// Exhaustive: whoever drives a watch does one of these.
#[derive(Debug)]
pub enum Next<K> {
    /// Give an event away, and go on with the watch.
    Give(WatchEvent<K>),
    /// Go on with the watch.
    Read,
    /// Begin another watch, so much time later, and not before [`RetryWatch::GAP`] has passed since the
    /// last one was begun.
    Reopen(Duration),
    /// Fail: the watch cannot go on.
    Fail(Error),
}

impl RetryWatch {
    /// The least time from the beginning of one watch to that of the next.
    pub const GAP: Duration = Duration::from_secs(1);

    /// A watch from just behind a version.
    ///
    /// # Errors
    /// A misuse without a version, and with `0`, which is any version: where such a watch is it says
    /// only when something happens, and would begin from somewhere else when it breaks before.
    pub fn new(version: impl Into<String>) -> Result<Self, Error> {
        let version = version.into();
        if version.is_empty() || version == "0" {
            let message = format!(
                "a watch cannot go on from the version {version:?}: list first, and go on from there"
            );
            return Err(Error::misuse(message));
        }
        Ok(Self { version })
    }

    /// The version that was seen last.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The options of the next watch.
    pub fn options(&self, options: &ListOptions) -> ListOptions {
        ListOptions {
            resource_version: self.version.as_str().into(),
            allow_watch_bookmarks: true,
            ..options.clone()
        }
    }

    /// What to do about a watch that could not be begun.
    pub fn handle_refusal<K>(&self, error: Error) -> Next<K> {
        let hopeless = matches!(error.kind(), ErrorKind::Misuse | ErrorKind::Configuration);
        let forbidden = error.is_forbidden() || error.is_unauthorized();
        if hopeless || forbidden || error.is_gone() {
            return Next::Fail(error);
        }
        tracing::debug!(%error, "a watch could not be begun");
        Next::Reopen(error.as_status().map_or(Duration::ZERO, retry_after))
    }

    /// What to do about what a watch brought, or about its end.
    pub fn handle<K: Object>(&mut self, item: Result<Option<WatchEvent<K>>, Error>) -> Next<K> {
        match item {
            Ok(Some(WatchEvent::Bookmark(bookmark))) => {
                let version = bookmark.resource_version.to_string();
                self.advance(version, Next::Read)
            }
            Ok(Some(WatchEvent::Error(status))) => Self::handle_error(status),
            Ok(Some(event)) => {
                let object = event.object().expect("all other events have one");
                let version = object.metadata().resource_version().to_owned();
                self.advance(version, Next::Give(event))
            }
            Ok(None) => Next::Reopen(Duration::ZERO),
            Err(error) => {
                tracing::debug!(%error, "a watch broke");
                Next::Reopen(Duration::ZERO)
            }
        }
    }

    fn handle_error<K>(status: Status) -> Next<K> {
        if status.code == 410 {
            return Next::Fail(Error::from_status(status));
        }
        tracing::debug!(%status, "a watch ended with an error");
        Next::Reopen(retry_after(&status))
    }

    fn advance<K>(&mut self, version: String, next: Next<K>) -> Next<K> {
        if version.is_empty() {
            // To go on from the version before it would bring this one again, and again.
            let message = "an object of the watch has no resource version";
            return Next::Fail(Error::invalid_answer("a watch", message));
        }
        self.version = version;
        next
    }
}

fn retry_after(status: &Status) -> Duration {
    let seconds = status
        .details
        .as_ref()
        .map_or(0, |details| details.retry_after_seconds);
    Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use pintle_meta::Bookmark;
    use pintle_meta::v1::{PartialObjectMetadata, StatusDetails};

    use super::*;

    fn object(version: &str) -> PartialObjectMetadata {
        let mut object = PartialObjectMetadata::default();
        object.metadata.resource_version = version.into();
        object
    }

    fn status(code: i32, reason: &str, seconds: i32) -> Status {
        Status {
            status: "Failure".into(),
            code,
            reason: reason.into(),
            details: Some(Box::new(StatusDetails {
                retry_after_seconds: seconds,
                ..StatusDetails::default()
            })),
            ..Status::default()
        }
    }

    fn bookmark(version: &str) -> WatchEvent<PartialObjectMetadata> {
        let mut bookmark = Bookmark::default();
        bookmark.resource_version = version.into();
        WatchEvent::Bookmark(bookmark)
    }

    // claims: watch.retry.versions
    #[test]
    fn a_watch_goes_on_from_a_version() {
        for none in ["", "0"] {
            let error = RetryWatch::new(none).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Misuse);
        }
        let watch = RetryWatch::new("7").unwrap();
        let options = watch.options(&ListOptions::new().labels("app=web"));
        assert_eq!(options.resource_version, "7");
        assert_eq!(options.label_selector, "app=web");
        assert!(options.allow_watch_bookmarks);
    }

    // claims: watch.retry.bookmarks
    #[test]
    fn events_are_given_and_bookmarks_are_not_but_both_are_where_it_goes_on() {
        let mut watch = RetryWatch::new("7").unwrap();
        let next = watch.handle(Ok(Some(WatchEvent::Added(object("8")))));
        assert!(matches!(next, Next::Give(WatchEvent::Added(_))));
        assert_eq!(watch.version(), "8");
        assert!(matches!(watch.handle(Ok(Some(bookmark("20")))), Next::Read));
        assert_eq!(watch.version(), "20");
        let next = watch.handle::<PartialObjectMetadata>(Ok(None));
        assert!(matches!(next, Next::Reopen(Duration::ZERO)));
        assert_eq!(watch.version(), "20");
    }

    // claims: watch.retry.terminal
    #[test]
    fn what_cannot_get_better_is_the_end() {
        let mut watch = RetryWatch::new("7").unwrap();
        let gone = WatchEvent::<PartialObjectMetadata>::Error(status(410, "Expired", 0));
        assert!(matches!(watch.handle(Ok(Some(gone))), Next::Fail(error) if error.is_gone()));
        for (code, reason) in [(403, "Forbidden"), (401, "Unauthorized"), (410, "Expired")] {
            let error = Error::from_status(status(code, reason, 0));
            let next = watch.handle_refusal::<PartialObjectMetadata>(error);
            assert!(matches!(next, Next::Fail(_)), "{reason}");
        }
        let next = watch.handle_refusal::<PartialObjectMetadata>(Error::misuse("no"));
        assert!(matches!(next, Next::Fail(_)));
        let next = watch.handle(Ok(Some(WatchEvent::Added(object("")))));
        assert!(
            matches!(next, Next::Fail(_)),
            "there is nowhere to go on from"
        );
    }

    // claims: watch.retry.errors
    #[test]
    fn anything_else_is_tried_again_when_the_server_says() {
        let mut watch = RetryWatch::new("7").unwrap();
        for (code, seconds) in [(500, 0), (504, 3), (429, 5), (404, 0)] {
            let error = Error::from_status(status(code, "", seconds));
            let wait = Duration::from_secs(u64::try_from(seconds).unwrap());
            let next = watch.handle_refusal::<PartialObjectMetadata>(error);
            assert!(matches!(next, Next::Reopen(it) if it == wait), "{code}");
            let event = WatchEvent::<PartialObjectMetadata>::Error(status(code, "", seconds));
            let next = watch.handle(Ok(Some(event)));
            assert!(matches!(next, Next::Reopen(it) if it == wait), "{code}");
        }
        let broken = watch.handle::<PartialObjectMetadata>(Err(Error::cut_short("watch")));
        assert!(matches!(broken, Next::Reopen(Duration::ZERO)));
        assert_eq!(watch.version(), "7");
    }
}
