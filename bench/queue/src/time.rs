//! Keys through a queue: a thread adds them, a task takes them and is done with them.
//!
//! `queue-time LANE ITEMS` prints how long that took, as JSON. The lanes are those of the peer in Go.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use pintle_env::{Clock, Sleep, SystemClock, Timer, Timestamp};
use pintle_workqueue::{Key, WorkQueue};

/// The system's clock with tokio's timer.
struct SystemTime(SystemClock);

impl Clock for SystemTime {
    fn now(&self) -> pintle_env::Instant {
        self.0.now()
    }

    fn timestamp(&self) -> Timestamp {
        self.0.timestamp()
    }
}

impl Timer for SystemTime {
    fn sleep_until(&self, deadline: pintle_env::Instant) -> Sleep {
        match self.0.to_std(deadline) {
            Some(deadline) => Box::pin(tokio::time::sleep_until(deadline.into())),
            None => Box::pin(std::future::pending()),
        }
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let lane = arguments.next().expect("a lane");
    let items: u64 = arguments
        .next()
        .expect("a number of items")
        .parse()
        .expect("a number");
    let names = (0..items).map(|n| format!("{:<40}", format!("namespace-{}/website-{n}", n % 100)));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .expect("a runtime");
    match lane.as_str() {
        "shared" => {
            let keys: Vec<Arc<str>> = names.map(Into::into).collect();
            runtime.block_on(run(keys.clone(), u64::MAX));
        }
        "window" => {
            let keys: Vec<Arc<str>> = names.map(Into::into).collect();
            runtime.block_on(run(keys.clone(), 1_000));
        }
        "string" => runtime.block_on(run(names.collect(), u64::MAX)),
        lane => panic!("there is no lane {lane}"),
    }
}

/// Adds every key, at most `window` ahead of the worker.
async fn run<K: Key + Sync>(keys: Vec<K>, window: u64) {
    let queue = WorkQueue::new("", Arc::new(SystemTime(SystemClock::new())));
    let items = keys.len() as u64;
    let done = Arc::new(AtomicU64::new(0));
    let (start, cpu) = (Instant::now(), cpu());
    let producer = {
        let (queue, done) = (queue.clone(), done.clone());
        // A thread, for a task that never waits keeps the one that it woke from running beside it.
        thread::spawn(move || {
            let mut known = 0;
            for (added, key) in keys.into_iter().enumerate() {
                // What is known is enough most of the time, and to look again would keep the worker waiting.
                while added as u64 - known >= window {
                    known = done.load(Ordering::Acquire);
                    if added as u64 - known >= window {
                        thread::yield_now();
                    }
                }
                queue.add(key);
            }
        })
    };
    let worker = tokio::spawn(async move {
        for n in 1..=items {
            let item = queue.get().await.expect("the queue is not shut down");
            item.done();
            done.store(n, Ordering::Release);
        }
    });
    worker.await.expect("the worker does not panic");
    let (wall, cpu) = (start.elapsed(), self::cpu() - cpu);
    producer.join().expect("the producer does not panic");
    let found = serde_json::json!({
        "items": items, "wall_ns": wall.as_nanos() as u64, "cpu_ns": cpu,
    });
    println!("{found}");
}

/// Nanoseconds of CPU that this process has used.
fn cpu() -> u64 {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    used.tv_sec as u64 * 1_000_000_000 + used.tv_nsec as u64
}
