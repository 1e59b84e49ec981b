//! [`Queue`], the machine underneath: no lock, no clock, no waiting.
//!
//! Invariants: a key that waits for a worker is in the [`Order`] once; a key that a worker has is not,
//! and comes back when the worker is done if it was added meanwhile; a slot exists as long as its key
//! is wanted, taken, due later or has failed.

use std::fmt;
use std::time::Duration;

use pintle_env::{Instant, Metrics};

use crate::delays::Delays;
use crate::metrics::Told;
use crate::order::{Rank, Ticket};
use crate::slots::{Hasher, NOWHERE, Slot, Slots};
use crate::{Add, Key, Limiter, Order};

/// A work queue as plain data: every operation takes the time and says at once what comes of it.
///
/// [`WorkQueue`](crate::WorkQueue) is the same for tasks that wait.
///
/// ```
/// use std::time::Duration;
/// use pintle_env::Instant;
/// use pintle_workqueue::{Add, Fifo, Queue, controller_limiter};
///
/// let mut queue = Queue::new(Fifo::new(), controller_limiter());
/// let now = Instant::ORIGIN;
/// queue.add("a", Add::now(), now);
/// queue.add("b", Add::now().after(Duration::from_secs(1)), now);
/// let taken = queue.take(now).unwrap();
/// assert_eq!(*taken.key(), "a");
/// queue.done(taken, now);
/// assert_eq!(queue.take(now).is_none(), true);
/// assert_eq!(queue.next_deadline(), Some(now + Duration::from_secs(1)));
/// ```
pub struct Queue<K> {
    slots: Slots<K>,
    delays: Delays,
    delayed: Delayed,
    order: Box<dyn Order<K>>,
    limiter: Box<dyn Limiter<K>>,
    told: Told,
    /// How many wait for a worker.
    ready: usize,
    /// How many workers have.
    processing: usize,
    /// How many of those will come again.
    again: usize,
    /// How many were ever wanted.
    added: u64,
    /// A key that was handed back while others wait, for the next worker's to be written over it: that of a
    /// string needs no memory then.
    spare: Option<K>,
    shutting_down: bool,
}

/// What becomes of a key's delay when the key is added in another way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Delayed {
    /// What is due later is apart from what waits now: a key that is added at once is worked on now
    /// and again when it is due. client-go's queue; no wish to be looked at is ever lost.
    #[default]
    Apart,
    /// A key is either due later or waits now: added at once, it is not due later any more, and added
    /// for later while it waits, it stays as it is. controller-runtime's priority queue.
    Merged,
}

/// A key that was taken and is to be handed back.
#[must_use = "a key that is not handed back never comes again"]
#[derive(Debug)]
pub struct Taken<K> {
    slot: u32,
    key: K,
    priority: i32,
}

impl<K> Taken<K> {
    /// The key.
    pub fn key(&self) -> &K {
        &self.key
    }

    /// The priority with which it was added.
    pub fn priority(&self) -> i32 {
        self.priority
    }
}

impl<K: Key> Queue<K> {
    /// An empty queue.
    pub fn new(order: impl Order<K>, limiter: impl Limiter<K>) -> Self {
        Self::boxed(Box::new(order), Box::new(limiter))
    }

    pub(crate) fn boxed(order: Box<dyn Order<K>>, limiter: Box<dyn Limiter<K>>) -> Self {
        Self {
            slots: Slots::new(),
            delays: Delays::default(),
            delayed: Delayed::default(),
            order,
            limiter,
            told: Told::nobody(),
            ready: 0,
            processing: 0,
            again: 0,
            added: 0,
            spare: None,
            shutting_down: false,
        }
    }

    /// What becomes of delays. The default is [`Delayed::Apart`].
    #[must_use]
    pub fn delayed(mut self, delayed: Delayed) -> Self {
        self.delayed = delayed;
        self
    }

    /// Tells how it fares, in Kubernetes' `workqueue_…` metrics. Without a name it tells nobody.
    #[must_use]
    pub fn metrics(mut self, metrics: Metrics, name: &str) -> Self {
        self.told = Told::to(metrics, name);
        self
    }

    /// Adds a key. Once the queue shuts down, nothing is added.
    pub fn add(&mut self, key: K, how: Add, now: Instant) {
        let hash = self.slots.hasher().hash(&key);
        self.add_hashed(key, hash, how, now);
    }

