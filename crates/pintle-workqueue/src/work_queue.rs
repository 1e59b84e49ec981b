//! [`WorkQueue`], the queue that tasks share.
//!
//! Invariants: nobody waits while there is a key for them; one of those who wait, if anybody does,
//! sleeps until the next key is due; wakers are called without the lock. Keys that are to be worked on at
//! once come in through the [`Inbox`], and every operation that could tell the difference looks there first.
//! (One thing is not looked after: of a key that is added while a worker has it and of others that are added
//! after it, before the worker is done, the key may come first, by when it was added, or last, by when it
//! was handed back, as in client-go.)

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use pintle_env::{Instant, Time};

use crate::inbox::{Arrival, Inbox};
use crate::slots::Hasher;
use crate::sync::{Mutex, MutexGuard};
use crate::waiters::{Seat, Waiters};
use crate::{Add, Builder, Drain, Get, Item, Key, Queue, Taken};

/// A queue of keys, each of which is there once and with one worker at a time.
///
/// Clones are the same queue. Adding never waits. Keys that are due are handed out on time as long as
/// a task waits in [`get`](Self::get): there is no task behind the queue, and nothing to be started.
///
/// client-go's `workqueue.TypedRateLimitingInterface`, and with
/// [`Builder::by_priority`](crate::Builder::by_priority) controller-runtime's `PriorityQueue`.
pub struct WorkQueue<K> {
    shared: Arc<Shared<K>>,
}

// The front is locked before the inbox.
pub(crate) struct Shared<K> {
    front: Mutex<Front<K>>,
    inbox: Inbox<K>,
    time: Arc<dyn Time>,
    hasher: Hasher,
    /// Whether anybody wants to know at once how many keys wait, and since when.
    is_measured: bool,
}

/// What comes of asking for a key.
pub(crate) enum Asked<K> {
    /// A key.
    Key(Taken<K>),
    /// There will be none any more.
    Over,
    /// There will be a call; before that, to be asked again at this time.
    Waits(Option<Instant>),
}

/// What the lock is around.
pub(crate) struct Front<K> {
    queue: Queue<K>,
    /// What was fetched from the inbox, to be added.
    arrived: VecDeque<Arrival<K>>,
    waiters: Waiters,
    /// Who of those that wait sleeps until a key is due, and until when.
    timekeeper: Option<(Seat, Instant)>,
    /// Those who wait until everything is done, by ascending number.
    drainers: Vec<(u64, Waker)>,
    next_drainer: u64,
    /// It was shut down without waiting for anything, so nobody does any more.
    abandoned: bool,
}

impl<K: Key> WorkQueue<K> {
    /// A queue as controllers have it: first in, first out, and what fails is tried again after 5 ms
    /// to 1000 s, 10 of all keys a second ([`crate::controller_limiter`]). The name is that of its metrics.
    pub fn new(name: &str, time: Arc<dyn Time>) -> Self {
        Self::builder(name, time).build()
    }

    /// A queue with another order, another limiter or metrics.
    pub fn builder(name: &str, time: Arc<dyn Time>) -> Builder<K> {
        Builder::new(name, time)
    }

