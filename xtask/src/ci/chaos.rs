//! Informers behind a way on which connections break, before servers that are killed and forget.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::embedded::Embedded;
use super::outcome::{Cases, passed_and_failed};
use super::rust::cargo;
use crate::command;
use crate::error::{Context, Error, Result};
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
    let mut follow = Command::new(programs.join("chaos"));
    follow.arg("--kubeconfig").arg(cluster.kubeconfig());
    follow.arg(format!("--objects={objects}"));
    follow.arg(format!("--changes={changes}"));
    follow_until_it_ends(&mut follow, |quarter| {
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
    let mut follow = Command::new(programs.join("chaos"));
    follow.arg("--kubeconfig").arg(&embedded.kubeconfig);
    follow.arg("--close");
    follow.arg(format!("--objects={objects}"));
    follow.arg(format!("--changes={changes}"));
    follow_until_it_ends(&mut follow, |_| Ok(()))
}

/// Runs the program, and does something whenever it has made a quarter of its changes; how many comparisons passed.
fn follow_until_it_ends(
    follow: &mut Command,
    mut at_quarter: impl FnMut(u32) -> Result<()>,
) -> Result<u64> {
    let mut running = Running(command::spawn(follow.stdout(Stdio::piped()))?);
    let stdout = running.0.stdout.take().expect("standard output is piped");
    let mut last = String::new();
    let mut quarters = 0;
    for line in BufReader::new(stdout).lines() {
        last = line.context(|| "read what is printed".to_owned())?;
        println!("{last}");
        if let Some(quarter) = last.strip_prefix("quarter ") {
            quarters += 1;
            at_quarter(quarter.parse().unwrap_or_default())?;
        }
    }
    let status = running.0.wait();
    let status = status.context(|| command::describe(follow))?;
    match passed_and_failed(&last) {
        Some((passed, 0)) if status.success() && quarters == QUARTERS => Ok(passed),
        _ => {
            let command = command::describe(follow);
            Err(Error::new(format!(
                "{command} failed ({status}) after {quarters} quarters"
            )))
        }
    }
}

/// A program that ends with this task.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only for a process that has ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Three of the four have something behind them.
const QUARTERS: u32 = 3;
