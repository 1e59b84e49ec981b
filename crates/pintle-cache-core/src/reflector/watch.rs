//! Watching: with all objects to begin with, or from a version on.

use std::ops::ControlFlow;
use std::time::Duration;

use pintle_env::Instant;
use pintle_meta::v1::ListOptions;
use pintle_meta::{Bookmark, ObjectName, ResourceVersion};

use super::list::is_unset;
use super::{Action, Failure, Next, Reflector, State, Warning};
use crate::{Cached, Change, ChangeKind, Replacement};

/// A watch that was asked for.
pub(super) struct Opening {
    /// It is to begin with all objects.
    pub(super) is_initial: bool,
    /// The version says nothing, so that the events up to the first that is not `ADDED` come in any
    /// order.
    is_unordered: bool,
    /// When it was asked for. Some proxies hold back the head of the answer until the first event.
    since: Instant,
    ends: Instant,
    /// When it is given up for lost.
    pub(super) deadline: Instant,
}

/// A watch that sends events.
pub(super) struct Streaming<O> {
    /// What came so far of the objects with which it begins.
    initial: Option<Initial<O>>,
    is_unordered: bool,
    since: Instant,
    last_event: Option<Instant>,
    /// When it is given up for lost.
    pub(super) deadline: Instant,
}

struct Initial<O> {
    /// In the order in which they came.
    events: Vec<(ObjectName, Found<O>)>,
    warn_at: Instant,
}

/// What a watch said of an object with which it begins.
enum Found<O> {
    Object(O),
    /// It cannot be read.
    Unreadable,
    /// It is gone again, or not wanted.
    Gone,
}

/// What a watch says happened to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a watch has these three")]
pub enum EventKind {
    /// It came into existence, or into what is selected.
    Added,
    /// It changed.
    Modified,
    /// It was deleted, or left what is selected.
    Deleted,
}

impl<O: Cached> Reflector<O> {
    pub(super) fn open_watch_list(&mut self, now: Instant) {
        let version = match self.version_is_unavailable {
            true => "",
            false => self.version.as_str(),
        };
        let options = ListOptions {
            send_initial_events: Some(true),
            resource_version_match: "NotOlderThan".into(),
            ..ListOptions::new().resource_version(version)
        };
        self.open(now, options, true);
    }

    pub(super) fn open_watch(&mut self, now: Instant) {
        let options = ListOptions::new().resource_version(self.version.as_str());
        self.open(now, options, false);
    }

    fn open(&mut self, now: Instant, options: ListOptions, is_initial: bool) {
        let (shortest, longest) = (self.options.shortest_watch, self.options.longest_watch);
        let timeout = shortest + (longest - shortest).mul_f64(self.random.unit());
        let seconds = timeout.as_secs();
        let options = ListOptions {
            timeout_seconds: i64::try_from(seconds).ok(),
            ..options.bookmarks()
        };
        self.actions.push(Action::Watch(options));
        let ends = now + Duration::from_secs(seconds) + self.options.patience;
        self.state = State::Opening(Opening {
            is_initial,
            is_unordered: !is_initial && is_unset(&self.version),
            since: now,
            ends,
            // A proxy may hold back the answer as long as nothing happens.
            deadline: ends,
        });
    }

    /// The watch that was asked for has begun.
    pub fn handle_watching(&mut self, now: Instant) {
        let State::Opening(opening) = &self.state else {
            return;
        };
        let initial = opening.is_initial.then(|| Initial {
            events: Vec::new(),
            warn_at: now + WARN_EVERY,
        });
        self.state = State::Streaming(Streaming {
            initial,
            is_unordered: opening.is_unordered,
            since: opening.since,
            last_event: None,
            deadline: opening.ends,
        });
    }

    /// An event of the watch came. `is_wanted` is whether the object is to be in the store.
    pub fn handle_event(
        &mut self,
        now: Instant,
        kind: EventKind,
        object: O,
        is_wanted: bool,
    ) -> Option<Change<O>> {
        let State::Streaming(streaming) = &mut self.state else {
            return None;
        };
        streaming.note_event(now);
        let is_there = is_wanted && kind != EventKind::Deleted;
        if let Some(initial) = &mut streaming.initial {
            let key = object.key();
            let found = match is_there {
                true => Found::Object(object),
                false => Found::Gone,
            };
            initial.events.push((key, found));
            return None;
        }
        if kind != EventKind::Added {
            streaming.is_unordered = false;
        }
        let version = match streaming.is_unordered {
            true => ResourceVersion::default(),
            false => object.resource_version().into(),
        };
        if !version.is_empty() {
            self.version = version.clone();
        }
        let kind = match kind {
            _ if !is_there => ChangeKind::Deleted(object),
            EventKind::Added => ChangeKind::Added(object),
            EventKind::Modified | EventKind::Deleted => ChangeKind::Updated(object),
        };
        Some(Change::new(kind, version))
    }

    /// The watch says that an object is gone whose last state cannot be read. Its name is enough; if
    /// not even that can be read it may be any, and all objects are asked for again.
    ///
    /// Breaks if what is under way is to be given up.
    pub fn handle_unreadable_deletion(
        &mut self,
        now: Instant,
        name: Option<ObjectName>,
    ) -> ControlFlow<(), Option<Change<O>>> {
        let State::Streaming(streaming) = &mut self.state else {
            return ControlFlow::Break(());
        };
        let Some(name) = name else {
            self.handle_failure(now, Failure::Other);
            return ControlFlow::Break(());
        };
        streaming.note_event(now);
        if let Some(initial) = &mut streaming.initial {
            initial.events.push((name, Found::Gone));
            return ControlFlow::Continue(None);
        }
        streaming.is_unordered = false;
        let version = ResourceVersion::default();
        ControlFlow::Continue(Some(Change::new(ChangeKind::Vanished(name), version)))
    }

