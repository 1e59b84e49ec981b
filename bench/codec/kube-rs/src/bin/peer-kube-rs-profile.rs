//! Does one thing over and over, for a profiler to look at.

use std::process::ExitCode;

fn main() -> ExitCode {
    bench_harness::profile::<peer_kube_rs::KubeRs>()
}
