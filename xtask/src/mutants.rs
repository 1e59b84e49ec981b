//! `cargo xtask mutants`: breaks the pure crates in every way that cargo-mutants knows, one at a time, and
//! counts what the tests notice.
//!
//! A crate has hundreds of mutants, and each is compiled and tested. They are told apart by a number, so
//! that a part of them (`--shard 0/8` is every eighth) is a fair sample of all.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use clap::Args;

use crate::command;
use crate::error::{Context, Error, Result};
use crate::installed::Program;
use crate::interrupt::Interrupt;
use crate::workspace;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The crate to break [default: all that are held to a floor, one after the other]
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(CRATES))]
    package: Option<String>,
    /// Only this part of the mutants: the first of eight is 0/8
    #[arg(long, value_name = "K/N")]
    shard: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let interrupt = Interrupt::listen()?;
    let crates = match arguments.package.as_deref() {
        Some(package) => vec![package],
        None => CRATES.to_vec(),
    };
    let (caught, missed) = mutants(&crates, arguments.shard.as_deref(), &interrupt)?;
    println!("{caught} passed, {missed} failed");
    Ok(ExitCode::SUCCESS)
}

/// Breaks crates, and says how many mutants their tests caught and missed. Fails if they missed too many of
/// one.
pub(crate) fn mutants(
    crates: &[&str],
    shard: Option<&str>,
    interrupt: &Interrupt,
) -> Result<(u64, u64)> {
    let tool = TOOL.path(interrupt)?;
    let (mut caught, mut missed) = (0, 0);
    let mut below = Vec::new();
    for name in crates {
        let found = test(&tool, name, shard, interrupt)?;
        println!(
            "{name}: {} caught, {} missed, which is {}%",
            found.caught,
            found.missed.len(),
            found.percent()
        );
        for mutant in &found.missed {
            println!("  {mutant}");
        }
        if found.percent() < FLOOR {
            below.push(format!("{name} catches {}%", found.percent()));
        }
        caught += found.caught;
        missed += found.missed.len() as u64;
    }
    if below.is_empty() {
        return Ok((caught, missed));
    }
    let below = below.join(", ");
    Err(Error::new(format!(
        "less than {FLOOR}% are caught: {below}"
    )))
}

/// What the tests of a crate made of its mutants.
struct Found {
    caught: u64,
    missed: Vec<String>,
}

impl Found {
    /// How many of a hundred were caught, rounded down.
    fn percent(&self) -> u64 {
        let all = self.caught + self.missed.len() as u64;
        (self.caught * 100).checked_div(all).unwrap_or(100)
    }
}

fn test(tool: &Path, name: &str, shard: Option<&str>, interrupt: &Interrupt) -> Result<Found> {
    let directory = tempfile::tempdir().context(|| "make a temporary directory".to_owned())?;
    let mut mutants = Command::new(tool);
    mutants
        .current_dir(workspace::root())
        .args(["mutants", "--package", name, "--output"])
        .arg(directory.path())
        .args(["--cargo-arg=--locked", "--colors=never", "--no-times"])
        .args(shard.map(|shard| format!("--shard={shard}")))
        // Examples in documentation are no tests of the crate, and are linked one by one.
        .args(["--", "--tests"])
        // Dependencies are compiled once, however often this is run.
        .env("CARGO_TARGET_DIR", workspace::root().join("target/mutants"));
    let status = command::run(&mut mutants, interrupt)?;
    // Mutants that were missed, and ones that never end, are no failures of the program.
    if !matches!(status.code(), Some(0 | 2 | 3)) {
        return Err(Error::new(format!("cargo mutants failed ({status})")));
    }
    let out = directory.path().join("mutants.out");
    let lines = |file: &str| -> Result<Vec<String>> {
        let path = out.join(file);
        let text = fs::read_to_string(&path).context(|| format!("read {}", path.display()))?;
        Ok(text.lines().map(str::to_owned).collect())
    };
    Ok(Found {
        // One that never ends has been noticed.
        caught: (lines("caught.txt")?.len() + lines("timeout.txt")?.len()) as u64,
        missed: lines("missed.txt")?,
    })
}

/// The crates that are held to the floor.
pub(crate) const CRATES: [&str; 2] = ["pintle-workqueue", "pintle-cache-core"];

/// How many of a hundred mutants are to be caught.
const FLOOR: u64 = 90;

const TOOL: Program = Program {
    name: "cargo-mutants",
    version: "26.2.0",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents_are_rounded_down_and_nothing_is_all_of_nothing() {
        for (caught, missed, percent) in [(0, 0, 100), (9, 1, 90), (899, 101, 89), (0, 3, 0)] {
            let missed = vec![String::new(); missed];
            assert_eq!(Found { caught, missed }.percent(), percent);
        }
    }
}
