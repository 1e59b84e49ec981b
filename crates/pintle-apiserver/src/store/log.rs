//! [`Log`], the history of one resource, which every watch of it reads.
//!
//! Invariants: events are in the order of their revisions; whoever has seen everything up to some
//! revision at or above the floor finds all that came after it; an event is stored once, whatever
//! the number of its readers. A reader is a revision and nothing else: it costs the log nothing, and
//! if it is slow the log passes it.

use std::{
    collections::VecDeque,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use pintle_env::Instant;

use super::{FrameKey, Object, Revision, frames::Frames};

/// What a write did to its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventKind {
    /// It was created.
    Added,
    /// It was changed.
    Modified,
    /// It was removed.
    Deleted,
}

/// One write.
#[derive(Debug)]
pub(crate) struct Event {
    /// What it did.
    pub(crate) kind: EventKind,
    /// The object after the write; for a removal, its last state at the removal's revision.
    pub(crate) object: Arc<Object>,
    /// The object before the write, if there was one.
    pub(crate) previous: Option<Arc<Object>>,
    /// Made when it is first needed, and then shared.
    tombstone: OnceLock<Arc<Object>>,
    /// What it looks like to watches.
    frames: Frames,
    /// When it happened.
    at: Instant,
}

/// How much history is kept of each resource. An event is dropped as soon as one limit says so.
///
/// A watch or a continued list that needs dropped history is told so (410 Expired), and its client
/// starts again from a new list.
///
/// ```
/// use std::time::Duration;
/// use pintle_apiserver::HistoryLimits;
///
/// let limits = HistoryLimits::default().events(1_000).age(Duration::from_secs(60));
/// ```
#[derive(Clone, Debug)]
pub struct HistoryLimits {
    events: usize,
    age: Duration,
    bytes: usize,
}

impl HistoryLimits {
    /// The most events kept. More lets clients be away for longer, and costs about 100 bytes each
    /// beside the objects. Default: 102,400, the most that kube-apiserver keeps.
    #[must_use]
    pub fn events(mut self, events: usize) -> Self {
        self.events = events;
        self
    }

    /// The longest time that an event is kept. Default: 5 minutes, as etcd's compaction.
    #[must_use]
    pub fn age(mut self, age: Duration) -> Self {
        self.age = age;
        self
    }

    /// The most bytes kept: of the encoded objects, counted once for every event, and of what watches
    /// were sent of them. It bounds the memory of a server that is written to heavily. Default:
    /// 128 MiB.
    #[must_use]
    pub fn bytes(mut self, bytes: usize) -> Self {
        self.bytes = bytes;
        self
    }
}

impl Default for HistoryLimits {
    fn default() -> Self {
        Self {
            events: 102_400,
            age: Duration::from_secs(5 * 60),
            bytes: 128 << 20,
        }
    }
}

/// History that was asked for is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Expired {
    /// The oldest revision that can still be followed.
    pub(crate) floor: Revision,
}

/// The history of one resource, from its floor on.
#[derive(Debug)]
pub(super) struct Log {
    events: VecDeque<Arc<Event>>,
    bytes: usize,
    /// The bytes of the events' frames.
    frames: Arc<AtomicUsize>,
    floor: Revision,
}

impl Event {
    /// The revision of the write.
    pub(crate) fn revision(&self) -> Revision {
        self.object.revision
    }

    /// When it happened.
    pub(crate) fn at(&self) -> Instant {
        self.at
    }

    /// The object as it was before the write, at the revision of the write: what is told to those
    /// who no longer see it.
    pub(crate) fn tombstone(&self) -> Arc<Object> {
        match (&self.previous, self.kind) {
            (Some(previous), EventKind::Added | EventKind::Modified) => {
                let tombstone = || Arc::new(previous.tombstone(self.revision()));
                self.tombstone.get_or_init(tombstone).clone()
            }
            _ => self.object.clone(),
        }
    }

    /// A frame of it, which `make` makes if nobody has asked for it before.
    pub(crate) fn frame(&self, key: FrameKey, make: impl FnOnce() -> Bytes) -> Bytes {
        self.frames.get(key, make)
    }

    fn size(&self) -> usize {
        self.object.encoded.size()
    }
}

impl Log {
    /// A log that knows everything that happens after `floor`.
    pub(super) fn new(floor: Revision) -> Self {
        Self {
            events: VecDeque::new(),
            bytes: 0,
            frames: Arc::default(),
            floor,
        }
    }

    /// Appends an event; its revision is above all earlier ones.
    pub(super) fn push(
        &mut self,
        kind: EventKind,
        object: Arc<Object>,
        previous: Option<Arc<Object>>,
        at: Instant,
    ) {
        let event = Event {
            kind,
            object,
            previous,
            tombstone: OnceLock::new(),
            frames: Frames::new(self.frames.clone()),
            at,
        };
        self.bytes += event.size();
        self.events.push_back(Arc::new(event));
    }

    /// Takes out what the limits no longer allow.
    pub(super) fn trim(&mut self, limits: &HistoryLimits, now: Instant, out: &mut Vec<Arc<Event>>) {
        while let Some(oldest) = self.events.front() {
            let keep = self.events.len() <= limits.events
                && self.bytes + self.frames.load(Ordering::Relaxed) <= limits.bytes
                && now.saturating_since(oldest.at) <= limits.age;
            if keep {
                break;
            }
            out.extend(self.take_oldest());
        }
    }

    /// Takes out everything up to and including `revision`.
    pub(super) fn compact(&mut self, revision: Revision, out: &mut Vec<Arc<Event>>) {
        while self
            .events
            .front()
            .is_some_and(|oldest| oldest.revision() <= revision)
        {
            out.extend(self.take_oldest());
        }
    }

    /// The events after `revision`, oldest first.
    pub(super) fn after(
        &self,
        revision: Revision,
    ) -> Result<impl DoubleEndedIterator<Item = &Arc<Event>>, Expired> {
        if revision < self.floor {
            return Err(Expired { floor: self.floor });
        }
        // Most readers have seen all but the last events, and need not search.
        let is_new = |event: &&Arc<Event>| event.revision() > revision;
        let newest = self.events.iter().rev().take(NEAR);
        let first = match newest.take_while(is_new).count() {
            NEAR => self
                .events
                .partition_point(|event| event.revision() <= revision),
            few => self.events.len() - few,
        };
        Ok(self.events.range(first..))
    }

    /// The oldest revision after which everything is known.
    pub(super) fn floor(&self) -> Revision {
        self.floor
    }

    /// The revision up to which nothing happens any more: that of the last event.
    pub(super) fn last(&self) -> Revision {
        self.events
            .back()
            .map_or(self.floor, |event| event.revision())
    }

    /// The number of events kept.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.events.len()
    }

    fn take_oldest(&mut self) -> Option<Arc<Event>> {
        let event = self.events.pop_front()?;
        self.bytes -= event.size();
        event.frames.close();
        self.floor = event.revision();
        Some(event)
    }
}

/// How many events at the end are looked at before it is searched for the first new one.
const NEAR: usize = 8;
