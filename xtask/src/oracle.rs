//! `cargo xtask oracle`: what Kubernetes' Go code says of values and selectors, recorded for the tests of
//! pintle-meta.

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
    let recorded = workspace::root().join("crates/pintle-meta/tests/it/oracle");
    if !arguments.check {
        ask(&recorded, &interrupt)?;
        let cases: usize = read(&recorded)?.values().map(|file| cases(file)).sum();
        println!("{cases} cases written");
        return Ok(ExitCode::SUCCESS);
    }
    let fresh = tempfile::tempdir().context(|| "make a temporary directory".to_owned())?;
    ask(fresh.path(), &interrupt)?;
    let (old, new) = (read(&recorded)?, read(fresh.path())?);
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let (mut same, mut differing) = (0, Vec::new());
    for name in names {
        let (old, new) = (old.get(name), new.get(name));
        if old == new {
            same += new.map_or(0, |file| cases(file));
        } else {
            differing.push(name.as_str());
        }
    }
    println!("{same} passed, {} failed", differing.len());
    if !differing.is_empty() {
        return Err(Error::new(format!(
            "Go answers otherwise than is recorded; run cargo xtask oracle. Files: {}",
            differing.join(", ")
        )));
    }
    Ok(ExitCode::SUCCESS)
}

/// Lets the Go program write its answers into a directory.
fn ask(out: &Path, interrupt: &Interrupt) -> Result<()> {
    let mut go = Command::new("go");
    go.current_dir(workspace::root().join("tools/oracle"))
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
