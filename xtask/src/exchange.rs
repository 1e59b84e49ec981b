//! `cargo xtask exchange`: objects that Kubernetes' own fuzzers fill, between Go's codecs and pintle's.
//!
//! The Go program in `tools/exchange` fills, compares and reports; it starts the Rust program in `tests/codec`, which
//! reads and writes with pintle's types.

use std::fs;
use std::io;
use std::process::{Command, ExitCode};

use clap::Args;

use crate::command;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::workspace;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Objects of each kind
    #[arg(long, value_name = "N", default_value_t = 1000)]
    per_kind: u32,
    /// What the objects are filled with depends on it
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Exchange this kind only, for example v1/Pod or apps/v1/Deployment
    #[arg(long, value_name = "KIND")]
    only: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let interrupt = Interrupt::listen()?;
    let target = workspace::root().join("target");
    let mut cargo = Command::new("cargo");
    cargo
        .args(["build", "--locked", "--profile=proof", "--package=codec"])
        .current_dir(workspace::root());
    command::check(&mut cargo, &interrupt)?;
    let program = target.join("tools/exchange");
    let mut go = Command::new("go");
    go.current_dir(workspace::root().join("tools/exchange"))
        .args(["build", "-o"])
        .arg(&program)
        .arg(".")
        .env("GOWORK", "off");
    command::check(&mut go, &interrupt)?;

    // What an earlier run found would look like a finding of this one.
    let differences = target.join("exchange");
    match fs::remove_dir_all(&differences) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(Error::new(format!(
                "cannot remove {}: {error}",
                differences.display()
            )));
        }
        _ => {}
    }
    let mut exchange = Command::new(program);
    exchange
        .arg("-codec")
        .arg(target.join("proof/codec"))
        .arg("-out")
        .arg(differences)
        .arg(format!("-per-kind={}", arguments.per_kind))
        .arg(format!("-seed={}", arguments.seed));
    if let Some(kind) = &arguments.only {
        exchange.arg(format!("-only={kind}"));
    }
    Ok(command::exit_code(command::run(&mut exchange, &interrupt)?))
}