    pub(crate) fn over(queue: Queue<K>, time: Arc<dyn Time>) -> Self {
        let (hasher, is_measured) = (queue.hasher().clone(), queue.tells_anybody());
        let front = Front {
            queue,
            arrived: VecDeque::new(),
            waiters: Waiters::default(),
            timekeeper: None,
            drainers: Vec::new(),
            next_drainer: 0,
            abandoned: false,
        };
        let shared = Shared {
            front: Mutex::new(front),
            inbox: Inbox::new(),
            time,
            hasher,
            is_measured,
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Adds a key, to be worked on as soon as a worker has time. Once the queue shuts down, nothing is
    /// added.
    pub fn add(&self, key: K) {
        self.add_with(key, Add::now());
    }

    /// Adds a key, to be worked on after a while; if it is due later already, at the earlier time.
    pub fn add_after(&self, key: K, delay: Duration) {
        self.add_with(key, Add::now().after(delay));
    }

    /// Adds a key that failed, to be worked on when the limiter lets it.
    pub fn add_rate_limited(&self, key: K) {
        self.add_with(key, Add::now().rate_limited());
    }

    /// Adds a key in the way that `how` says.
    pub fn add_with(&self, key: K, how: Add) {
        if how.delayed || how.rate_limited || self.shared.is_measured {
            self.shared.with(how, |queue, now| queue.add(key, how, now));
        } else {
            self.shared.leave_key(key, how.priority);
        }
    }

    /// Adds many keys at once: the lock is taken once.
    pub fn add_all(&self, keys: impl IntoIterator<Item = K>, how: Add) {
        self.shared.with(how, |queue, now| {
            for key in keys {
                queue.add(key, how, now);
            }
        });
    }

    /// The next key, as soon as there is one; none once the queue is shut down and everything that was
    /// added before has been handed out.
    ///
    /// The key is this worker's until the [`Item`] is dropped or told what came of it.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no key, and no other worker's turn.
    pub fn get(&self) -> Get<'_, K> {
        Get::new(&self.shared)
    }

    /// The next key, if one waits now.
    pub fn try_get(&self) -> Option<Item<'_, K>> {
        let taken = self.shared.with(Add::now(), Queue::take);
        taken.map(|taken| Item::new(&self.shared, taken))
    }

    /// What failed before counts no more: the key is tried again as if for the first time.
    pub fn forget(&self, key: &K) {
        self.shared.with(Add::now(), |queue, _| queue.forget(key));
    }

    /// How often the key was tried again since it was last forgotten, up to 65,535.
    pub fn requeues(&self, key: &K) -> u32 {
        self.shared.with(Add::now(), |queue, _| queue.requeues(key))
    }

    /// How many keys wait for a worker now: not those that are due later, nor those that workers have.
    pub fn len(&self) -> usize {
        self.shared.with(Add::now(), |queue, now| {
            queue.advance(now);
            queue.len()
        })
    }

    /// Whether no key waits for a worker.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many keys are due later.
    pub fn delayed_len(&self) -> usize {
        self.shared.with(Add::now(), |queue, now| {
            queue.advance(now);
            queue.delayed_len()
        })
    }

    /// How many keys workers have.
    pub fn processing(&self) -> usize {
        self.shared.with(Add::now(), |queue, _| queue.processing())
    }

    /// Ends the queue: nothing is added any more, what is due later is dropped, what waits is still
    /// handed out, and then [`get`](Self::get) says that there is no more. Nobody is waited for: a
    /// [`drain`](Self::drain) that is going on ends.
    pub fn shut_down(&self) {
        let mut front = self.shared.caught_up();
        front.queue.shut_down();
        front.abandoned = true;
        let_go(front);
    }

    /// Ends the queue as [`shut_down`](Self::shut_down) does, at once, and waits until workers have
    /// taken everything that waits and are done with it. Without workers it waits for ever.
    ///
    /// # Cancel safety
    ///
    /// The queue stays shut down when the future is dropped.
    pub fn drain(&self) -> Drain<'_, K> {
        let mut front = self.shared.caught_up();
        front.queue.shut_down();
        front.abandoned = false;
        let_go(front);
        Drain::new(&self.shared)
    }

    /// Whether the queue has been shut down.
    pub fn is_shutting_down(&self) -> bool {
        self.shared.lock().queue.is_shutting_down()
    }

    /// Tells for how long the keys that workers have now have been with them
    /// (`workqueue_unfinished_work_seconds`, `workqueue_longest_running_processor_seconds`): twice a
    /// second, until the queue is shut down. To be polled beside the workers. Ends at once if nobody
    /// wants to know.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future only ends it.
    pub async fn tell_unfinished(&self) {
        loop {
            {
                let front = self.shared.lock();
                if !front.queue.tells_anybody() || front.queue.is_shutting_down() {
                    return;
                }
                front.queue.tell_unfinished(self.shared.time.now());
            }
            let next = self.shared.time.now() + BETWEEN_UNFINISHED;
            self.shared.time.sleep_until(next).await;
        }
    }
}

