//! The steps that are cargo's own: tests, formatting, lints, documentation, the oldest supported compiler.

use std::fs;
use std::process::{Command, Stdio};

use super::outcome::Cases;
use crate::command;
use crate::error::{Context, Error, Result};
use crate::interrupt::Interrupt;
use crate::workspace;

pub(super) fn fmt(interrupt: &Interrupt) -> Result<Cases> {
    command::check(cargo().args(["fmt", "--all", "--check"]), interrupt)?;
    Ok(None)
}

pub(super) fn test(interrupt: &Interrupt) -> Result<Cases> {
    let mut command = cargo();
    // Every binary of tests runs, whatever an earlier one found.
    command.args(["test", "--workspace", "--locked", "--no-fail-fast"]);
    let (status, output) = command::tee(&mut command, interrupt)?;
    if !status.success() {
        return Err(Error::new(format!("cargo test failed ({status})")));
    }
    Ok(Some(command::passed_tests(&output)))
}

/// The soak of the transport at its full length, of which the tests have a fifth. The cases are its
/// requests.
pub(super) fn soak(interrupt: &Interrupt) -> Result<Cases> {
    let mut command = cargo();
    command
        .args(["test", "--locked", "--package", "pintle-transport"])
        .args(["--test", "it", "--", "soak", "--nocapture"])
        .env("PINTLE_SOAK_REQUESTS", "10000");
    let (status, output) = command::tee(&mut command, interrupt)?;
    if !status.success() {
        return Err(Error::new(format!("the soak failed ({status})")));
    }
    let requests = |line: &str| line.split_once(" requests: ")?.0.parse().ok();
    Ok(output.lines().find_map(requests))
}

pub(super) fn clippy(interrupt: &Interrupt) -> Result<Cases> {
    let flags = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        // Its tests that need a cluster.
        "--features=website/cluster",
        "--",
        "-D",
        "warnings",
    ];
    command::check(cargo().args(flags), interrupt)?;
    Ok(None)
}

pub(super) fn doc(interrupt: &Interrupt) -> Result<Cases> {
    let mut command = cargo();
    command
        .args(["doc", "--workspace", "--no-deps", "--locked"])
        .env("RUSTDOCFLAGS", "-D warnings");
    command::check(&mut command, interrupt)?;
    Ok(None)
}

/// Checks with the compiler that `rust-version` names, which rustup installs if it is missing.
pub(super) fn msrv(interrupt: &Interrupt) -> Result<Cases> {
    let version = rust_version()?;
    let installed = command::run(
        rustup(&version)
            .args(["rustc", "--version"])
            .stdout(Stdio::null())
            .stderr(Stdio::null()),
        interrupt,
    )?;
    if !installed.success() {
        let mut install = Command::new("rustup");
        install.args([
            "toolchain",
            "install",
            &version,
            "--profile=minimal",
            "--no-self-update",
        ]);
        command::check(&mut install, interrupt)?;
    }
    let mut check = rustup(&version);
    check
        .args(["cargo", "check", "--workspace", "--all-targets", "--locked"])
        // Another compiler would have everything in the shared directory built anew, twice.
        .arg("--target-dir")
        .arg(workspace::root().join("target/msrv"))
        .current_dir(workspace::root());
    command::check(&mut check, interrupt)?;
    Ok(None)
}

/// A cargo command for the checkout, with the compiler that runs this task.
pub(super) fn cargo() -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(workspace::root());
    command
}

/// Another task of this program, through cargo: a step before may have built the program anew.
pub(super) fn xtask(arguments: &[&str]) -> Command {
    let mut command = cargo();
    command
        .args(["run", "--quiet", "--locked", "--package=xtask", "--"])
        .args(arguments);
    command
}

/// A command that runs another with a version of Rust.
fn rustup(version: &str) -> Command {
    let mut command = Command::new("rustup");
    command.args(["run", version]);
    command
}

/// Reads `rust-version` from the workspace's manifest.
fn rust_version() -> Result<String> {
    let path = workspace::root().join("Cargo.toml");
    let manifest = fs::read_to_string(&path).context(|| format!("read {}", path.display()))?;
    manifest
        .lines()
        .find_map(|line| line.strip_prefix("rust-version = \"")?.strip_suffix('"'))
        .map(str::to_owned)
        .ok_or_else(|| {
            Error::new(format!(
                "{} has no line `rust-version = \"…\"`",
                path.display()
            ))
        })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn manifest_states_the_oldest_rust() {
        assert!(rust_version().unwrap().starts_with("1."));
    }

    /// Such a library is compiled once and not twice, and a test in it would never run.
    #[test]
    fn libraries_without_a_harness_have_no_tests_within() {
        let mut count = 0;
        for package in fs::read_dir(workspace::root().join("crates")).unwrap() {
            let package = package.unwrap().path();
            let manifest = fs::read_to_string(package.join("Cargo.toml")).unwrap();
            if manifest.contains("[lib]\ntest = false\n") {
                count += 1;
                refuse_tests(&package.join("src"));
            }
        }
        assert!(count >= 7, "{count} manifests say so");
    }

    fn refuse_tests(directory: &Path) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                refuse_tests(&path);
            } else {
                let source = fs::read_to_string(&path).unwrap();
                let within = source.contains("#[cfg(test)]") || source.contains("#[test]");
                assert!(!within, "{} has tests, which never run", path.display());
            }
        }
    }
}
