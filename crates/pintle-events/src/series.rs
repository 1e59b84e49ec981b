//! [`Series`], the rules of `events.k8s.io`: what comes again is a series.
//!
//! Invariant: of an event at most one write is on its way, so that a series is never written before the
//! event that began it.

use std::collections::HashMap;
use std::time::Duration;

use pintle_api::core::v1::ObjectReference;
use pintle_api::events::v1::{Event, EventSeries};
use pintle_codec::Str;
use pintle_env::{Instant, Timestamp};
use pintle_meta::MicroTime;

/// Which events are the same: they differ in time and note alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key([Str; 17]);

/// The events of the last minutes, and which of them came again.
///
/// Time comes in and writes go out: who drives it performs the writes that it names and says when they
/// are [done](Self::written). An event that has `series` is to be written by a patch, or created if it
/// is not there any more; one without is to be created.
#[derive(Default)]
pub struct Series {
    entries: HashMap<Key, Entry>,
    finish_at: Option<Instant>,
    refresh_at: Option<Instant>,
}

struct Entry {
    event: Event,
    /// When it last came.
    seen: Instant,
    writing: bool,
    /// It became a series while it was written.
    again: bool,
    /// It is forgotten once its last write is done.
    finished: bool,
}

impl Series {
    /// No events.
    pub fn new() -> Self {
        Self::default()
    }

    /// An event happened. Returns what is to be written, if anything is.
    pub fn observe(&mut self, event: Event, now: Instant, date: Timestamp) -> Option<(Key, Event)> {
        self.finish_at.get_or_insert(now + FINISH);
        self.refresh_at.get_or_insert(now + REFRESH);
        let key = Key::of(&event);
        let Some(entry) = self.entries.get_mut(&key) else {
            let entry = Entry {
                event: event.clone(),
                seen: now,
                writing: true,
                again: false,
                finished: false,
            };
            self.entries.insert(key.clone(), entry);
            return Some((key, event));
        };
        entry.seen = now;
        entry.finished = false;
        let last_observed_time =
            MicroTime::from_unix(date.unix_seconds(), date.subsecond_nanoseconds() / 1_000);
        if let Some(series) = &mut entry.event.series {
            series.count = series.count.saturating_add(1);
            series.last_observed_time = last_observed_time;
            return None;
        }
        entry.event.series = Some(Box::new(EventSeries {
            count: 2,
            last_observed_time,
        }));
        entry.write().map(|event| (key, event))
    }

    /// A write is done, well or not; `name` is that of the event on the server, if it was written.
    /// Returns what is to be written next of this event.
    pub fn written(&mut self, key: &Key, name: Option<&str>) -> Option<Event> {
        let entry = self.entries.get_mut(key)?;
        entry.writing = false;
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            entry.event.metadata.name = name.into();
        }
        if std::mem::take(&mut entry.again) {
            entry.writing = true;
            return Some(entry.event.clone());
        }
        if entry.finished {
            self.entries.remove(key);
        }
        None
    }

    /// When [`tick`](Self::tick) has something to do.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.finish_at.into_iter().chain(self.refresh_at).min()
    }

    /// What is to be written because time has passed: every six minutes, the last count of series that
    /// have not come for that long, which are over; every half hour, all series, so that the server
    /// does not forget them.
    pub fn tick(&mut self, now: Instant) -> Vec<(Key, Event)> {
        let is_time = |at: &mut Option<Instant>, period: Duration| {
            let is_time = at.is_some_and(|at| at <= now);
            if is_time {
                *at = Some(now + period);
            }
            is_time
        };
        let refreshes = is_time(&mut self.refresh_at, REFRESH);
        let finishes = is_time(&mut self.finish_at, FINISH);
        let is_over = |entry: &Entry| finishes && now.saturating_since(entry.seen) > FINISH;
        let writes = self.write(refreshes, is_over);
        if self.entries.is_empty() {
            (self.finish_at, self.refresh_at) = (None, None);
        }
        writes
    }

    /// What is to be written before the end: the last count of every series.
    pub fn end(&mut self) -> Vec<(Key, Event)> {
        self.write(false, |_| true)
    }

    /// How many events are remembered.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether none is remembered.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What is to be written of all series, or of those that are over, which are forgotten.
    fn write(&mut self, all: bool, is_over: impl Fn(&Entry) -> bool) -> Vec<(Key, Event)> {
        let mut writes = Vec::new();
        self.entries.retain(|key, entry| {
            let is_over = is_over(entry);
            if all || is_over {
                writes.extend(entry.write().map(|event| (key.clone(), event)));
            }
            entry.finished |= is_over;
            !is_over || entry.writing
        });
        writes
    }
}

impl Entry {
    /// What is to be written of a series now; nothing while a write of it is on its way, which another
    /// follows.
    fn write(&mut self) -> Option<Event> {
        self.event.series.as_ref()?;
        self.again = self.writing;
        self.writing = true;
        (!self.again).then(|| self.event.clone())
    }
}

impl Key {
    fn of(event: &Event) -> Self {
        let none = ObjectReference::default();
        let related = event.related.as_deref().unwrap_or(&none);
        let [a, b, c, d, e, f] = parts(&event.regarding);
        let [g, h, i, j, k, l] = parts(related);
        Self([
            event.type_.clone(),
            event.action.clone(),
            event.reason.clone(),
            event.reporting_controller.clone(),
            event.reporting_instance.clone(),
            a,
            b,
            c,
            d,
            e,
            f,
            g,
            h,
            i,
            j,
            k,
            l,
        ])
    }
}

/// A reference without the version of the object: an object that changes stays the same.
fn parts(reference: &ObjectReference) -> [Str; 6] {
    let ObjectReference {
        kind,
        namespace,
        name,
        uid,
        api_version,
        resource_version: _,
        field_path,
    } = reference;
    [kind, namespace, name, uid, api_version, field_path].map(Clone::clone)
}

/// How long a series has not come when it is over, and how often that is looked at.
const FINISH: Duration = Duration::from_secs(6 * 60);

/// How often series that go on are written.
const REFRESH: Duration = Duration::from_secs(30 * 60);
