//! What memory alone takes.

use std::hint::black_box;
use std::time::Instant;

use serde_json::{Value, json};

/// Goes from object to object, each as large as told and none near the one before, where each says which is next: what
/// a step takes is the least that it takes to look at one that nobody has looked at for long.
pub(crate) fn run(objects: usize, bytes: usize) -> Value {
    let words = bytes.div_ceil(size_of::<usize>());
    let mut memory = vec![0_usize; objects * words];
    // One round through all of them, in any order: each is exchanged with one before it.
    let mut order: Vec<usize> = (0..objects).collect();
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    for at in (1..objects).rev() {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        order.swap(at, random as usize % at);
    }
    for (at, next) in order.iter().enumerate() {
        memory[at * words] = next * words;
    }
    drop(order);
    let mut at = 0;
    let start = Instant::now();
    for _ in 0..STEPS {
        at = memory[at];
    }
    let elapsed = start.elapsed();
    black_box(at);
    json!({ "mean_ns": elapsed.as_nanos() as f64 / f64::from(STEPS) })
}

const STEPS: u32 = 1_000_000;
