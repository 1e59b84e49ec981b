//! Two queues as their authors describe them, without a thought for speed: client-go's
//! `util/workqueue` and controller-runtime's `priorityqueue`. They share no code with the queue that is
//! compared with them, and little with each other.

use std::collections::{BTreeMap, BTreeSet};

/// How a key is added: after so many milliseconds, by the limiter, with a priority.
#[derive(Clone, Copy, Debug)]
pub(crate) struct How {
    pub(crate) after: Option<u64>,
    pub(crate) rate_limited: bool,
    pub(crate) priority: i32,
}

/// What both of them can do. Times are milliseconds.
pub(crate) trait Model {
    fn add(&mut self, key: u8, how: How, now: u64);
    fn take(&mut self, now: u64) -> Option<u8>;
    fn done(&mut self, key: u8, now: u64);
    fn forget(&mut self, key: u8);
    fn requeues(&self, key: u8) -> u32;
    fn len(&mut self, now: u64) -> usize;
    fn next_deadline(&self) -> Option<u64>;
    fn shut_down(&mut self);
}

/// The item limiter of both: 1 ms, doubled up to 1000 s.
#[derive(Default)]
struct Failures(BTreeMap<u8, u32>);

impl Failures {
    fn when(&mut self, key: u8) -> u64 {
        let failures = self.0.entry(key).or_default();
        *failures += 1;
        let exponent = (*failures - 1).min(40);
        (1 << exponent).min(1_000_000)
    }
}

/// client-go: a queue, a set of what is dirty, a set of what is processed, and behind them a list of
/// what is due later.
#[derive(Default)]
pub(crate) struct ClientGo {
    queue: Vec<u8>,
    dirty: BTreeSet<u8>,
    processing: BTreeSet<u8>,
    /// When, after how many others that began to wait, and what.
    waiting: Vec<(u64, u64, u8)>,
    waited: u64,
    failures: Failures,
    shutting_down: bool,
}

impl ClientGo {
    fn add_now(&mut self, key: u8) {
        if !self.dirty.insert(key) || self.processing.contains(&key) {
            return;
        }
        self.queue.push(key);
    }

    fn pass(&mut self, now: u64) {
        // The original leaves open which of one moment comes first; here it is who waited first.
        self.waiting.sort_unstable();
        while self.waiting.first().is_some_and(|&(due, ..)| due <= now) {
            let (_, _, key) = self.waiting.remove(0);
            self.add_now(key);
        }
    }
}

impl Model for ClientGo {
    fn add(&mut self, key: u8, how: How, now: u64) {
        if self.shutting_down {
            return;
        }
        self.pass(now);
        let mut after = how.after.unwrap_or(0);
        if how.rate_limited {
            let limited = self.failures.when(key);
            after = if after == 0 {
                limited
            } else {
                after.min(limited)
            };
        }
        if after == 0 {
            return self.add_now(key);
        }
        let due = now + after;
        match self.waiting.iter_mut().find(|(.., other)| *other == key) {
            Some(entry) => entry.0 = entry.0.min(due),
            None => {
                self.waited += 1;
                self.waiting.push((due, self.waited, key));
            }
        }
    }

    fn take(&mut self, now: u64) -> Option<u8> {
        self.pass(now);
        if self.queue.is_empty() {
            return None;
        }
        let key = self.queue.remove(0);
        self.dirty.remove(&key);
        self.processing.insert(key);
        Some(key)
    }

    fn done(&mut self, key: u8, now: u64) {
        self.pass(now);
        self.processing.remove(&key);
        if self.dirty.contains(&key) {
            self.queue.push(key);
        }
    }

    fn forget(&mut self, key: u8) {
        self.failures.0.remove(&key);
    }

    fn requeues(&self, key: u8) -> u32 {
        self.failures.0.get(&key).copied().unwrap_or(0)
    }

    fn len(&mut self, now: u64) -> usize {
        self.pass(now);
        self.queue.len()
    }

    fn next_deadline(&self) -> Option<u64> {
        self.waiting.iter().map(|&(due, ..)| due).min()
    }

    fn shut_down(&mut self) {
        self.shutting_down = true;
        self.waiting.clear();
    }
}

/// controller-runtime: one item a key, ready or waiting, and a set of keys that are locked.
#[derive(Default)]
pub(crate) struct ControllerRuntime {
    items: Vec<Entry>,
    locked: BTreeSet<u8>,
    added_counter: u64,
    failures: Failures,
    shutting_down: bool,
    /// Beyond what the original knows: the order in which items began to be due later.
    delays: u64,
}

struct Entry {
    key: u8,
    added_counter: u64,
    priority: i32,
    ready_at: Option<u64>,
    delay: u64,
}

impl ControllerRuntime {
    fn count(&mut self) -> u64 {
        self.added_counter += 1;
        self.added_counter
    }

    fn pass(&mut self, now: u64) {
        let mut due: Vec<(u64, u64, u8)> = Vec::new();
        for item in &self.items {
            if let Some(at) = item.ready_at.filter(|&at| at <= now) {
                due.push((at, item.delay, item.key));
            }
        }
        due.sort_unstable();
        for (_, _, key) in due {
            let counter = self.count();
            let item = self.items.iter_mut().find(|item| item.key == key).unwrap();
            item.ready_at = None;
            item.added_counter = counter;
        }
    }
}

impl Model for ControllerRuntime {
    fn add(&mut self, key: u8, how: How, now: u64) {
        if self.shutting_down {
            return;
        }
        self.pass(now);
        let mut after = how.after.unwrap_or(0);
        if how.rate_limited {
            let limited = self.failures.when(key);
            if after == 0 || limited < after {
                after = limited;
            }
        }
        let ready_at = (after > 0).then_some(now + after);
        let Some(at) = self.items.iter().position(|item| item.key == key) else {
            self.delays += 1;
            let item = Entry {
                key,
                added_counter: self.count(),
                priority: how.priority,
                ready_at,
                delay: self.delays,
            };
            self.items.push(item);
            return;
        };
        if how.priority > self.items[at].priority {
            self.items[at].priority = how.priority;
            self.items[at].added_counter = self.count();
        }
        let item = &mut self.items[at];
        item.ready_at = match (item.ready_at, ready_at) {
            (Some(before), Some(now)) => Some(before.min(now)),
            _ => None,
        };
    }

    fn take(&mut self, now: u64) -> Option<u8> {
        self.pass(now);
        let free = |item: &&Entry| item.ready_at.is_none() && !self.locked.contains(&item.key);
        let ready = self.items.iter().filter(free);
        let next = ready.min_by_key(|item| (-i64::from(item.priority), item.added_counter))?;
        let key = next.key;
        self.items.retain(|item| item.key != key);
        self.locked.insert(key);
        Some(key)
    }

    fn done(&mut self, key: u8, now: u64) {
        self.pass(now);
        self.locked.remove(&key);
    }

    fn forget(&mut self, key: u8) {
        self.failures.0.remove(&key);
    }

    fn requeues(&self, key: u8) -> u32 {
        self.failures.0.get(&key).copied().unwrap_or(0)
    }

    /// Unlike the original's, without those that are locked.
    fn len(&mut self, now: u64) -> usize {
        self.pass(now);
        let free = |item: &&Entry| item.ready_at.is_none() && !self.locked.contains(&item.key);
        self.items.iter().filter(free).count()
    }

    fn next_deadline(&self) -> Option<u64> {
        self.items.iter().filter_map(|item| item.ready_at).min()
    }

    fn shut_down(&mut self) {
        self.shutting_down = true;
        self.items.retain(|item| item.ready_at.is_none());
    }
}