    /// As [`Queue::add`], with the hash of the key by [`Queue::hasher`].
    pub(crate) fn add_hashed(&mut self, key: K, hash: u32, how: Add, now: Instant) {
        if self.shutting_down {
            return;
        }
        self.advance(now);
        let slot = self.slots.find_or_insert(key, hash);
        self.add_slot(slot, how, now);
    }

    pub(crate) fn hasher(&self) -> &Hasher {
        self.slots.hasher()
    }

    /// Prepares for keys with these hashes to be added.
    pub(crate) fn expect(&self, hashes: impl Iterator<Item = u32>) {
        self.slots.expect(hashes);
    }

    /// Adds what was taken, as [`Queue::add`] does with its key.
    pub fn add_again(&mut self, taken: &Taken<K>, how: Add, now: Instant) {
        if !self.shutting_down {
            self.advance(now);
            self.add_slot(taken.slot, how, now);
        }
    }

    /// The key that is next, if one waits. It is the worker's until it is [handed back](Self::done).
    #[inline]
    pub fn take(&mut self, now: Instant) -> Option<Taken<K>> {
        self.advance(now);
        let (slot, known) = loop {
            let Ticket(slot) = self.order.pop()?;
            // An order may name what it was not given; that is passed over.
            if self.slots.in_use(slot).is_some_and(Slot::waits) {
                break (slot, self.slots.get_mut(slot));
            }
        };
        known.wanted = false;
        known.taken = true;
        self.ready -= 1;
        self.processing += 1;
        let depth = self.ready + self.again;
        self.told.taken(slot, known.since, now, depth);
        let key = match self.spare.take() {
            Some(mut spare) => {
                spare.clone_from(known.key());
                spare
            }
            None => known.key().clone(),
        };
        Some(Taken {
            slot,
            key,
            priority: known.priority,
        })
    }

    /// The worker is done. If the key was added meanwhile, it waits again.
    #[inline]
    pub fn done(&mut self, taken: Taken<K>, now: Instant) {
        self.advance(now);
        let slot = taken.slot;
        self.told.done(slot, now);
        self.processing -= 1;
        let known = self.slots.get_mut(slot);
        known.taken = false;
        if known.wanted {
            self.again -= 1;
            self.ready += 1;
            self.push(slot);
        } else if known.is_over() {
            self.slots.remove(slot);
        }
        self.spare = (self.ready > 0).then_some(taken.key);
    }

    /// What failed before counts no more: the key is tried again as if for the first time.
    pub fn forget(&mut self, key: &K) {
        if let Some(slot) = self.slots.find(key) {
            self.forget_slot(slot);
        }
        self.limiter.forget(key);
    }

    /// As [`Queue::forget`], of what was taken.
    pub fn forget_taken(&mut self, taken: &Taken<K>) {
        self.forget_slot(taken.slot);
        self.limiter.forget(&taken.key);
    }

    /// How often the key was tried again since it was last forgotten, up to 65,535.
    pub fn requeues(&self, key: &K) -> u32 {
        let slot = self.slots.find(key);
        slot.map_or(0, |slot| self.slots.get(slot).failures.into())
    }

    /// Lets what is due by now wait for a worker. Every operation that takes the time does so first.
    #[inline]
    pub fn advance(&mut self, now: Instant) {
        while let Some((slot, due)) = self.delays.pop(now, &mut self.slots) {
            let priority = self.slots.get(slot).priority;
            self.want(slot, priority, due);
        }
    }

