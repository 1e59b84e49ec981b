//! The benchmark `newcomer`: the crate that README.md shows for tests, made anew outside the checkout, built
//! with nothing built before, and run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use pintle_env::{Clock, SystemClock};
use serde::Serialize;

use super::figures::Figure;
use super::table::Table;
use super::target::{self, Target};
use super::{Verdict, directory, make_directory, output};
use crate::command;
use crate::error::{Context, Error, Result};
use crate::interrupt::Interrupt;
use crate::workspace;

/// What was found.
#[derive(Serialize)]
pub(super) struct Results {
    build_seconds: f64,
    /// From the start of the test's process to its end.
    test_millis: Figure,
    targets: Vec<Target>,
}

pub(super) fn run(quick: bool, interrupt: &Interrupt) -> Result<Results> {
    let root = directory().join("target/newcomer");
    if root.exists() {
        fs::remove_dir_all(&root).context(|| format!("remove {}", root.display()))?;
    }
    make_directory(&root.join("tests"))?;
    let readme = workspace::root().join("README.md");
    let readme = fs::read_to_string(&readme).context(|| format!("read {}", readme.display()))?;
    write(&root.join("Cargo.toml"), &manifest())?;
    write(&root.join("lib.rs"), "")?;
    write(&root.join("tests/it.rs"), test(&readme)?)?;
    // The versions that the checkout is tested with; its own crates are added to them.
    let lock = workspace::root().join("Cargo.lock");
    fs::copy(&lock, root.join("Cargo.lock")).context(|| format!("copy {}", lock.display()))?;
    let cargo = |arguments: &[&str]| {
        let mut cargo = Command::new("cargo");
        cargo.current_dir(&root).args(arguments);
        cargo.env("CARGO_TARGET_DIR", root.join("target"));
        cargo
    };
    // Fetching is the network's time.
    command::check(&mut cargo(&["fetch", "--quiet"]), interrupt)?;
    let clock = SystemClock::new();
    let started = clock.now();
    command::check(
        &mut cargo(&["test", "--quiet", "--no-run", "--offline"]),
        interrupt,
    )?;
    let build_seconds = clock.now().saturating_since(started).as_secs_f64();
    let program = program(&root.join("target/debug/deps"))?;
    let mut test_millis = Figure::default();
    for _ in 0..if quick { 3 } else { 11 } {
        let started = clock.now();
        let said = output(&mut Command::new(&program), interrupt)?;
        test_millis.push(clock.now().saturating_since(started).as_secs_f64() * 1e3);
        if !said.contains("1 passed; 0 failed") {
            return Err(Error::new(format!("the test of README.md fails: {said}")));
        }
    }
    let target = |what: &str, limit, found, range| Target {
        what: what.to_owned(),
        limit,
        found,
        range,
        by_cpu: None,
    };
    let targets = vec![
        target("cold build: seconds", 90.0, build_seconds, None),
        target(
            "the test: milliseconds",
            250.0,
            test_millis.median(),
            Some((test_millis.min(), test_millis.max())),
        ),
    ];
    Ok(Results {
        build_seconds,
        test_millis,
        targets,
    })
}

impl Results {
    /// Prints the table.
    pub(super) fn print(&self) -> Verdict {
        println!("\n## newcomer\n");
        let mut table = Table::new(["the crate of README.md, in debug", "at most", "found", ""]);
        for target in &self.targets {
            table.row([
                target.what.clone(),
                format!("{:.0}", target.limit),
                format!("{:.0}", target.found),
                target.to_string(),
            ]);
        }
        println!("{table}");
        let (met, missed) = target::count(&self.targets);
        Verdict {
            name: "newcomer",
            checked: 1,
            wrong: 0,
            met,
            missed,
        }
    }
}

fn manifest() -> String {
    let path = workspace::root().join("crates/pintle-test");
    format!(
        "[package]\nname = \"newcomer\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[lib]\npath = \"lib.rs\"\n\n\
         [dev-dependencies]\npintle-test = {{ path = {path:?} }}\n\n[workspace]\n"
    )
}

/// The code of the section about tests.
fn test(readme: &str) -> Result<&str> {
    let section = readme.split_once("### In your tests");
    let code = section.and_then(|(_, section)| section.split_once("```rust,ignore\n"));
    let code = code.and_then(|(_, code)| code.split_once("```"));
    let (code, _) = code.ok_or_else(|| Error::new("README.md shows no crate with a test"))?;
    Ok(code)
}

/// The program that cargo made of the test.
fn program(directory: &Path) -> Result<PathBuf> {
    let entries = fs::read_dir(directory).context(|| format!("read {}", directory.display()))?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let is_it = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("it-") && path.extension().is_none()
    };
    let mut found = paths.filter(is_it);
    found
        .next()
        .ok_or_else(|| Error::new("cargo built no test"))
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).context(|| format!("write {}", path.display()))
}
