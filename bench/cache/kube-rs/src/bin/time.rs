//! kube-rs with the system's allocator.

use std::process::ExitCode;

fn main() -> ExitCode {
    peer_kube_rs_cache::main(None)
}
