//! The steps about facts: what is generated from them, and the Go programs that find them.

use std::process::Command;

use super::outcome::{Cases, proof};
use super::rust::cargo;
use crate::command;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::workspace;

pub(super) fn codegen(interrupt: &Interrupt) -> Result<Cases> {
    proof(&mut xtask(["codegen", "--check"]), interrupt)
}

pub(super) fn fresh(interrupt: &Interrupt) -> Result<Cases> {
    proof(&mut xtask(["schema", "--check"]), interrupt)
}

pub(super) fn tools(interrupt: &Interrupt) -> Result<Cases> {
    let in_schema = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(workspace::root().join("tools/schema"))
            .env("GOWORK", "off");
        command
    };
    let (status, unformatted) = command::capture(&mut in_schema("gofmt", &["-l", "."]), interrupt)?;
    if !status.success() || !unformatted.is_empty() {
        return Err(Error::new(format!(
            "gofmt would change files in tools/schema: {}",
            unformatted
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(", ")
        )));
    }
    let null = "/dev/null";
    for arguments in [
        &["vet", "./..."][..],
        &["build", "-o", null, "./..."],
        &["test", "./..."],
    ] {
        command::check(&mut in_schema("go", arguments), interrupt)?;
    }
    Ok(None)
}

/// Another task of this program, through cargo: a step before may have built the program anew.
fn xtask(arguments: [&str; 2]) -> Command {
    let mut command = cargo();
    command
        .args(["run", "--quiet", "--locked", "--package=xtask", "--"])
        .args(arguments);
    command
}
