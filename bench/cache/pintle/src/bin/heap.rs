//! pintle with the system's allocator, counted.

use std::process::ExitCode;

use bench_harness::Counted;

#[global_allocator]
static HEAP: Counted = Counted::new();

fn main() -> ExitCode {
    peer_pintle_cache::main(Some(&HEAP))
}