impl<K: Key> Shared<K> {
    pub(crate) fn time(&self) -> &dyn Time {
        &*self.time
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Front<K>> {
        // Only an order or a limiter can panic within, and then nothing was handed out.
        self.front.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The queue with all that was added.
    fn caught_up(&self) -> MutexGuard<'_, Front<K>> {
        let mut front = self.lock();
        self.catch_up(&mut front, false);
        front
    }

    /// Adds what is in the inbox, if anything is. If not, a task may be about to wait for it.
    fn catch_up(&self, front: &mut Front<K>, is_about_to_wait: bool) -> bool {
        let watched = is_about_to_wait || !front.waiters.is_empty();
        if !self.inbox.fetch(&mut front.arrived, watched) {
            return false;
        }
        while !front.arrived.is_empty() {
            let next = front.arrived.iter().take(EXPECTED);
            front.queue.expect(next.map(|arrival| arrival.hash));
            // One at a time, so that what comes after a panic of an order's is not lost.
            for _ in 0..EXPECTED {
                let Some(arrival) = front.arrived.pop_front() else {
                    break;
                };
                let how = Add::now().priority(arrival.priority);
                front
                    .queue
                    .add_hashed(arrival.key, arrival.hash, how, Instant::ORIGIN);
            }
        }
        true
    }

    /// Leaves a key that is to be worked on at once, no matter when that was.
    fn leave_key(&self, key: K, priority: i32) {
        let arrival = Arrival {
            hash: self.hasher.hash(&key),
            key,
            priority,
        };
        let is_urgent = self.inbox.leave(arrival);
        if is_urgent {
            self.with(Add::now(), |_, _| ());
        }
    }

    /// Does something with the queue, and calls those for whom that is news.
    pub(crate) fn with<T>(&self, how: Add, act: impl FnOnce(&mut Queue<K>, Instant) -> T) -> T {
        let mut front = self.caught_up();
        let now = self.now(&front, how);
        let result = act(&mut front.queue, now);
        let_go(front);
        result
    }

    /// A worker is done.
    #[inline]
    pub(crate) fn done(&self, taken: Taken<K>, forget: bool) {
        let mut front = self.lock();
        if front.queue.comes_again(&taken) {
            self.catch_up(&mut front, false);
        }
        let now = self.now(&front, Add::now());
        if forget {
            front.queue.forget_taken(&taken);
        }
        front.queue.done(taken, now);
        let_go(front);
    }

    /// The time, if anything depends on it: to read a clock takes longer than to add a key.
    fn now(&self, front: &Front<K>, how: Add) -> Instant {
        if front.queue.wants_time() || how.delayed || how.rate_limited {
            self.time.now()
        } else {
            Instant::ORIGIN
        }
    }

    /// A task asks for a key. If there is none it has a seat, and may be the one that has to come back
    /// by the time that is said.
    #[inline]
    pub(crate) fn poll_get(&self, seat: &mut Option<Seat>, waker: &Waker) -> Asked<K> {
        // A key that was added again while it waited is worked on once.
        let mut front = self.caught_up();
        let now = self.now(&front, Add::now());
        let mut taken = front.queue.take(now);
        while taken.is_none() && self.catch_up(&mut front, true) {
            taken = front.queue.take(now);
        }
        let asked = match taken {
            Some(taken) => Asked::Key(taken),
            None if front.queue.is_finished() => Asked::Over,
            None => {
                let sits = front.waiters.sit(*seat, waker);
                *seat = Some(sits);
                Asked::Waits(front.alarm(sits))
            }
        };
        if !matches!(asked, Asked::Waits(_))
            && let Some(seat) = seat.take()
        {
            front.leave(seat);
        }
        let_go(front);
        asked
    }

    /// A task that waited is gone.
    pub(crate) fn leave(&self, seat: Seat) {
        let mut front = self.lock();
        front.leave(seat);
        let_go(front);
    }

    /// Whether everything is done, or is not waited for any more. If not, `waker` is called when it is.
    pub(crate) fn poll_drain(&self, place: &mut Option<u64>, waker: &Waker) -> Poll<()> {
        let mut front = self.lock();
        if front.abandoned || front.queue.is_idle() {
            return Poll::Ready(());
        }
        let found = place.and_then(|place| {
            front
                .drainers
                .iter_mut()
                .find(|(drainer, _)| *drainer == place)
        });
        if let Some((_, before)) = found {
            before.clone_from(waker);
        } else {
            front.next_drainer += 1;
            let drainer = front.next_drainer;
            front.drainers.push((drainer, waker.clone()));
            *place = Some(drainer);
        }
        Poll::Pending
    }

    pub(crate) fn leave_drain(&self, place: u64) {
        self.lock()
            .drainers
            .retain(|&(drainer, _)| drainer != place);
    }
}

impl<K: Key> Front<K> {
    /// Until when one that waits is to sleep, if it keeps the time; it does if nobody does yet.
    fn alarm(&mut self, seat: Seat) -> Option<Instant> {
        let others =
            |&(keeper, _): &(Seat, Instant)| keeper != seat && self.waiters.is_waiting(keeper);
        if self.timekeeper.as_ref().is_some_and(others) {
            return None;
        }
        let deadline = self.queue.next_deadline();
        self.timekeeper = deadline.map(|deadline| (seat, deadline));
        deadline
    }

