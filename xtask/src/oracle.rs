//! `cargo xtask oracle`: what Go says of values, selectors, patches, proxies, kubeconfigs and metrics, recorded for the
//! tests of the crates that have their own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use clap::Args;

use crate::command;
use crate::error::{Context, Error, Result};
use crate::interrupt::Interrupt;
use crate::workspace;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Change nothing, and fail if Go answers otherwise than is recorded
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let interrupt = Interrupt::listen()?;
    if arguments.check {
        let same = check(&interrupt)?;
        println!("{same} passed, 0 failed");
        return Ok(ExitCode::SUCCESS);
    }
    let mut written = 0;
    for oracle in ORACLES {
        let recorded = workspace::root().join(oracle.recorded);
        ask(oracle, &recorded, &interrupt)?;
        written += read(&recorded)?
            .values()
            .map(|file| cases(file))
            .sum::<usize>();
    }
    println!("{written} cases written");
    Ok(ExitCode::SUCCESS)
}

/// Asks again, and compares with what is recorded. Returns how many cases are the same, which are all.
pub(crate) fn check(interrupt: &Interrupt) -> Result<usize> {
    let (mut same, mut differing) = (0, Vec::new());
    for oracle in ORACLES {
        let fresh = tempfile::tempdir().context(|| "make a temporary directory".to_owned())?;
        ask(oracle, fresh.path(), interrupt)?;
        let recorded = workspace::root().join(oracle.recorded);
        let (old, new) = (read(&recorded)?, read(fresh.path())?);
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for name in names {
            let (old, new) = (old.get(name), new.get(name));
            if old == new {
                same += new.map_or(0, |file| cases(file));
            } else {
                differing.push(format!("{}/{name}", oracle.recorded));
            }
        }
    }
    if !differing.is_empty() {
        println!("{same} passed, {} failed", differing.len());
        return Err(Error::new(format!(
            "Go answers otherwise than is recorded; run cargo xtask oracle. Files: {}",
            differing.join(", ")
        )));
    }
    Ok(same)
}

/// A Go program that answers, and where its answers are recorded.
struct Oracle {
    program: &'static str,
    recorded: &'static str,
}

const ORACLES: &[Oracle] = &[
    Oracle {
        program: "tools/oracle",
        recorded: "crates/pintle-meta/tests/it/oracle",
    },
    Oracle {
        program: "tools/patches",
        recorded: "crates/pintle-apiserver/tests/oracle",
    },
    Oracle {
        program: "tools/access",
        recorded: "crates/pintle-config/tests/it/oracle",
    },
    Oracle {
        program: "tools/metrics",
        recorded: "crates/pintle-transport/tests/it/oracle",
    },
    Oracle {
        program: "tools/answers",
        recorded: "crates/pintle-client/tests/it/oracle",
    },
    Oracle {
        program: "tools/clientset",
        recorded: "crates/pintle-clientset/tests/it/oracle",
    },
    Oracle {
        program: "tools/events",
        recorded: "crates/pintle-events/tests/it/oracle",
    },
];

/// Lets the Go program write its answers into a directory.
fn ask(oracle: &Oracle, out: &Path, interrupt: &Interrupt) -> Result<()> {
    let mut go = Command::new("go");
    go.current_dir(workspace::root().join(oracle.program))
        .env("GOWORK", "off")
        .args(["run", ".", "-out"])
        .arg(out);
    command::check(&mut go, interrupt)
}

/// Reads the answers of a directory, by file name.
fn read(directory: &Path) -> Result<BTreeMap<String, String>> {
    let within = || format!("read {}", directory.display());
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(directory).context(within)? {
        let path = entry.context(within)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let text = fs::read_to_string(&path).context(|| format!("read {}", path.display()))?;
        files.insert(name.into_owned(), text);
    }
    Ok(files)
}

/// The number of cases in a file, one a line.
fn cases(file: &str) -> usize {
    file.lines().count()
}
