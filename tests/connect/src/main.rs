//! Tries every way to the cluster of a kubeconfig: HTTP of both versions, proxies, certificates, upgrades.
//! The last line says how many passed.
//!
//! The cluster is one of `cargo xtask real-cluster`, which knows nobody without credentials.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool prints"
)]
#![allow(clippy::unwrap_used, reason = "a case fails by panicking")]

mod ask;
mod certificates;
#[path = "../../../crates/pintle-transport/tests/it/loopback_proxy.rs"]
mod loopback_proxy;
mod proxies;
mod requests;
mod upgrades;

use std::path::PathBuf;
use std::pin::Pin;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use pintle_config::{Config, Environment, Loader};
use tokio::task::JoinSet;
use tokio::time::timeout;

#[derive(Parser)]
#[command(about = "Tries every way to a Kubernetes API server")]
struct Arguments {
    /// The kubeconfig of the cluster; certificates and keys of its users lie beside it
    #[arg(long, env = "KUBECONFIG")]
    kubeconfig: PathBuf,
    /// Only cases whose name contains this
    #[arg(default_value = "")]
    filter: String,
}

/// What a case is given.
#[derive(Clone)]
struct Cluster {
    /// As the administrator. Each case shares connections with itself alone.
    config: Config,
    /// Where the cluster's certificates and keys are.
    directory: PathBuf,
}

/// A way, and what tries it: it panics where the server is not reached as it must be.
type Case = (&'static str, fn(Cluster) -> Running);

type Running = Pin<Box<dyn Future<Output = ()> + Send>>;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let cluster = || {
        let loader = Loader::new(Environment::empty()).path(&arguments.kubeconfig);
        let directory = arguments.kubeconfig.parent().map(PathBuf::from);
        loader.load().map(|config| Cluster {
            config,
            directory: directory.unwrap_or_default(),
        })
    };
    let cases = [
        requests::CASES,
        proxies::CASES,
        certificates::CASES,
        upgrades::CASES,
    ];
    let (mut passed, mut failed) = (0, 0);
    for (name, run) in cases.into_iter().flatten() {
        if !name.contains(&arguments.filter) {
            continue;
        }
        let outcome = match cluster() {
            Ok(cluster) => outcome(run(cluster)).await,
            Err(error) => Err(error.to_string()),
        };
        match outcome {
            Ok(()) => {
                passed += 1;
                println!("ok     {name}");
            }
            Err(message) => {
                failed += 1;
                println!("FAILED {name}\n       {message}");
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    if failed == 0 && passed > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

async fn outcome(case: Running) -> Result<(), String> {
    // A task of its own turns a panic into an outcome.
    let mut task = JoinSet::new();
    task.spawn(timeout(PATIENCE, case));
    match task.join_next().await {
        Some(Ok(Ok(()))) => Ok(()),
        Some(Ok(Err(_))) => Err(format!("not done within {PATIENCE:?}")),
        Some(Err(error)) => Err(error.to_string()),
        None => unreachable!("there is a task"),
    }
}

const PATIENCE: Duration = Duration::from_secs(60);