    /// When something will be due next.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.delays.next()
    }

    /// How many keys wait for a worker.
    pub fn len(&self) -> usize {
        self.ready
    }

    /// Whether no key waits for a worker.
    pub fn is_empty(&self) -> bool {
        self.ready == 0
    }

    /// How many keys are due later.
    pub fn delayed_len(&self) -> usize {
        self.delays.len()
    }

    /// How many keys workers have.
    pub fn processing(&self) -> usize {
        self.processing
    }

    /// Whether nothing waits and no worker has anything.
    pub fn is_idle(&self) -> bool {
        self.ready == 0 && self.processing == 0
    }

    /// Ends the queue: nothing is added any more, what is due later is dropped, and what waits is
    /// still handed out.
    pub fn shut_down(&mut self) {
        self.shutting_down = true;
        for slot in self.delays.clear(&mut self.slots) {
            self.release(slot);
        }
    }

    /// Whether it has been shut down.
    pub fn is_shutting_down(&self) -> bool {
        self.shutting_down
    }

    /// Whether nothing will be handed out any more: it has been shut down, nothing waits, and nothing
    /// that workers have was added again before that.
    pub fn is_finished(&self) -> bool {
        self.shutting_down && self.ready == 0 && self.again == 0
    }

    /// Tells for how long the keys that workers have now have been with them.
    pub fn tell_unfinished(&self, now: Instant) {
        self.told.unfinished(now);
    }

    /// Whether an operation other than a delayed addition has any use for the time.
    pub(crate) fn wants_time(&self) -> bool {
        self.delays.len() > 0 || self.told.anybody()
    }

    /// Whether what was taken was added meanwhile.
    pub(crate) fn comes_again(&self, taken: &Taken<K>) -> bool {
        self.slots.get(taken.slot).wanted
    }

    pub(crate) fn tells_anybody(&self) -> bool {
        self.told.anybody()
    }

    fn add_slot(&mut self, slot: u32, how: Add, now: Instant) {
        if how.delayed || how.rate_limited {
            self.told.retried();
        }
        let delay = self.delay(slot, how, now);
        if delay.is_zero() {
            self.want(slot, how.priority, now);
            return;
        }
        let known = self.slots.get(slot);
        let waits = known.wanted;
        if waits || known.delay != NOWHERE {
            self.raise(slot, how.priority);
        } else {
            self.admit(slot, how.priority);
        }
        if !(waits && self.delayed == Delayed::Merged) {
            self.delays.add(slot, now + delay, &mut self.slots);
        }
    }

    /// How long a key is to wait, which is a failure if it is the limiter that says so.
    fn delay(&mut self, slot: u32, how: Add, now: Instant) -> Duration {
        if !how.rate_limited {
            return how.after;
        }
        let failures = self.slots.get(slot).failures;
        let key = self.slots.key(slot);
        let limited = self.limiter.delay(key, failures.into(), now);
        self.slots.get_mut(slot).failures = failures.saturating_add(1);
        if how.after.is_zero() {
            limited
        } else {
            how.after.min(limited)
        }
    }

    /// Lets a key wait for a worker, or for the one that has it.
    fn want(&mut self, slot: u32, priority: i32, since: Instant) {
        if self.slots.get(slot).wanted {
            self.raise(slot, priority);
            self.touch(slot);
            return;
        }
        if self.slots.get(slot).delay == NOWHERE {
            self.admit(slot, priority);
        } else {
            self.raise(slot, priority);
            if self.delayed == Delayed::Merged {
                self.delays.remove(slot, &mut self.slots);
            }
        }
        let known = self.slots.get_mut(slot);
        known.wanted = true;
        known.since = since;
        if known.taken {
            self.again += 1;
        } else {
            self.ready += 1;
            self.push(slot);
        }
        self.told.added(self.ready + self.again);
    }

    /// Gives a key that neither waits nor is due later its rank.
    fn admit(&mut self, slot: u32, priority: i32) {
        self.added += 1;
        let known = self.slots.get_mut(slot);
        known.priority = priority;
        known.added = self.added;
    }

    /// Lets a key that waits or is due later be as urgent as this at least: last among its equals.
    fn raise(&mut self, slot: u32, priority: i32) {
        let before = self.rank(slot);
        if priority <= before.priority {
            return;
        }
        self.admit(slot, priority);
        if self.slots.get(slot).waits() {
            let rank = self.rank(slot);
            let key = self.slots.key(slot);
            self.order.touch(Ticket(slot), key, before, rank);
        }
    }

    /// Lets the order know that a key which waits was added again.
    fn touch(&mut self, slot: u32) {
        if self.slots.get(slot).waits() {
            let rank = self.rank(slot);
            let key = self.slots.key(slot);
            self.order.touch(Ticket(slot), key, rank, rank);
        }
    }

    fn push(&mut self, slot: u32) {
        let rank = self.rank(slot);
        self.order.push(Ticket(slot), self.slots.key(slot), rank);
    }

    fn forget_slot(&mut self, slot: u32) {
        self.slots.get_mut(slot).failures = 0;
        self.release(slot);
    }

    /// Gives a slot up if nothing is known of its key.
    fn release(&mut self, slot: u32) {
        if self.slots.get(slot).is_over() {
            self.slots.remove(slot);
        }
    }

    fn rank(&self, slot: u32) -> Rank {
        let known = self.slots.get(slot);
        Rank {
            priority: known.priority,
            added: known.added,
        }
    }
}

impl<K> fmt::Debug for Queue<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue")
            .field("ready", &self.ready)
            .field("processing", &self.processing)
            .field("delayed", &self.delays.len())
            .field("shutting_down", &self.shutting_down)
            .finish_non_exhaustive()
    }
}
