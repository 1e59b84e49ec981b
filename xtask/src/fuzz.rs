//! `cargo xtask fuzz`: the fuzz targets of `fuzz/`, one or all, for some time each.
//!
//! A target brings the inputs to begin with. What it finds is kept in `fuzz/artifacts`, what it learns in
//! `fuzz/corpus`, what it says in `fuzz/target/logs`; none of it is committed.

use std::fmt;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use clap::Args;

use crate::command;
use crate::error::{Context, Error, Result};
use crate::installed::Program;
use crate::interrupt::Interrupt;
use crate::workspace;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The target to run [default: all, one after the other]
    target: Option<String>,
    /// For how long each target runs
    #[arg(long, default_value_t = 60, value_name = "N")]
    seconds: u64,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let interrupt = Interrupt::listen()?;
    let target = arguments.target.as_deref();
    let (passed, failed) = fuzz(target, arguments.seconds, &interrupt)?;
    println!("{passed} passed, {failed} failed");
    Ok(if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Runs a target, or all of them, and says how many found nothing and how many something.
pub(crate) fn fuzz(
    target: Option<&str>,
    seconds: u64,
    interrupt: &Interrupt,
) -> Result<(u64, u64)> {
    let root = workspace::root().join("fuzz");
    let mut targets = targets(&root)?;
    if let Some(target) = target {
        if !targets.iter().any(|known| known == target) {
            let known = targets.join(", ");
            let message = format!("there is no target {target}; there are {known}");
            return Err(Error::new(message));
        }
        targets = vec![target.to_owned()];
    }
    ensure_toolchain(interrupt)?;
    let tool = TOOL.path(interrupt)?;
    let mut build = nightly();
    build.arg(tool).args(["fuzz", "build"]).current_dir(&root);
    command::check(build.args(target), interrupt)?;
    let binaries = root.join("target").join(host()?).join("release");
    let (mut passed, mut failed) = (0, 0);
    for target in &targets {
        let directory = |name| {
            let directory = root.join(name).join(target);
            fs::create_dir_all(&directory)
                .context(|| format!("make {}", directory.display()))
                .map(|()| directory)
        };
        let (corpus, mut artifacts) = (directory("corpus")?, directory("artifacts")?);
        // libFuzzer puts the name of a file directly behind it.
        artifacts.push("");
        let mut fuzzer = Command::new(binaries.join(target));
        fuzzer
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-artifact_prefix={}", artifacts.display()))
            .args(LIBFUZZER)
            .arg(&corpus)
            .env("PINTLE_FUZZ_SEEDS", &corpus);
        let log = root.join("target/logs").join(format!("{target}.log"));
        let outcome = watch(&mut fuzzer, &log, interrupt)?;
        println!("{target:16} {outcome}");
        if interrupt.signal().is_some() {
            return Err(Error::new("interrupted"));
        }
        match outcome {
            Outcome::Nothing(_) => passed += 1,
            Outcome::Something(_) => failed += 1,
        }
    }
    Ok((passed, failed))
}

/// The platform that fuzzers are built for: the one that they are built on.
fn host() -> Result<String> {
    let mut rustc = nightly();
    let output = rustc.args(["rustc", "--print=host-tuple"]).output();
    let output = output.context(|| format!("run {}", command::describe(&rustc)))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// What came of running a target.
enum Outcome {
    /// Nothing, in so many executions and so much time, in the fuzzer's words.
    Nothing(String),
    /// A finding: the last that the fuzzer said, and where it said the rest.
    Something(String),
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing(done) => write!(f, "found nothing: {done}"),
            Self::Something(said) => write!(f, "found something:\n{said}"),
        }
    }
}

/// Runs a fuzzer to its end. What it says goes into a file.
fn watch(fuzzer: &mut Command, log: &Path, interrupt: &Interrupt) -> Result<Outcome> {
    let within = || format!("write {}", log.display());
    fs::create_dir_all(log.parent().unwrap_or(log)).context(within)?;
    let file = File::create(log).context(within)?;
    let status = command::run(fuzzer.stdout(Stdio::null()).stderr(file), interrupt)?;
    // An input may be shown in it, and need not be text.
    let said = fs::read(log).context(|| format!("read {}", log.display()))?;
    let said = String::from_utf8_lossy(&said);
    let done = said
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("Done "));
    match done {
        Some(done) if status.success() => Ok(Outcome::Nothing(done.to_owned())),
        _ => {
            let lines: Vec<&str> = said.lines().collect();
            let last = lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n");
            Ok(Outcome::Something(format!(
                "{last}\n(all of it: {})",
                log.display()
            )))
        }
    }
}

/// The targets, by the files that they are in.
fn targets(root: &Path) -> Result<Vec<String>> {
    let folder = root.join("fuzz_targets");
    let within = || format!("read {}", folder.display());
    let mut targets = Vec::new();
    for entry in fs::read_dir(&folder).context(within)? {
        let path = entry.context(within)?.path();
        let name = path.file_stem().unwrap_or_default();
        targets.push(name.to_string_lossy().into_owned());
    }
    targets.sort();
    Ok(targets)
}

/// Fuzzers are built with what only a nightly compiler has.
fn nightly() -> Command {
    let mut command = Command::new("rustup");
    command.args(["run", "nightly"]);
    command
}

fn ensure_toolchain(interrupt: &Interrupt) -> Result<()> {
    let mut version = nightly();
    version.args(["rustc", "--version"]);
    version.stdout(Stdio::null()).stderr(Stdio::null());
    if command::run(&mut version, interrupt)?.success() {
        return Ok(());
    }
    let mut install = Command::new("rustup");
    install.args([
        "toolchain",
        "install",
        "nightly",
        "--profile=minimal",
        "--no-self-update",
    ]);
    command::check(&mut install, interrupt)
}

const TOOL: Program = Program {
    name: "cargo-fuzz",
    version: "0.13.2",
};

/// An input that takes a minute, or memory out of proportion, is a finding. The minute is the clock's: a fuzzer of
/// the lowest priority stands still for as long as others want the machine.
const LIBFUZZER: [&str; 4] = [
    "-timeout=60",
    "-rss_limit_mb=1024",
    "-malloc_limit_mb=128",
    "-max_len=16384",
];

/// As many as a panic with its trace takes.
const SHOWN_LINES: usize = 60;
