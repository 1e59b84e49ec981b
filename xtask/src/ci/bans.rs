//! What may be depended on: licences and sources by cargo-deny, the crates' layers by their dependency trees.

use std::process::Command;

use super::outcome::Cases;
use super::rust::cargo;
use crate::command;
use crate::error::{Error, Result};
use crate::installed::Program;
use crate::interrupt::Interrupt;
use crate::workspace;

/// Crates, and what must not be among their dependencies, however indirectly and with whatever features.
///
/// The pure crates know no runtime, no network and no TLS; the embedded server takes its resources as data
/// and so knows neither the client nor the generated types.
const EXCLUDED: &[(&[&str], &[&str])] = &[
    (
        &[
            "pintle-env",
            "pintle-codec",
            "pintle-meta",
            "pintle-api",
            "pintle-crd",
            "pintle-snapshot",
            "pintle-cache-core",
            "pintle-workqueue",
        ],
        &["tokio", "hyper", "rustls"],
    ),
    (&["pintle-apiserver"], &["pintle-client", "pintle-api"]),
    (&["pintle-test"], &["pintle-api"]),
];

pub(super) fn purity(interrupt: &Interrupt) -> Result<Cases> {
    let mut cases = 0;
    let mut found = Vec::new();
    for (crates, excluded) in EXCLUDED {
        for name in *crates {
            let dependencies = dependencies(name, interrupt)?;
            for excluded in *excluded {
                cases += 1;
                if dependencies.iter().any(|dependency| dependency == excluded) {
                    found.push(format!("{name} depends on {excluded} (cargo tree -p {name} -e normal -i {excluded})"));
                }
            }
        }
    }
    if found.is_empty() {
        Ok(Some(cases))
    } else {
        Err(Error::new(found.join("; ")))
    }
}

/// The names of all that a crate is built from, itself included.
fn dependencies(name: &str, interrupt: &Interrupt) -> Result<Vec<String>> {
    let mut command = cargo();
    command
        .args([
            "tree",
            "--locked",
            "--edges=normal",
            "--all-features",
            "--target=all",
        ])
        .args(["--prefix=none", "--format={p}", "--package", name]);
    let (status, output) = command::capture(&mut command, interrupt)?;
    if !status.success() {
        return Err(Error::new(format!(
            "{} failed ({status})",
            command::describe(&command)
        )));
    }
    Ok(output
        .lines()
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .collect())
}

/// Checks what `deny.toml` says, and asks no advisory database: the gate needs no news to be repeatable.
pub(super) fn deny(interrupt: &Interrupt) -> Result<Cases> {
    let mut deny = Command::new(DENY.path(interrupt)?);
    deny.args([
        "--locked",
        "--all-features",
        "check",
        "bans",
        "licenses",
        "sources",
    ])
    .current_dir(workspace::root());
    command::check(&mut deny, interrupt)?;
    Ok(None)
}

const DENY: Program = Program {
    name: "cargo-deny",
    version: "0.20.2",
};
