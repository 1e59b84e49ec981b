//! Does one thing over and over, for a profiler to look at.

use std::process::ExitCode;

fn main() -> ExitCode {
    bench_harness::profile::<peer_k8s_pb::K8sPb>()
}
