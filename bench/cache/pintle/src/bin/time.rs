//! pintle with the system's allocator.

use std::process::ExitCode;

fn main() -> ExitCode {
    peer_pintle_cache::main(None)
}
