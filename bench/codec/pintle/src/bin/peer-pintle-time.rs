//! Measures time, with the system's allocator.

use std::process::ExitCode;

fn main() -> ExitCode {
    bench_harness::serve::<peer_pintle::Pintle>()
}
