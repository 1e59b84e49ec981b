//! The `pintle` command: a Kubernetes API server of your own (`up`), and commands to look at and
//! change what is in any, named as kubectl names them.
//!
//! Each command is a module of `command`. Results go to standard output, everything else to
//! standard error; the exit code says what sort of failure there was.
#![forbid(unsafe_code)]

mod args;
mod command;
mod demo;
mod discovery;
mod error;
mod jsonpath;
mod listing;
mod manifest;
mod messages;
mod nodes;
mod output;
mod session;
mod target;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::CommandLine;
use crate::error::Kind;
use crate::messages::Messages;

fn main() -> ExitCode {
    let line = CommandLine::parse();
    let messages = Messages::new();
    let Err(failures) = command::run(line, messages) else {
        return ExitCode::SUCCESS;
    };
    // Whoever closed our output does not wait for a message.
    let told = |error: &&error::Error| error.kind() != Kind::OutputClosed;
    failures
        .iter()
        .filter(told)
        .for_each(|error| messages.error(error));
    failures.exit_code().into()
}
