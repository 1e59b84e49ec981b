//! The tasks: `run`, `up`, `down` and `status`.

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::thread;
use std::time::Duration;

use clap::Subcommand;

use super::{Binaries, Cluster, Options, Registry, cluster};
use crate::command;
use crate::error::{Context, Error, Result};
use crate::interrupt::Interrupt;

#[derive(Subcommand)]
pub(crate) enum Task {
    /// Start a cluster, run a command with KUBECONFIG set and kubectl on the PATH, and stop the cluster
    ///
    /// The exit code is the command's. Without a command, the cluster runs until Ctrl-C.
    Run {
        #[command(flatten)]
        options: Options,
        /// The command and its arguments
        #[arg(last = true, value_name = "CMD")]
        command: Vec<OsString>,
    },
    /// Start a cluster and leave it running; prints the path of its kubeconfig
    Up {
        #[command(flatten)]
        options: Options,
    },
    /// Stop the cluster that `up` started
    Down,
    /// Say whether the cluster that `up` started runs; the exit code is 0 if it is ready, else 1
    Status,
}

pub(crate) fn run(task: Task) -> Result<ExitCode> {
    let interrupt = Interrupt::listen()?;
    let outcome = match task {
        Task::Run { options, command } => run_command(&options, &command, &interrupt),
        Task::Up { options } => up(&options, &interrupt),
        Task::Down => down(),
        Task::Status => status(),
    };
    match (outcome, interrupt.signal()) {
        (Err(error), Some(signal)) => {
            eprintln!("stopped: {error}");
            Ok(Interrupt::exit_code(signal))
        }
        (outcome, _) => outcome,
    }
}

fn run_command(options: &Options, words: &[OsString], interrupt: &Interrupt) -> Result<ExitCode> {
    let binaries = Binaries::ensure(interrupt)?;
    let directory = Registry::open()?.temporary()?;
    let cluster = Cluster::start(&binaries, directory, options, interrupt)?;
    let Some((program, arguments)) = words.split_first() else {
        println!("{}", cluster.kubeconfig().display());
        eprintln!("ready; Ctrl-C stops it");
        while interrupt.signal().is_none() {
            thread::sleep(POLL);
        }
        return Ok(ExitCode::SUCCESS);
    };
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env("KUBECONFIG", cluster.kubeconfig());
    command.env("PATH", path_with(binaries.directory())?);
    Ok(command::exit_code(command::run(&mut command, interrupt)?))
}

fn up(options: &Options, interrupt: &Interrupt) -> Result<ExitCode> {
    let registry = Registry::open()?;
    let _lock = registry.lock_standing()?;
    let kubeconfig = match cluster::find(&registry.standing()) {
        Some(running) if running.ready => {
            if running.options != options.describe() {
                return Err(Error::new(format!(
                    "a cluster with other options runs already ({}); stop it first: cargo xtask real-cluster down",
                    if running.options.is_empty() {
                        "none"
                    } else {
                        &running.options
                    },
                )));
            }
            eprintln!("already running");
            running.kubeconfig
        }
        _ => {
            let binaries = Binaries::ensure(interrupt)?;
            Cluster::start(&binaries, registry.make_standing()?, options, interrupt)?
                .leave_running()
        }
    };
    println!("{}", kubeconfig.display());
    Ok(ExitCode::SUCCESS)
}

fn down() -> Result<ExitCode> {
    let registry = Registry::open()?;
    let _lock = registry.lock_standing()?;
    let directory = registry.standing();
    if cluster::find(&directory).is_none() {
        eprintln!("no cluster runs");
    }
    cluster::remove(&directory);
    Ok(ExitCode::SUCCESS)
}

fn status() -> Result<ExitCode> {
    let Some(running) = cluster::find(&Registry::open()?.standing()) else {
        println!("no cluster runs");
        return Ok(ExitCode::FAILURE);
    };
    for process in &running.processes {
        println!("{} runs with process id {}", process.name(), process.pid());
    }
    if !running.options.is_empty() {
        println!("options: {}", running.options);
    }
    println!("kubeconfig: {}", running.kubeconfig.display());
    println!("{}", if running.ready { "ready" } else { "not ready" });
    Ok(if running.ready {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The `PATH` with a directory before all others.
fn path_with(directory: &Path) -> Result<OsString> {
    let rest = env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(directory.to_owned()).chain(env::split_paths(&rest));
    env::join_paths(all).context(|| format!("put {} on the PATH", directory.display()))
}

const POLL: Duration = Duration::from_millis(50);
