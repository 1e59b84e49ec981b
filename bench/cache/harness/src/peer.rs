//! The `main` of a peer.

use std::process::ExitCode;

use bench_harness::Counted;
use serde_json::Value;

use crate::Failure;

/// Does what the program's arguments say, and prints what came of it; `heap` is its allocator, if it counts.
pub fn main(
    heap: Option<&'static Counted>,
    run: impl AsyncFnOnce(&[&str], Option<&'static Counted>) -> Result<Value, Failure>,
) -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let found = runtime
        .map_err(Failure::from)
        .and_then(|runtime| runtime.block_on(run(&arguments, heap)));
    match found {
        Ok(found) => {
            println!("{found}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{}: {error}", arguments.join(" "));
            ExitCode::FAILURE
        }
    }
}
