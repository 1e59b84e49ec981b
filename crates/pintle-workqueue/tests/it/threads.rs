//! Producers and workers on threads of their own.

use std::collections::HashSet;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake};
use std::thread::{self, Thread};

use pintle_env::ManualClock;
use pintle_workqueue::WorkQueue;

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let waker = Arc::new(Unpark(thread::current())).into();
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

// claims: workqueue.one-worker, workqueue.drain
#[test]
fn every_change_is_seen_and_no_key_is_with_two_workers() {
    const KEYS: u64 = 50;
    const CHANGES: u64 = 20_000;
    let queue: WorkQueue<u64> = WorkQueue::new("test", Arc::new(ManualClock::new()));
    // Each key counts up; a worker that sees an older count than it is now would lose a change.
    let counts: Vec<AtomicU64> = (0..KEYS).map(|_| AtomicU64::new(0)).collect();
    let seen: Vec<AtomicU64> = (0..KEYS).map(|_| AtomicU64::new(0)).collect();
    let busy = Mutex::new(HashSet::new());
    let work = async || {
        while let Some(item) = queue.get().await {
            let key = *item;
            assert!(busy.lock().unwrap().insert(key), "two workers have {key}");
            let count = counts[key as usize].load(Ordering::SeqCst);
            seen[key as usize].store(count, Ordering::SeqCst);
            busy.lock().unwrap().remove(&key);
            item.finish();
        }
    };
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| block_on(work()));
        }
        let producers: Vec<_> = (0..2)
            .map(|producer| {
                let (queue, counts) = (&queue, &counts);
                scope.spawn(move || {
                    for change in 0..CHANGES {
                        let key = (change * 7 + producer) % KEYS;
                        counts[key as usize].fetch_add(1, Ordering::SeqCst);
                        queue.add(key);
                    }
                })
            })
            .collect();
        for producer in producers {
            producer.join().unwrap();
        }
        block_on(queue.drain());
    });
    let total = |of: &[AtomicU64]| -> u64 { of.iter().map(|n| n.load(Ordering::SeqCst)).sum() };
    assert_eq!(total(&seen), 2 * CHANGES);
    assert_eq!(total(&counts), 2 * CHANGES);
}
