//! What delayed keys weigh: `queue-heap ITEMS` prints the bytes that they take, keys included, as JSON.
#![allow(unsafe_code, reason = "an allocator is")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use pintle_env::ManualClock;
use pintle_workqueue::WorkQueue;

/// Counts what glibc takes for a block: the bytes asked for and 8, rounded up to 16, at least 32.
struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);

fn block(size: usize) -> usize {
    (size + 8).next_multiple_of(16).max(32)
}

// SAFETY: everything is the system's allocator's.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(block(layout.size()), Ordering::Relaxed);
        // SAFETY: the caller's promises are the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(block(layout.size()), Ordering::Relaxed);
        // SAFETY: the caller's promises are the same.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

fn main() {
    let items: u64 = std::env::args()
        .nth(1)
        .expect("a number of items")
        .parse()
        .expect("a number");
    let mut found = serde_json::Map::new();
    found.insert("items".to_owned(), items.into());
    found.insert("string".to_owned(), weigh(items, |name| name).into());
    found.insert(
        "shared".to_owned(),
        weigh::<Arc<str>>(items, Into::into).into(),
    );
    println!("{}", serde_json::Value::from(found));
}

/// Bytes that a queue of so many delayed keys takes.
fn weigh<K: pintle_workqueue::Key>(items: u64, key: fn(String) -> K) -> u64 {
    let queue = WorkQueue::new("", Arc::new(ManualClock::new()));
    let before = LIVE.load(Ordering::Relaxed);
    for n in 0..items {
        let mut name = format!("{:<40}", format!("namespace-{}/website-{n}", n % 100));
        name.shrink_to_fit();
        queue.add_after(key(name), Duration::from_secs(1 + n * 7919 % 100_000));
    }
    let weight = LIVE.load(Ordering::Relaxed) - before;
    assert_eq!(queue.delayed_len() as u64, items);
    weight as u64
}