    fn leave(&mut self, seat: Seat) {
        self.waiters.leave(seat);
        if self.timekeeper.is_some_and(|(keeper, _)| keeper == seat) {
            self.timekeeper = None;
        }
    }

    /// Who is to be called.
    fn settle(&mut self) -> Calls {
        let mut calls = Calls::default();
        if !self.waiters.is_empty() {
            if self.queue.is_finished() {
                while let Some(waker) = self.waiters.call() {
                    calls.add(waker);
                }
            }
            while self.waiters.called() < self.queue.len() {
                let Some(waker) = self.waiters.call() else {
                    break;
                };
                calls.add(waker);
            }
            self.settle_time(&mut calls);
        }
        if !self.drainers.is_empty() && (self.abandoned || self.queue.is_idle()) {
            for (_, waker) in self.drainers.drain(..) {
                calls.add(waker);
            }
        }
        calls
    }

    /// Whoever keeps the time is to know when the next key is due. Those who were called see to it when
    /// they come.
    fn settle_time(&mut self, calls: &mut Calls) {
        let Some(deadline) = self.queue.next_deadline() else {
            return;
        };
        let keeper = self.timekeeper;
        match keeper.filter(|&(keeper, _)| self.waiters.is_waiting(keeper)) {
            Some((_, until)) if until <= deadline => {}
            Some((keeper, _)) => {
                self.timekeeper = None;
                calls.extend(self.waiters.call_seat(keeper));
            }
            None => {
                self.timekeeper = None;
                if self.waiters.called() == 0 {
                    calls.extend(self.waiters.call());
                }
            }
        }
    }
}

/// Lets the queue go after anything has changed, and calls those for whom that is news.
#[inline]
fn let_go<K: Key>(mut front: MutexGuard<'_, Front<K>>) {
    if front.waiters.is_empty() && front.drainers.is_empty() {
        return;
    }
    let calls = front.settle();
    drop(front);
    calls.make();
}

/// Wakers to be called once the lock is free.
#[derive(Default)]
struct Calls {
    first: Option<Waker>,
    others: Vec<Waker>,
}

impl Calls {
    fn add(&mut self, waker: Waker) {
        match &self.first {
            None => self.first = Some(waker),
            Some(_) => self.others.push(waker),
        }
    }

    fn extend(&mut self, waker: Option<Waker>) {
        if let Some(waker) = waker {
            self.add(waker);
        }
    }

    fn make(self) {
        for waker in self.first.into_iter().chain(self.others) {
            waker.wake();
        }
    }
}

impl<K> Clone for WorkQueue<K> {
    fn clone(&self) -> Self {
        Self {
            shared: self.shared.clone(),
        }
    }
}

impl<K: Key> fmt::Debug for WorkQueue<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shared.lock().queue.fmt(f)
    }
}

/// For so many keys memory is waited for together. For many more, what came first would be far again.
const EXPECTED: usize = 64;

/// How often unfinished work is told of, as client-go does.
const BETWEEN_UNFINISHED: Duration = Duration::from_millis(500);
