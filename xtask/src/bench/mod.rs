//! `cargo xtask bench`: pintle beside its peers, and what it costs to build.
//!
//! A benchmark fails when a result is wrong, never because one is slow: time depends on the machine, and is
//! there to be read. What is measured lies in `bench/`, a workspace of its own; here it is built, run and
//! turned into tables.

mod apiserver;
mod build;
mod cache;
mod codec;
mod figures;
mod gateway;
mod list;
mod machine;
mod newcomer;
mod peer;
mod queue;
mod table;
mod target;
mod up;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::{Args, ValueEnum};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::command;
use crate::error::{Context, Error, Result};
use crate::interrupt::Interrupt;
use crate::workspace;
use machine::Machine;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Run this benchmark only
    #[arg(value_enum)]
    name: Option<Name>,
    /// Of `cache`, run this part only
    #[arg(long, value_enum)]
    part: Option<cache::Part>,
    /// Few rounds and small inputs: shows that everything works, and little more
    #[arg(long)]
    quick: bool,
    /// Write every figure into a file too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Name {
    /// Objects in JSON and protobuf: time, allocations, memory, beside kube-rs, k8s-pb and client-go
    Codec,
    /// The embedded server under load, beside a real kube-apiserver
    Apiserver,
    /// The crate that README.md shows for tests: its cold build, and its first test
    Newcomer,
    /// What `pintle-api` costs to build, and what unused kinds cost a program
    Build,
    /// Lists of a gateway while pods change, beside Gin over client-go's informers; and a thousand streams
    Gateway,
    /// Informers beside client-go's and kube-rs's: time to sync, events, memory, reads
    Cache,
    /// 100,000 pods in pages, beside kube-rs
    List,
    /// Keys through a work queue, and what delayed keys weigh, beside client-go
    Queue,
}

/// Everything that was found.
#[derive(Serialize)]
struct Report {
    machine: Machine,
    quick: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    codec: Option<codec::Results>,
    #[serde(skip_serializing_if = "Option::is_none")]
    build: Option<build::Results>,
    #[serde(skip_serializing_if = "Option::is_none")]
    apiserver: Option<apiserver::Results>,
    #[serde(skip_serializing_if = "Option::is_none")]
    newcomer: Option<newcomer::Results>,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue: Option<queue::Results>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gateway: Option<gateway::Results>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache: Option<cache::Results>,
    #[serde(skip_serializing_if = "Option::is_none")]
    list: Option<list::Results>,
}

/// What one benchmark found, in one line.
struct Verdict {
    name: &'static str,
    /// Results that were compared with what they should be, and those that differ.
    checked: usize,
    wrong: usize,
    met: usize,
    missed: usize,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let interrupt = Interrupt::listen()?;
    let wanted = |name| arguments.name.is_none_or(|only| only == name);
    let mut report = Report {
        machine: Machine::look(&interrupt)?,
        quick: arguments.quick,
        codec: None,
        build: None,
        apiserver: None,
        newcomer: None,
        queue: None,
        gateway: None,
        cache: None,
        list: None,
    };
    println!("{}", report.machine);
    let mut verdicts = Vec::new();
    if wanted(Name::Codec) {
        let results = codec::run(arguments.quick, &interrupt)?;
        verdicts.push(results.print());
        report.codec = Some(results);
    }
    if wanted(Name::Build) {
        let results = build::run(arguments.quick, &interrupt)?;
        verdicts.push(results.print());
        report.build = Some(results);
    }
    if wanted(Name::Apiserver) {
        let results = apiserver::run(arguments.quick, &interrupt)?;
        verdicts.push(results.print());
        report.apiserver = Some(results);
    }
    if wanted(Name::Newcomer) {
        let results = newcomer::run(arguments.quick, &interrupt)?;
        verdicts.push(results.print());
        report.newcomer = Some(results);
    }
    if wanted(Name::Queue) {
        let results = queue::run(arguments.quick, &interrupt)?;
        verdicts.push(results.print());
        report.queue = Some(results);
    }
    if wanted(Name::Gateway) {
        let results = gateway::run(arguments.quick, &interrupt)?;
        verdicts.push(results.print());
        report.gateway = Some(results);
    }
    if wanted(Name::Cache) {
        let results = cache::run(arguments.quick, arguments.part, &interrupt)?;
        verdicts.push(results.print());
        report.cache = Some(results);
    }
    if wanted(Name::List) {
        let results = list::run(arguments.quick, &interrupt)?;
        verdicts.push(results.print());
        report.list = Some(results);
    }
    if let Some(path) = &arguments.json {
        let text = serde_json::to_string_pretty(&report).context(|| "write JSON".to_owned())?;
        fs::write(path, text + "\n").context(|| format!("write {}", path.display()))?;
    }
    println!();
    for verdict in &verdicts {
        let Verdict {
            name,
            checked,
            wrong,
            met,
            missed,
        } = verdict;
        println!(
            "{name}: {} results right, {wrong} wrong; {met} targets met, {missed} missed",
            checked - wrong
        );
    }
    if verdicts.iter().any(|verdict| verdict.wrong > 0) {
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// The workspace of the benchmarks.
fn directory() -> PathBuf {
    workspace::root().join("bench")
}

/// A cargo command in the workspace of the benchmarks, and in its own target directory.
fn cargo() -> Command {
    let mut command = Command::new("cargo");
    command
        .current_dir(directory())
        .env("CARGO_TARGET_DIR", directory().join("target"));
    command
}

/// Runs a command that prints little, and returns what it prints.
fn output(command: &mut Command, interrupt: &Interrupt) -> Result<String> {
    let (status, output) = command::capture(command, interrupt)?;
    if !status.success() {
        let command = command::describe(command);
        return Err(Error::new(format!("{command} failed ({status})")));
    }
    Ok(output)
}

/// Runs a program, and reads the JSON that it prints.
fn ask<T: DeserializeOwned>(command: &mut Command, interrupt: &Interrupt) -> Result<T> {
    let text = output(command, interrupt)?;
    serde_json::from_str(&text)
        .context(|| format!("read what {} says: {text}", command::describe(command)))
}

/// Builds programs of a module in Go, and returns the directory in which they are.
fn build_go(module: &str, packages: &[&str], interrupt: &Interrupt) -> Result<PathBuf> {
    let out = directory().join("target/peers-go");
    make_directory(&out)?;
    let mut build = Command::new("go");
    build
        .current_dir(directory().join(module))
        .env("GOWORK", "off")
        .args(["build", "-trimpath", "-o"])
        .arg(&out)
        .args(packages);
    command::check(&mut build, interrupt)?;
    Ok(out)
}

fn make_directory(path: &Path) -> Result<()> {
    fs::create_dir_all(path).context(|| format!("make {}", path.display()))
}
