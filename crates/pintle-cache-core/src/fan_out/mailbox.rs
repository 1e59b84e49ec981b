//! [`Mailbox`], what waits for a subscriber that may not keep the log alive.
//!
//! Invariant: what waits is bounded, by a number or by the number of keys.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pintle_meta::ObjectName;

use crate::fan_out::event::Merge;
use crate::fan_out::progress::Progress;
use crate::fan_out::{Event, KeyEvent, Notice};
use crate::{Cached, Snapshot};

/// How a subscriber is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Delivery {
    /// Of everything, in order. One that is slow keeps in memory whatever it has not been told yet.
    /// The default, as in client-go.
    #[default]
    Everything,
    /// In order, of everything as long as at most so many events wait; of those beyond, the oldest
    /// are dropped and counted. What such a subscriber makes of the events need not be what the
    /// store holds.
    Bounded(usize),
    /// Of the latest state of each object: what waits for an object becomes one event. In the end
    /// the subscriber knows what the store holds; at most one event an object is kept in memory.
    Latest,
    /// As [`Delivery::Latest`], by key alone: no object is kept in memory.
    Keys,
}

/// What waits for one subscriber. The writer of the log puts it in.
pub(crate) struct Mailbox<O> {
    mail: Mutex<Mail<O>>,
    progress: Arc<Progress>,
}

enum Mail<O> {
    Bounded {
        limit: usize,
        waiting: VecDeque<Slot<Event<O>>>,
        bytes: usize,
    },
    Latest(ByKey<Event<O>>),
    Keys(ByKey<KeyEvent>),
}

enum Slot<T> {
    Some(T),
    Synced,
}

/// One event a key, in the order in which the keys came.
struct ByKey<E> {
    order: VecDeque<Slot<ObjectName>>,
    /// `None` for what came to nothing while it was waiting.
    waiting: HashMap<ObjectName, Option<E>>,
    nothings: usize,
}

impl<O: Cached> Mailbox<O> {
    /// An empty mailbox; `None` for a subscriber that reads the log.
    pub(super) fn new(delivery: Delivery, progress: &Arc<Progress>) -> Option<Self> {
        let mail = match delivery {
            Delivery::Everything => return None,
            Delivery::Bounded(limit) => Mail::Bounded {
                limit: limit.max(1),
                waiting: VecDeque::new(),
                bytes: 0,
            },
            Delivery::Latest => Mail::Latest(ByKey::new()),
            Delivery::Keys => Mail::Keys(ByKey::new()),
        };
        Some(Self {
            mail: Mutex::new(mail),
            progress: progress.clone(),
        })
    }

    /// Puts in an event.
    pub(crate) fn put(&self, event: Event<O>) {
        let mut mail = self.lock();
        match &mut *mail {
            Mail::Bounded {
                limit,
                waiting,
                bytes,
            } => {
                *bytes += event.size();
                waiting.push_back(Slot::Some(event));
                if waiting.len() > *limit {
                    let oldest = waiting
                        .iter()
                        .position(|slot| matches!(slot, Slot::Some(_)));
                    if let Some(Slot::Some(event)) = oldest.and_then(|at| waiting.remove(at)) {
                        *bytes -= event.size();
                        self.progress.count_dropped();
                    }
                }
            }
            Mail::Latest(waiting) => {
                if waiting.put(event.key(), event) {
                    self.progress.count_merged();
                }
            }
            Mail::Keys(waiting) => {
                let event = KeyEvent::of(&event);
                if waiting.put(event.key.clone(), event) {
                    self.progress.count_merged();
                }
            }
        }
        self.note(&mail);
    }

    /// Shows an object again, unless it is about to be shown.
    pub(crate) fn put_again(&self, object: &O) {
        let is_waiting = match &*self.lock() {
            Mail::Bounded { .. } => false,
            Mail::Latest(waiting) => waiting.has(&object.key()),
            Mail::Keys(waiting) => waiting.has(&object.key()),
        };
        if !is_waiting {
            self.put(Event::Updated {
                old: object.clone(),
                new: object.clone(),
            });
        }
    }

    /// The subscriber has been told of everything with which it begins once it comes to this point.
    pub(crate) fn put_synced(&self) {
        match &mut *self.lock() {
            Mail::Bounded { waiting, .. } => waiting.push_back(Slot::Synced),
            Mail::Latest(waiting) => waiting.order.push_back(Slot::Synced),
            Mail::Keys(waiting) => waiting.order.push_back(Slot::Synced),
        }
    }

