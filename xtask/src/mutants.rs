//! `cargo xtask mutants`: breaks what is pure in every way that cargo-mutants knows, one place at a time, and
//! counts what the tests notice.
//!
//! A crate has hundreds of mutants, and each is compiled and tested. They are dealt out in turn, so that a part
//! of them (`--shard 0/8` is every eighth) is a fair sample of all. What takes longest, schedules by the
//! hundred, is run only against what all other tests have missed.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::command;
use crate::error::{Context, Error, Result};
use crate::installed::Program;
use crate::interrupt::Interrupt;
use crate::workspace;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The crate to break [default: all that are held to a floor, one after the other]
    #[arg(value_parser = PossibleValuesParser::new(SUBJECTS.map(|subject| subject.package)))]
    package: Option<String>,
    /// Only this part of the mutants: the first of eight is 0/8
    #[arg(long, value_name = "K/N")]
    shard: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let interrupt = Interrupt::listen()?;
    let is_asked_for = |subject: &&Subject| match &arguments.package {
        Some(package) => subject.package == package,
        None => true,
    };
    let subjects: Vec<&Subject> = SUBJECTS.iter().filter(is_asked_for).collect();
    let (caught, missed) = mutants(subjects, arguments.shard.as_deref(), &interrupt)?;
    println!("{caught} passed, {missed} failed");
    Ok(ExitCode::SUCCESS)
}

/// Breaks crates, and says how many mutants their tests caught and missed. Fails if they missed too many of
/// one.
pub(crate) fn mutants(
    subjects: impl IntoIterator<Item = &'static Subject>,
    shard: Option<&str>,
    interrupt: &Interrupt,
) -> Result<(u64, u64)> {
    let tool = TOOL.path(interrupt)?;
    let (mut caught, mut missed) = (0, 0);
    let mut below = Vec::new();
    for subject in subjects {
        let found = test(&tool, subject, shard, interrupt)?;
        let name = subject.package;
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

/// What is held to the floor: a crate, or what of it decides without doing.
pub(crate) struct Subject {
    package: &'static str,
    /// The files under its `src`; all of them if none is named.
    files: &'static [&'static str],
    /// The tests that take longest, by a part of their names.
    slow: Option<&'static str>,
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

/// Which mutants of a crate.
enum Which<'a> {
    All { shard: Option<&'a str> },
    Named(&'a [String]),
}

fn test(
    tool: &Path,
    subject: &Subject,
    shard: Option<&str>,
    interrupt: &Interrupt,
) -> Result<Found> {
    let all = Which::All { shard };
    let Some(slow) = subject.slow else {
        return pass(tool, subject, &all, &[], interrupt);
    };
    let quick = pass(tool, subject, &all, &["--", "--skip", slow], interrupt)?;
    if quick.missed.is_empty() {
        return Ok(quick);
    }
    let rest = Which::Named(&quick.missed);
    let last = pass(tool, subject, &rest, &[], interrupt)?;
    Ok(Found {
        caught: quick.caught + last.caught,
        missed: last.missed,
    })
}

/// Runs tests against mutants.
fn pass(
    tool: &Path,
    subject: &Subject,
    which: &Which<'_>,
    tests: &[&str],
    interrupt: &Interrupt,
) -> Result<Found> {
    let directory = tempfile::tempdir().context(|| "make a temporary directory".to_owned())?;
    let name = subject.package;
    let mut mutants = Command::new(tool);
    mutants
        .current_dir(workspace::root())
        .args(["mutants", "--package", name, "--output"])
        .arg(directory.path())
        .args(["--cargo-arg=--locked", "--colors=never", "--no-times"]);
    for file in subject.files {
        mutants.arg(format!("--file=crates/{name}/src/{file}"));
    }
    match which {
        Which::All { shard: None } => {}
        Which::All { shard: Some(shard) } => {
            mutants.args(["--sharding=round-robin", "--shard", shard]);
        }
        Which::Named(names) => {
            let exactly = |name: &String| format!("--re=^{}$", literally(name));
            mutants.args(names.iter().map(exactly));
        }
    }
    mutants
        // Examples in documentation are no tests of the crate, and are linked one by one.
        .args(["--", "--tests"])
        .args(tests)
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

/// A regular expression for a text.
fn literally(text: &str) -> String {
    let mut expression = String::new();
    for c in text.chars() {
        if r"\.+*?()|[]{}^$".contains(c) {
            expression.push('\\');
        }
        expression.push(c);
    }
    expression
}

/// What is held to the floor.
pub(crate) const SUBJECTS: [Subject; 4] = [
    Subject {
        package: "pintle-workqueue",
        files: &[],
        slow: Some("schedules::"),
    },
    Subject {
        package: "pintle-cache-core",
        files: &[],
        slow: Some("simulation::"),
    },
    // The rest asks a server and waits for it.
    Subject {
        package: "pintle-leader",
        files: &[
            "config.rs",
            "elector.rs",
            "fence.rs",
            "health.rs",
            "record.rs",
        ],
        slow: Some("simulation::"),
    },
    Subject {
        package: "pintle-events",
        files: &[
            "core_v1.rs",
            "event.rs",
            "lru.rs",
            "regarding.rs",
            "series.rs",
        ],
        slow: Some("storm::"),
    },
];

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

    #[test]
    fn a_mutant_is_named_to_the_letter() {
        let name = "src/a.rs:7:9: replace a::<T>::b(&self) -> Option<u8> with Some(1) in c + d";
        let expression =
            r"src/a\.rs:7:9: replace a::<T>::b\(&self\) -> Option<u8> with Some\(1\) in c \+ d";
        assert_eq!(literally(name), expression);
    }
}
