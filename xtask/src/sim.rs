//! `cargo xtask sim`: schedules by the million, each from a seed.
//!
//! The schedules are tests, which run a few of them every time; here they are compiled to be fast, with every
//! check left in, and run as many as one likes, on every processor.

use std::process::{Command, ExitCode, Stdio};
use std::thread;

use clap::{Args, ValueEnum};

use crate::command;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::workspace;

#[derive(Args)]
pub(crate) struct Arguments {
    /// What to simulate
    #[arg(value_enum)]
    what: Subject,
    /// How many seeds to try
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    seeds: u64,
    /// The first of them
    #[arg(long, value_name = "S", default_value_t = 0)]
    from: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Subject {
    /// The work queue beside models of client-go's and controller-runtime's
    Queue,
    /// A cache before a server that fails in every way it can
    Cache,
    /// Leader election among replicas that are stopped, cut off and killed
    Leader,
}

impl Subject {
    fn package(self) -> &'static str {
        match self {
            Self::Queue => "pintle-workqueue",
            Self::Cache => "pintle-cache-core",
            Self::Leader => "pintle-leader",
        }
    }

    /// The tests that take seeds.
    fn filter(self) -> &'static str {
        match self {
            Self::Queue => "schedules::",
            Self::Cache => "simulation::the_store",
            Self::Leader => "simulation::",
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let interrupt = Interrupt::listen()?;
    let seeds = sim(arguments.what, arguments.from, arguments.seeds, &interrupt)?;
    println!("{seeds} seeds passed, 0 failed");
    Ok(ExitCode::SUCCESS)
}

/// Tries so many seeds, and returns how many; fails with the first that fails, which its test names.
pub(crate) fn sim(subject: Subject, from: u64, seeds: u64, interrupt: &Interrupt) -> Result<u64> {
    let program = build(subject, interrupt)?;
    let parts = thread::available_parallelism().map_or(1, usize::from) as u64;
    let part = |n: u64| (from + seeds * n / parts)..(from + seeds * (n + 1) / parts);
    let outcomes: Vec<Result<()>> = thread::scope(|scope| {
        let running: Vec<_> = (0..parts)
            .map(|n| {
                let (program, seeds) = (&program, part(n));
                scope.spawn(move || run_part(subject, program, seeds, interrupt))
            })
            .collect();
        let join = |thread: thread::ScopedJoinHandle<'_, Result<()>>| {
            thread
                .join()
                .unwrap_or_else(|_| Err(Error::new("a thread panicked")))
        };
        running.into_iter().map(join).collect()
    });
    outcomes.into_iter().collect::<Result<()>>()?;
    Ok(seeds)
}

fn run_part(
    subject: Subject,
    program: &str,
    seeds: std::ops::Range<u64>,
    interrupt: &Interrupt,
) -> Result<()> {
    let mut test = Command::new(program);
    test.args([subject.filter(), "--test-threads=1", "--nocapture"])
        .env("PINTLE_FROM", seeds.start.to_string())
        .env("PINTLE_SEEDS", (seeds.end - seeds.start).to_string())
        .stdout(Stdio::null());
    let (status, output) = command::capture(&mut test, interrupt)?;
    // What the schedules met, or what went wrong.
    eprint!("{output}");
    if status.success() {
        return Ok(());
    }
    Err(Error::new(format!("a seed failed ({status})")))
}

/// Compiles the tests, and returns their program.
fn build(subject: Subject, interrupt: &Interrupt) -> Result<String> {
    let mut build = Command::new("cargo");
    build
        .current_dir(workspace::root())
        .args([
            "test",
            "--locked",
            "--no-run",
            "--profile=proof",
            "--test=it",
        ])
        .args(["--message-format=json", "--package", subject.package()]);
    let (status, output) = command::capture(&mut build, interrupt)?;
    if !status.success() {
        let command = command::describe(&build);
        return Err(Error::new(format!("{command} failed ({status})")));
    }
    let executable = |line: &str| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        Some(message.get("executable")?.as_str()?.to_owned())
    };
    let found = output.lines().filter_map(executable).next_back();
    found.ok_or_else(|| Error::new("cargo names no program of tests"))
}
