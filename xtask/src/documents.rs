//! `cargo xtask documents`: what kube-apiserver says in discovery and OpenAPI, recorded in short for the
//! tests of pintle-apiserver.
//!
//! Two servers are asked: one that serves every version, and one with default flags, of which only what it
//! says otherwise is kept. The Go program in `tools/documents` does the rest.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use clap::Args;

use crate::command;
use crate::error::{Context, Error, Result};
use crate::interrupt::Interrupt;
use crate::real_cluster::{Binaries, Cluster, Options, Registry};
use crate::workspace;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Change nothing, and fail if the servers say otherwise than is recorded
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let interrupt = Interrupt::listen()?;
    let binaries = Binaries::ensure(&interrupt)?;
    let registry = Registry::open()?;
    let start = |options| Cluster::start(&binaries, registry.temporary()?, &options, &interrupt);
    let all = start(Options {
        api_all: true,
        ..Options::default()
    })?;
    let standard = start(Options::default())?;
    let all = lines(all.kubeconfig(), &interrupt)?;
    let standard = lines(standard.kubeconfig(), &interrupt)?;
    let standard = standard.difference(&all).cloned().collect();
    let recorded = workspace::root().join(RECORDED);
    let (mut same, mut differing) = (0, 0);
    for (name, said) in [("all.txt", &all), ("default.txt", &standard)] {
        let path = recorded.join(name);
        if !arguments.check {
            let text: String = said.iter().map(|line| format!("{line}\n")).collect();
            fs::write(&path, text).context(|| format!("write {}", path.display()))?;
            println!("{} lines written to {name}", said.len());
            continue;
        }
        let known = fs::read_to_string(&path).context(|| format!("read {}", path.display()))?;
        let known: BTreeSet<String> = known.lines().map(str::to_owned).collect();
        same += said.intersection(&known).count();
        for line in said.symmetric_difference(&known) {
            differing += 1;
            println!("{name}: {line}");
        }
    }
    if arguments.check {
        println!("{same} passed, {differing} failed");
    }
    if differing > 0 {
        return Err(Error::new(
            "kube-apiserver says otherwise than is recorded; run cargo xtask documents",
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// What a server says, a line for each resource, schema and path.
pub(crate) fn lines(kubeconfig: &Path, interrupt: &Interrupt) -> Result<BTreeSet<String>> {
    let mut go = Command::new("go");
    go.current_dir(workspace::root().join("tools/documents"))
        .env("GOWORK", "off")
        .args(["run", ".", "-kubeconfig"])
        .arg(kubeconfig);
    let (status, said) = command::capture(&mut go, interrupt)?;
    if !status.success() {
        return Err(Error::new(format!(
            "{} failed: {status}",
            command::describe(&go)
        )));
    }
    Ok(said.lines().map(str::to_owned).collect())
}

const RECORDED: &str = "crates/pintle-apiserver/src/http/tests/recorded";
