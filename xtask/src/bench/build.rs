//! The benchmark `build`: what the generated types cost a compiler, and a program that uses few of them.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use pintle_env::{Clock, SystemClock};
use serde::Serialize;

use super::figures::Figure;
use super::table::Table;
use super::target::{self, Target};
use super::{Verdict, cargo, directory, output};
use crate::command;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::workspace;

/// What was found.
#[derive(Serialize)]
pub(super) struct Results {
    builds: Vec<Build>,
    sizes: Vec<Size>,
    targets: Vec<Target>,
}

/// A release build of `pintle-api`.
#[derive(Serialize)]
struct Build {
    features: &'static str,
    /// The crates that are built anew; what they depend on was built before.
    crates: &'static [&'static str],
    wall_seconds: Figure,
    cpu_seconds: Figure,
}

/// The program `five-kinds`, as it is linked.
#[derive(Serialize)]
struct Size {
    program: &'static str,
    /// Of machine code and constants.
    bytes: u64,
}

pub(super) fn run(quick: bool, interrupt: &Interrupt) -> Result<Results> {
    let rounds = if quick { 1 } else { 3 };
    let mut builds = Vec::new();
    for features in ["full", ""] {
        builds.push(build(features, ALONE, rounds, interrupt)?);
        builds.push(build(features, WITH_THOSE_BELOW, 1, interrupt)?);
    }
    let mut sizes = Vec::new();
    for (program, features) in [
        ("without pintle", ""),
        ("five kinds", "kinds"),
        ("five kinds, feature `full`", "full"),
    ] {
        sizes.push(Size {
            program,
            bytes: size(features, interrupt)?,
        });
    }
    let target = |what: &str, limit, found, range| Target {
        what: what.to_owned(),
        limit,
        found,
        range,
        by_cpu: None,
    };
    let seconds = |what, limit, build: &Build| {
        let wall = &build.wall_seconds;
        target(what, limit, wall.median(), Some((wall.min(), wall.max())))
    };
    let unused = sizes[2].bytes as f64 / sizes[1].bytes as f64;
    let targets = vec![
        seconds("pintle-api, every feature: seconds", 60.0, &builds[0]),
        seconds("pintle-api, core alone: seconds", 15.0, &builds[2]),
        target(
            "code of five kinds, with `full` / without",
            1.01,
            unused,
            None,
        ),
    ];
    Ok(Results {
        builds,
        sizes,
        targets,
    })
}

impl Results {
    /// Prints the tables.
    pub(super) fn print(&self) -> Verdict {
        println!("\n## build\n");
        let mut table = Table::new(["release build", "seconds", "of CPU"]);
        for build in &self.builds {
            let features = match build.features {
                "" => "core alone",
                _ => "every feature",
            };
            table.row([
                format!("{}, {features}", build.crates.join(", ")),
                format!("{:.1}", build.wall_seconds),
                format!("{:.1}", build.cpu_seconds),
            ]);
        }
        println!("{table}");
        let mut table = Table::new(["a program with", "code bytes"]);
        for size in &self.sizes {
            table.row([size.program.to_owned(), size.bytes.to_string()]);
        }
        println!("{table}");
        let mut table = Table::new(["", "at most", "found", ""]);
        for target in &self.targets {
            table.row([
                target.what.clone(),
                format!("{:.2}", target.limit),
                format!("{:.3}", target.found),
                target.to_string(),
            ]);
        }
        println!("{table}");
        let (met, missed) = target::count(&self.targets);
        Verdict {
            name: "build",
            checked: 0,
            wrong: 0,
            met,
            missed,
        }
    }
}

/// Builds `pintle-api` with these features and no others, and of its dependencies these crates.
fn build(
    features: &'static str,
    crates: &'static [&'static str],
    rounds: usize,
    interrupt: &Interrupt,
) -> Result<Build> {
    let target = directory().join("target/build");
    let run = |arguments: &[&str]| {
        let mut command = Command::new("cargo");
        command
            .current_dir(workspace::root())
            .env("CARGO_TARGET_DIR", &target)
            .args(arguments);
        command::check(&mut command, interrupt)
    };
    let compile = || {
        run(&[
            "build",
            "--quiet",
            "--release",
            "--locked",
            "--package=pintle-api",
            "--no-default-features",
            "--features",
            features,
        ])
    };
    eprintln!("building {} ({features:?})", crates.join(", "));
    compile()?;
    let clock = SystemClock::new();
    let mut found = Build {
        features,
        crates,
        wall_seconds: Figure::default(),
        cpu_seconds: Figure::default(),
    };
    for _ in 0..rounds {
        let mut clean = vec!["clean", "--quiet", "--release"];
        for package in crates {
            clean.extend(["--package", package]);
        }
        run(&clean)?;
        let (started, cpu) = (clock.now(), cpu_of_children());
        compile()?;
        let took = clock.now().saturating_since(started);
        found.wall_seconds.push(took.as_secs_f64());
        found.cpu_seconds.push(cpu_of_children() - cpu);
    }
    Ok(found)
}

/// The code bytes of `five-kinds`, built with these features.
fn size(features: &str, interrupt: &Interrupt) -> Result<u64> {
    let mut build = cargo();
    build.args(["build", "--quiet", "--release", "--locked"]);
    build.args(["--package=five-kinds", "--no-default-features"]);
    build.args(["--features", features]);
    command::check(&mut build, interrupt)?;
    let program: PathBuf = directory().join("target/release/five-kinds");
    let sections = output(Command::new("size").arg("-A").arg(program), interrupt)?;
    let code = |line: &str| {
        let mut words = line.split_whitespace();
        let counted = [".text", ".rodata", ".data.rel.ro"].contains(&words.next()?);
        let bytes: u64 = words.next()?.parse().ok()?;
        counted.then_some(bytes)
    };
    Ok(sections.lines().filter_map(code).sum())
}

/// The CPU seconds of all processes that this one started and waited for, and of those that they did.
fn cpu_of_children() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program, which may hold anything, ends with the last bracket.
    let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields);
    let ticks = |at: usize| -> f64 {
        let field = fields.split(' ').nth(at).and_then(|text| text.parse().ok());
        field.unwrap_or_default()
    };
    // Fields 16 and 17 of proc(5), in hundredths of a second; these begin with field 3.
    (ticks(13) + ticks(14)) / 100.0
}

const ALONE: &[&str] = &["pintle-api"];
const WITH_THOSE_BELOW: &[&str] = &["pintle-api", "pintle-meta", "pintle-codec"];
