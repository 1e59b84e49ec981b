//! Keys that are left in an inbox come out as if each had been put into the queue at once: the queue that
//! tasks share, beside the plain one that the schedules compare with a model.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use pintle_env::{Clock as _, ManualClock, Random as _, SeededRandom};
use pintle_workqueue::{
    Add, ByPriority, Delayed, Fifo, Item, Queue, Taken, WorkQueue, item_limiter,
};

// claims: workqueue.dedup, workqueue.order, workqueue.priority.order
#[test]
fn who_adds_without_looking_changes_no_order() {
    for seed in 0..2_000 {
        let clock = ManualClock::new();
        let builder = WorkQueue::builder("", Arc::new(clock.clone())).limiter(item_limiter());
        let (shared, plain) = match seed % 2 {
            0 => (builder.build(), Queue::new(Fifo::new(), item_limiter())),
            _ => (
                builder.by_priority().build(),
                Queue::new(ByPriority::new(), item_limiter()).delayed(Delayed::Merged),
            ),
        };
        let mut both = Both {
            shared: &shared,
            plain,
            held: Vec::new(),
            clock,
            seed,
        };
        let random = SeededRandom::new(seed);
        let keys = 2 + random.below(8);
        for _ in 0..1 + random.below(60) {
            both.step(&random, keys);
        }
        both.finish();
    }
}

struct Both<'a> {
    shared: &'a WorkQueue<u64>,
    plain: Queue<u64>,
    held: Vec<(Item<'a, u64>, Taken<u64>)>,
    clock: ManualClock,
    seed: u64,
}

impl Both<'_> {
    fn step(&mut self, random: &SeededRandom, keys: u64) {
        let key = random.below(keys);
        match random.below(100) {
            0..50 => self.add(key, random),
            50..70 => self.take(),
            70..85 if !self.held.is_empty() => {
                let at = random.below(self.held.len() as u64);
                self.hand_back(at as usize, random.below(4));
            }
            85..90 => {
                self.shared.forget(&key);
                self.plain.forget(&key);
            }
            90..95 => {
                self.clock.advance(Duration::from_millis(random.below(12)));
                // What is due by now and what is added from now on: nobody says which is first.
                self.compare();
            }
            95 if random.below(8) == 0 => {
                self.shared.shut_down();
                self.plain.shut_down();
            }
            _ => {}
        }
    }

    fn add(&mut self, key: u64, random: &SeededRandom) {
        let mut how = Add::now().priority([0, 0, 0, -100, 1, 7][random.below(6) as usize]);
        // What is to be worked on at once is what goes through the inbox.
        match random.below(8) {
            0 => how = how.after(Duration::from_millis(random.below(15))),
            1 => how = how.rate_limited(),
            _ => {}
        }
        self.shared.add_with(key, how);
        self.plain.add(key, how, self.clock.now());
        if self.held.iter().any(|(item, _)| **item == key) {
            // It will stand where it was added, or where it is handed back if somebody has looked since.
            _ = self.shared.processing();
        }
    }

    fn take(&mut self) {
        let mut context = Context::from_waker(Waker::noop());
        let taken = match pin!(self.shared.get()).poll(&mut context) {
            Poll::Ready(taken) => taken,
            Poll::Pending => None,
        };
        let expected = self.plain.take(self.clock.now());
        let (seed, key) = (self.seed, taken.as_deref().copied());
        assert_eq!(key, expected.as_ref().map(|it| *it.key()), "seed {seed}");
        // Whether it is lent or not is all the same.
        let taken = taken.map(|item| match *item % 2 {
            0 => item.into_owned(),
            _ => item,
        });
        self.held.extend(taken.zip(expected));
    }

    fn hand_back(&mut self, at: usize, how: u64) {
        let (item, taken) = self.held.swap_remove(at);
        let (now, priority) = (self.clock.now(), taken.priority());
        assert_eq!(item.priority(), priority, "seed {}", self.seed);
        match how {
            0 => item.done(),
            1 => {
                item.finish();
                self.plain.forget_taken(&taken);
            }
            2 => {
                item.retry();
                let again = Add::now().rate_limited().priority(priority);
                self.plain.add_again(&taken, again, now);
            }
            _ => {
                let later = Duration::from_millis(3);
                item.again_after(later);
                self.plain.forget_taken(&taken);
                let again = Add::now().after(later).priority(priority);
                self.plain.add_again(&taken, again, now);
            }
        }
        self.plain.done(taken, now);
    }

    fn compare(&mut self) {
        let seed = self.seed;
        self.plain.advance(self.clock.now());
        assert_eq!(self.shared.is_empty(), self.plain.is_empty(), "seed {seed}");
        assert_eq!(self.shared.len(), self.plain.len(), "seed {seed}");
        let delayed = self.shared.delayed_len();
        assert_eq!(delayed, self.plain.delayed_len(), "seed {seed}");
        assert_eq!(self.shared.processing(), self.held.len(), "seed {seed}");
        let ends = self.shared.is_shutting_down();
        assert_eq!(ends, self.plain.is_shutting_down(), "seed {seed}");
    }

    /// Everything comes out, in the same order.
    fn finish(mut self) {
        while !self.held.is_empty() {
            self.hand_back(0, 0);
        }
        for _ in 0..1_000 {
            self.take();
            if !self.held.is_empty() {
                self.hand_back(0, 0);
            } else if self.plain.next_deadline().is_none() {
                break;
            } else {
                self.clock.advance(Duration::from_millis(1));
                self.compare();
            }
        }
        self.compare();
        assert!(self.plain.is_idle(), "seed {}", self.seed);
    }
}
