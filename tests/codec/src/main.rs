//! What pintle's types make of Kubernetes' own documents.
//!
//! ```text
//! codec corpus DIR [RELEASE…]   documents in files: what is read is written again, and compared
//! codec serve                   documents on standard input, for the Go program in tools/exchange
//! codec kinds                   the kinds that pintle's types are of
//! ```
//!
//! `cargo xtask corpus` and `cargo xtask exchange` run it.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "printing is what a command is for"
)]

mod corpus;
mod difference;
mod kinds;
mod object;
mod serve;

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let words: Vec<&Path> = arguments.iter().map(Path::new).collect();
    let done = match words.as_slice() {
        [word, directory, releases @ ..] if *word == "corpus" => corpus::run(directory, releases),
        [word] if *word == "serve" => serve::run(&mut io::stdin().lock(), &mut io::stdout().lock())
            .map(|()| ExitCode::SUCCESS),
        [word] if *word == "kinds" => {
            for name in kinds::names() {
                println!("{name}");
            }
            Ok(ExitCode::SUCCESS)
        }
        _ => {
            eprintln!("usage: codec corpus DIR [RELEASE…] | codec serve | codec kinds");
            return ExitCode::from(2);
        }
    };
    done.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::FAILURE
    })
}
