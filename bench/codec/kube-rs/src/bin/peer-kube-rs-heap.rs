//! Counts what is allocated and what is live.

use std::process::ExitCode;

use bench_harness::Counted;

#[global_allocator]
static HEAP: Counted = Counted::new();

fn main() -> ExitCode {
    bench_harness::serve_counting::<peer_kube_rs::KubeRs>(&HEAP)
}