    /// Puts in the keys of all objects there are, if keys are all that is wanted; says whether it did.
    pub(super) fn put_keys(&self, snapshot: &Snapshot<O>) -> bool {
        let mut mail = self.lock();
        let Mail::Keys(waiting) = &mut *mail else {
            return false;
        };
        for key in snapshot.keys() {
            let event = KeyEvent {
                key: key.clone(),
                kind: super::KeyEventKind::Added,
                is_initial: true,
            };
            waiting.put(key, event);
        }
        self.note(&mail);
        true
    }

    /// What comes next.
    pub(super) fn take(&self) -> Option<Notice<O>> {
        let mut mail = self.lock();
        let notice = match &mut *mail {
            Mail::Bounded { waiting, bytes, .. } => match waiting.pop_front()? {
                Slot::Some(event) => {
                    *bytes -= event.size();
                    Notice::Event(event)
                }
                Slot::Synced => Notice::Synced,
            },
            Mail::Latest(waiting) => match waiting.take()? {
                Slot::Some(event) => Notice::Event(event),
                Slot::Synced => Notice::Synced,
            },
            Mail::Keys(waiting) => match waiting.take()? {
                Slot::Some(event) => Notice::Key(event),
                Slot::Synced => Notice::Synced,
            },
        };
        self.note(&mail);
        Some(notice)
    }

    fn note(&self, mail: &Mail<O>) {
        let (events, bytes) = match mail {
            Mail::Bounded { waiting, bytes, .. } => (waiting.len(), *bytes),
            // The objects of the latest states are those of the store but for a few.
            Mail::Latest(waiting) => (waiting.waiting.len() - waiting.nothings, 0),
            Mail::Keys(waiting) => (waiting.waiting.len() - waiting.nothings, 0),
        };
        let mark = super::progress::Mark::default().plus(events, bytes);
        self.progress.set(mark);
    }

    fn lock(&self) -> MutexGuard<'_, Mail<O>> {
        // Nothing of another's runs while it is held.
        self.mail.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<E: Merge> ByKey<E> {
    fn new() -> Self {
        Self {
            order: VecDeque::new(),
            waiting: HashMap::new(),
            nothings: 0,
        }
    }

    /// Puts in an event; says whether it became one with another.
    fn put(&mut self, key: ObjectName, event: E) -> bool {
        let Some(waiting) = self.waiting.get_mut(&key) else {
            self.order.push_back(Slot::Some(key.clone()));
            self.waiting.insert(key, Some(event));
            return false;
        };
        match waiting.take() {
            Some(before) => {
                *waiting = before.merge(event);
                if waiting.is_none() {
                    self.nothings += 1;
                    self.forget_nothings();
                }
                true
            }
            None => {
                self.nothings -= 1;
                *waiting = Some(event);
                false
            }
        }
    }

    fn has(&self, key: &ObjectName) -> bool {
        self.waiting.get(key).is_some_and(Option::is_some)
    }

    fn take(&mut self) -> Option<Slot<E>> {
        loop {
            match self.order.pop_front()? {
                Slot::Synced => return Some(Slot::Synced),
                Slot::Some(key) => match self.waiting.remove(&key) {
                    Some(Some(event)) => return Some(Slot::Some(event)),
                    _ => self.nothings -= 1,
                },
            }
        }
    }

    /// Keeps names that nobody will hear of from piling up.
    fn forget_nothings(&mut self) {
        if self.nothings * 2 < self.waiting.len() {
            return;
        }
        self.waiting.retain(|_, event| event.is_some());
        self.nothings = 0;
        let waiting = &self.waiting;
        self.order.retain(|slot| match slot {
            Slot::Some(key) => waiting.contains_key(key),
            Slot::Synced => true,
        });
    }
}

impl<O> fmt::Debug for Mailbox<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mailbox")
    }
}

#[cfg(test)]
mod tests {
    use pintle_meta::ObjectName;

    use super::{ByKey, KeyEvent};
    use crate::KeyEventKind::{self, Added, Deleted};

    fn put(waiting: &mut ByKey<KeyEvent>, name: &str, kind: KeyEventKind) {
        let key = ObjectName::new("default", name);
        let event = KeyEvent {
            key: key.clone(),
            kind,
            is_initial: false,
        };
        waiting.put(key, event);
    }

    #[test]
    fn names_that_came_to_nothing_are_forgotten_when_they_are_half_of_all() {
        let mut waiting = ByKey::new();
        for n in 0..100 {
            put(&mut waiting, &format!("stays-{n}"), Added);
        }
        let mut most = 0;
        for n in 0..10_000 {
            let name = format!("goes-{n}");
            put(&mut waiting, &name, Added);
            put(&mut waiting, &name, Deleted);
            most = most.max(waiting.order.len());
        }
        // As many as stay, less one: to look through all of them for each would take its time.
        assert_eq!(most, 199);
        let names = std::iter::from_fn(|| waiting.take());
        assert_eq!(names.count(), 100);
    }
}
