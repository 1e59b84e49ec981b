//! Informers behind a way on which connections break, before servers that are killed and forget.

use std::path::Path;
use std::process::Command;

use super::embedded::Embedded;
use super::followed::follow;
use super::outcome::Cases;
use super::rust::cargo;
use crate::command;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::programs::Programs;
use crate::real_cluster::{Binaries, Cluster, Options, Registry};
use crate::workspace;

/// A tenth of what [`chaos_more`] does.
pub(super) fn chaos(interrupt: &Interrupt) -> Result<Cases> {
    let programs = Programs::build(interrupt)?;
    let programs = programs.directory();
    let real = on_a_real_cluster(programs, 2_000, 5_000, interrupt)?;
    let embedded = on_the_embedded_server(programs, 5_000, 10_000, interrupt)?;
    Ok(Some(real + embedded))
}

/// Fifty thousand changes of twenty thousand objects on a real kube-apiserver, ten times as many on the embedded one.
pub(super) fn chaos_more(interrupt: &Interrupt) -> Result<Cases> {
    const PACKAGES: [&str; 7] = [
        "build",
        "--locked",
        "--release",
        "--package=pintle-testkit",
        "--package=pintle-cli",
        "--bin=chaos",
        "--bin=pintle",
    ];
    command::check(cargo().args(PACKAGES), interrupt)?;
    let programs = workspace::root().join("target/release");
    let real = on_a_real_cluster(&programs, 20_000, 50_000, interrupt)?;
    let embedded = on_the_embedded_server(&programs, 200_000, 500_000, interrupt)?;
    Ok(Some(real + embedded))
}

/// kube-apiserver is killed and started again at each quarter of the changes; at the first and the last, etcd forgets
/// meanwhile.
fn on_a_real_cluster(
    programs: &Path,
    objects: u64,
    changes: u64,
    interrupt: &Interrupt,
) -> Result<u64> {
    let options = Options {
        with_controllers: None,
        api_all: false,
        apiserver_flags: Vec::new(),
    };
    let binaries = Binaries::ensure(interrupt)?;
    let directory = Registry::open()?.temporary()?;
    let mut cluster = Cluster::start(&binaries, directory, &options, interrupt)?;
    let mut chaos = Command::new(programs.join("chaos"));
    chaos.arg("--kubeconfig").arg(cluster.kubeconfig());
    chaos.arg(format!("--objects={objects}"));
    chaos.arg(format!("--changes={changes}"));
    follow(&mut chaos, QUARTERS, |quarter| {
        cluster.fail_over(interrupt, |cluster| match quarter {
            2 => Ok(()),
            _ => cluster.compact(),
        })
    })
}

/// At each quarter nobody listens for a while.
fn on_the_embedded_server(
    programs: &Path,
    objects: u64,
    changes: u64,
    interrupt: &Interrupt,
) -> Result<u64> {
    let directory = Registry::open()?.temporary()?;
    let embedded = Embedded::start(&programs.join("pintle"), directory, interrupt)?;
    let mut chaos = Command::new(programs.join("chaos"));
    chaos.arg("--kubeconfig").arg(&embedded.kubeconfig);
    chaos.arg("--close");
    chaos.arg(format!("--objects={objects}"));
    chaos.arg(format!("--changes={changes}"));
    follow(&mut chaos, QUARTERS, |_| Ok(()))
}

/// Three of the four have something behind them.
const QUARTERS: (&str, u32) = ("quarter", 3);
