//! `cargo xtask tables`: how a real kube-apiserver prints objects, recorded for the tests of
//! pintle-apiserver.
//!
//! The objects are made on a server that serves every version; the program `record-tables` of
//! pintle-testkit does that, and asks for the tables.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use clap::Args;

use crate::command;
use crate::error::{Context, Result};
use crate::interrupt::Interrupt;
use crate::programs::Programs;
use crate::real_cluster::{Binaries, Cluster, Options, Registry};
use crate::workspace;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Change nothing, and fail if pintle prints otherwise than the server does
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let interrupt = Interrupt::listen()?;
    let tables = workspace::root().join("crates/pintle-apiserver/tests/tables");
    if !arguments.check {
        let recorded = tables.join("recorded.jsonl");
        record(&tables, &recorded, &interrupt)?;
        println!("{} objects written", objects(&recorded)?);
        return Ok(ExitCode::SUCCESS);
    }
    // Ages and what the server makes itself differ from one record to the next, so it is not the
    // records that are compared: the test is run on the new one.
    let fresh = tempfile::tempdir().context(|| "make a temporary directory".to_owned())?;
    let recorded = fresh.path().join("recorded.jsonl");
    record(&tables, &recorded, &interrupt)?;
    let mut test = cargo();
    test.args([
        "test",
        "--locked",
        "--quiet",
        "--package",
        "pintle-apiserver",
    ]);
    test.args(["--lib", "table::recorded"]);
    command::check(test.env("PINTLE_RECORDED_TABLES", &recorded), &interrupt)?;
    println!("{} passed, 0 failed", objects(&recorded)?);
    Ok(ExitCode::SUCCESS)
}

/// Starts a server and writes what it prints of the objects.
fn record(tables: &Path, out: &Path, interrupt: &Interrupt) -> Result<()> {
    let programs = Programs::build(interrupt)?;
    let options = Options {
        api_all: true,
        ..Options::default()
    };
    let binaries = Binaries::ensure(interrupt)?;
    let directory = Registry::open()?.temporary()?;
    let cluster = Cluster::start(&binaries, directory, &options, interrupt)?;
    let mut recorder = programs.run("record-tables");
    recorder.arg("--kubeconfig").arg(cluster.kubeconfig());
    recorder.arg("--objects").arg(tables.join("objects"));
    command::check(recorder.arg("--out").arg(out), interrupt)
}

/// The number of objects of a record.
fn objects(recorded: &Path) -> Result<usize> {
    let text = fs::read_to_string(recorded).context(|| format!("read {}", recorded.display()))?;
    let rows = text.lines().filter(|line| line.starts_with(r#"{"cells":"#));
    Ok(rows.count())
}

fn cargo() -> Command {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(workspace::root());
    cargo
}