    /// A bookmark of the watch came.
    pub fn handle_bookmark(&mut self, now: Instant, bookmark: &Bookmark) -> Option<Change<O>> {
        let State::Streaming(streaming) = &mut self.state else {
            return None;
        };
        streaming.note_event(now);
        let version = &bookmark.resource_version;
        if streaming.initial.is_some() {
            if !bookmark.initial_events_end {
                return None;
            }
            let initial = streaming.initial.take()?;
            self.version = version.clone();
            self.version_is_unavailable = false;
            let kind = ChangeKind::Replaced(initial.into_replacement());
            return Some(Change::new(kind, version.clone()));
        }
        streaming.is_unordered = false;
        if version.is_empty() {
            return None;
        }
        self.version = version.clone();
        Some(Change::new(ChangeKind::Bookmark, version.clone()))
    }

    /// The watch has ended: by itself, or in the middle if there is a failure.
    pub fn handle_end(&mut self, now: Instant, failure: Option<Failure>) {
        match failure {
            None | Some(Failure::Broken) => {}
            Some(failure) => return self.handle_failure(now, failure),
        }
        let State::Streaming(streaming) = &self.state else {
            return self.handle_failure(now, Failure::Broken);
        };
        let nothing_came = streaming.last_event.is_none();
        let is_short = now.saturating_since(streaming.since) < VERY_SHORT;
        let is_initial = streaming.is_initial();
        if nothing_came && is_short {
            self.actions.push(Action::Warn(Warning::WatchWasVeryShort));
            return match is_initial {
                true => self.go_on(now, Next::List),
                false => self.rest(now, Failure::Broken, Next::Everything),
            };
        }
        match is_initial {
            // Not at once, as client-go does: the server may end the next one as soon.
            true => self.rest(now, Failure::Broken, Next::Everything),
            false => self.go_on(now, Next::Watch),
        }
    }

    pub(super) fn opening_failed(&mut self, now: Instant, failure: Failure) {
        let State::Opening(opening) = &self.state else {
            return;
        };
        match opening.is_initial {
            true => self.watch_list_failed(now, failure),
            false if failure.is_transient() => self.rest(now, failure, Next::Watch),
            false => self.rest(now, failure, Next::Everything),
        }
    }

    pub(super) fn stream_failed(&mut self, now: Instant, failure: Failure) {
        let State::Streaming(streaming) = &self.state else {
            return;
        };
        match (streaming.is_initial(), failure) {
            (true, _) => self.watch_list_failed(now, failure),
            (false, Failure::TooManyRequests { .. }) => self.rest(now, failure, Next::Watch),
            (false, _) => self.rest(now, failure, Next::Everything),
        }
    }

    fn watch_list_failed(&mut self, now: Instant, failure: Failure) {
        if failure.is_transient() {
            self.rest(now, failure, Next::Everything);
        } else if failure.is_about_version() && !self.version_is_unavailable {
            self.version_is_unavailable = true;
            self.go_on(now, Next::Everything);
        } else {
            // It may be that the server does not know such watches.
            self.go_on(now, Next::List);
        }
    }
}

impl<O> Streaming<O> {
    pub(super) fn is_initial(&self) -> bool {
        self.initial.is_some()
    }

    pub(super) fn arrived(&self) -> usize {
        let initial = self.initial.as_ref();
        initial.map_or(0, |initial| initial.events.len())
    }

    pub(super) fn note_event(&mut self, now: Instant) {
        self.last_event = Some(now);
        if let Some(initial) = &mut self.initial {
            initial.warn_at = now + WARN_EVERY;
        }
    }

    pub(super) fn note_unreadable(&mut self, now: Instant, name: ObjectName) {
        self.note_event(now);
        if let Some(initial) = &mut self.initial {
            initial.events.push((name, Found::Unreadable));
        }
    }

    pub(super) fn timeout(&self) -> Instant {
        match &self.initial {
            Some(initial) => initial.warn_at.min(self.deadline),
            None => self.deadline,
        }
    }

    pub(super) fn warn_if_late(&mut self, now: Instant) -> Option<Warning> {
        let initial = self.initial.as_mut()?;
        if now < initial.warn_at {
            return None;
        }
        initial.warn_at = now + WARN_EVERY;
        Some(Warning::InitialEventsAreLate {
            since: self.since,
            last_event: self.last_event,
        })
    }
}

impl<O> Initial<O> {
    /// What the objects are after all that was said of them.
    fn into_replacement(mut self) -> Replacement<O> {
        // Stable: what was said of an object stays in order.
        self.events.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut objects: Vec<(ObjectName, O)> = Vec::with_capacity(self.events.len());
        let mut unreadable: Vec<ObjectName> = Vec::new();
        for (key, found) in self.events {
            let is_known = objects.last().is_some_and(|(last, _)| *last == key);
            let is_unreadable = unreadable.last() == Some(&key);
            match found {
                // Of an object that was read, the state that cannot be is a later one.
                Found::Unreadable if is_known || is_unreadable => continue,
                Found::Unreadable => unreadable.push(key),
                Found::Object(_) | Found::Gone => {
                    if is_known {
                        objects.pop();
                    }
                    if is_unreadable {
                        unreadable.pop();
                    }
                    if let Found::Object(object) = found {
                        objects.push((key, object));
                    }
                }
            }
        }
        Replacement {
            objects,
            unreadable,
        }
    }
}

/// client-go warns as often.
const WARN_EVERY: Duration = Duration::from_secs(10);

/// A watch that ends without an event within this time has not really begun.
const VERY_SHORT: Duration = Duration::from_secs(1);
