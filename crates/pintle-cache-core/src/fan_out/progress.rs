//! [`Subscriber`], how far one who is told has come.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// One who is told, among those of an informer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriberId(pub(crate) u64);

/// How far one who is told has come: to be looked at by anybody at any time. A clone counts
/// references.
#[derive(Clone, Debug)]
pub struct Subscriber {
    id: SubscriberId,
    progress: Arc<Progress>,
    end: Arc<End>,
}

/// What a subscriber has not been told yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lag {
    /// How many events.
    pub events: u64,
    /// How many bytes of objects they keep in memory, about; those that the store has too are
    /// counted as well.
    pub bytes: u64,
}

/// A number of events and bytes from the beginning of a log.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mark {
    pub(crate) events: u64,
    pub(crate) bytes: u64,
}

/// What is in a log.
#[derive(Debug, Default)]
pub(crate) struct End {
    events: AtomicU64,
    bytes: AtomicU64,
}

// Each number stands for itself and nothing is read because of it, so the weakest order does.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// Of a log: what was passed. Of a mailbox: what is in it.
    events: AtomicU64,
    bytes: AtomicU64,
    is_mailbox: bool,
    /// Objects with which it begins that it was not told of.
    initial: AtomicU64,
    dropped: AtomicU64,
    merged: AtomicU64,
    is_synced: AtomicBool,
}

impl Mark {
    pub(crate) fn plus(self, events: usize, bytes: usize) -> Self {
        Self {
            events: self.events + events as u64,
            bytes: self.bytes + bytes as u64,
        }
    }
}

impl End {
    pub(crate) fn mark(&self) -> Mark {
        Mark {
            events: self.events.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
        }
    }

    pub(crate) fn advance(&self, to: Mark) {
        self.events.store(to.events, Ordering::Relaxed);
        self.bytes.store(to.bytes, Ordering::Relaxed);
    }
}

impl Progress {
    pub(crate) fn in_log(at: Mark) -> Self {
        let progress = Self::default();
        progress.set(at);
        progress
    }

    pub(crate) fn in_mailbox() -> Self {
        Self {
            is_mailbox: true,
            ..Self::default()
        }
    }

    pub(crate) fn set(&self, mark: Mark) {
        self.events.store(mark.events, Ordering::Relaxed);
        self.bytes.store(mark.bytes, Ordering::Relaxed);
    }

    pub(crate) fn pass_one(&self) {
        self.events.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn set_initial(&self, objects: usize) {
        self.initial.store(objects as u64, Ordering::Relaxed);
    }

    pub(crate) fn count_dropped(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count_merged(&self) {
        self.merged.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn set_synced(&self) {
        self.is_synced.store(true, Ordering::Release);
    }
}

impl Subscriber {
    pub(crate) fn new(id: SubscriberId, progress: Arc<Progress>, end: Arc<End>) -> Self {
        Self { id, progress, end }
    }

    pub(crate) fn progress(&self) -> &Arc<Progress> {
        &self.progress
    }

    /// Which subscriber it is.
    pub fn id(&self) -> SubscriberId {
        self.id
    }

    /// What it has not been told yet.
    pub fn lag(&self) -> Lag {
        let progress = &*self.progress;
        let initial = progress.initial.load(Ordering::Relaxed);
        let events = progress.events.load(Ordering::Relaxed);
        let bytes = progress.bytes.load(Ordering::Relaxed);
        if progress.is_mailbox {
            let events = events + initial;
            return Lag { events, bytes };
        }
        let end = self.end.mark();
        Lag {
            events: end.events.saturating_sub(events) + initial,
            bytes: end.bytes.saturating_sub(bytes),
        }
    }

    /// How many events it will never be told of, because more were waiting than it allows.
    pub fn dropped(&self) -> u64 {
        self.progress.dropped.load(Ordering::Relaxed)
    }

    /// How many events became one with a later event of the same object.
    pub fn merged(&self) -> u64 {
        self.progress.merged.load(Ordering::Relaxed)
    }

    /// Whether it has been told of every object with which it began, and has dealt with them.
    pub fn has_synced(&self) -> bool {
        self.progress.is_synced.load(Ordering::Acquire)
    }
}
