//! Random schedules, on the queue and on a [model](crate::model) of it.
//!
//! `PINTLE_SEEDS` says how many (`cargo xtask sim queue` sets it), `PINTLE_FROM` where to begin; a
//! failure names its seed.

use std::time::Duration;

use pintle_env::{Instant, Random as _, SeededRandom};
use pintle_workqueue::{Add, ByPriority, Delayed, Fifo, Queue, Taken, item_limiter};

use crate::model::{ClientGo, ControllerRuntime, How, Model};

// claims: workqueue.dedup, workqueue.reprocess, workqueue.one-worker, workqueue.order, workqueue.shutdown, workqueue.shutdown.queued
// claims: workqueue.delay, workqueue.delay.earlier, workqueue.delay.shutdown, workqueue.retry, workqueue.forget
#[test]
fn the_queue_does_what_client_go_does() {
    for seed in seeds() {
        let queue = Queue::new(Fifo::new(), item_limiter());
        run(seed, queue, ClientGo::default());
    }
}

// claims: workqueue.priority, workqueue.priority.merge, workqueue.priority.order, workqueue.priority.shutdown
#[test]
fn the_queue_by_priority_does_what_controller_runtime_does() {
    for seed in seeds() {
        let queue = Queue::new(ByPriority::new(), item_limiter()).delayed(Delayed::Merged);
        run(seed, queue, ControllerRuntime::default());
    }
}

fn seeds() -> std::ops::Range<u64> {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse().unwrap());
    let from = number("PINTLE_FROM").unwrap_or(0);
    from..from + number("PINTLE_SEEDS").unwrap_or(5_000)
}

fn run(seed: u64, queue: Queue<u8>, model: impl Model) {
    let random = SeededRandom::new(seed);
    let mut both = Both {
        queue,
        model,
        held: Vec::new(),
        now: 0,
        seed,
    };
    // From two keys, which meet all the time, to many.
    let keys = 2 + random.below(12);
    let steps = 1 + random.below(60);
    for _ in 0..steps {
        both.step(&random, keys as u8);
        both.compare();
    }
    both.finish();
}

struct Both<M> {
    queue: Queue<u8>,
    model: M,
    held: Vec<Taken<u8>>,
    now: u64,
    seed: u64,
}

impl<M: Model> Both<M> {
    fn step(&mut self, random: &SeededRandom, keys: u8) {
        let key = random.below(keys.into()) as u8;
        match random.below(100) {
            0..45 => self.add(key, random),
            45..65 => self.take(),
            65..82 => {
                if !self.held.is_empty() {
                    let held = random.below(self.held.len() as u64) as usize;
                    self.done(held);
                }
            }
            82..86 => {
                self.queue.forget(&key);
                self.model.forget(key);
            }
            86..99 => self.now += random.below(12),
            _ => {
                if random.below(4) == 0 {
                    self.queue.shut_down();
                    self.model.shut_down();
                }
            }
        }
    }

    fn add(&mut self, key: u8, random: &SeededRandom) {
        let how = How {
            after: (random.below(3) == 0).then(|| random.below(15)),
            rate_limited: random.below(5) == 0,
            priority: [0, 0, 0, -100, 1, 7][random.below(6) as usize],
        };
        let mut add = Add::now().priority(how.priority);
        if let Some(after) = how.after {
            add = add.after(Duration::from_millis(after));
        }
        if how.rate_limited {
            add = add.rate_limited();
        }
        let now = self.now();
        self.queue.add(key, add, now);
        self.model.add(key, how, self.now);
    }

    fn take(&mut self) {
        let now = self.now();
        let taken = self.queue.take(now);
        let expected = self.model.take(self.now);
        assert_eq!(
            taken.as_ref().map(|taken| *taken.key()),
            expected,
            "taken; seed {}",
            self.seed
        );
        self.held.extend(taken);
    }

    fn done(&mut self, held: usize) {
        let taken = self.held.swap_remove(held);
        self.model.done(*taken.key(), self.now);
        let now = self.now();
        self.queue.done(taken, now);
    }

    fn compare(&mut self) {
        let seed = self.seed;
        let now = self.now();
        self.queue.advance(now);
        assert_eq!(self.queue.len(), self.model.len(self.now), "seed {seed}");
        let expected = self.model.next_deadline().map(at);
        assert_eq!(self.queue.next_deadline(), expected, "seed {seed}");
        assert_eq!(self.queue.processing(), self.held.len(), "seed {seed}");
        for key in 0..14 {
            let expected = self.model.requeues(key);
            assert_eq!(self.queue.requeues(&key), expected, "{key}; seed {seed}");
        }
    }

    /// Everything that was accepted comes out, in the same order, and nothing is left.
    fn finish(mut self) {
        while !self.held.is_empty() {
            self.done(0);
        }
        for _ in 0..1_000 {
            self.take();
            if self.held.is_empty() {
                match self.queue.next_deadline() {
                    Some(next) => self.now = next.since_origin().as_millis() as u64,
                    None => break,
                }
            } else {
                self.done(0);
            }
        }
        assert!(self.queue.is_idle(), "seed {}", self.seed);
        self.queue.shut_down();
        assert!(self.queue.is_finished(), "seed {}", self.seed);
    }

    fn now(&self) -> Instant {
        at(self.now)
    }
}

fn at(milliseconds: u64) -> Instant {
    Instant::from_origin(Duration::from_millis(milliseconds))
}
