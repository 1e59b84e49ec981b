//! Serves pods that were encoded beforehand: what it costs is copying bytes, and the same for every peer.
//!
//! ```text
//! canned-server INPUTS COPIES
//! ```
//!
//! It serves the pods that a benchmark has prepared in a directory, in JSON and in protobuf, COPIES times:
//! those beyond the first are in namespaces, and have uids, of their own. It prints its address, and ends with
//! its input.
//!
//! - `/api/v1/pods`: lists and watches as kube-apiserver answers them: a list of version 0 is not cut into pages;
//!   a watch may begin with everything.
//! - `/events?count=N`: N events follow in every open watch, each a change of another pod.
//! - `/expire?changed=N`: N pods change, which no watch says: all open ones end with 410.
//! - `/state`: how many pods there are now, and their digest.

mod connection;
mod event;
mod out;
mod pods;
mod state;

use std::io::{self, Read as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;

use bench_harness::Failure;

use pods::Pods;
use state::Shared;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("canned-server: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let usage = "canned-server INPUTS COPIES";
    let inputs = arguments.next().ok_or(usage)?;
    let copies: usize = arguments.next().ok_or(usage)?.parse()?;
    let pods = Pods::read(Path::new(&inputs), copies)?;
    let shared = Arc::new(Shared::new(pods));
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("{}", listener.local_addr()?);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let shared = shared.clone();
            // One that breaks is its client's own affair.
            thread::spawn(move || connection::serve(stream, &shared));
        }
    });
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
