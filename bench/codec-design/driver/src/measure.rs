//! Runs the probe, the compiler, callgrind and `size`, and prints what they say.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;

type Outcome<T> = Result<T, Box<dyn Error>>;

const ALTERNATIVES: [&str; 4] = ["interpreted", "tuned", "direct", "derived"];
const OPERATIONS: [&str; 4] = [
    "json-decode",
    "json-decode-and-drop",
    "json-encode",
    "protobuf-decode",
];

pub(crate) fn report(here: &Path, structs: usize) -> Outcome<()> {
    let bench = Bench { here };
    bench.run(
        "cargo",
        &["build", "--quiet", "--release", "--package", "probe"],
    )?;
    println!("{}", bench.probe(&["check"])?);
    let mut table = Table::default();
    for alternative in ALTERNATIVES {
        for operation in OPERATIONS {
            if (alternative, operation) != ("derived", "protobuf-decode") {
                table.put(
                    &format!("instructions, {operation}"),
                    alternative,
                    bench.instructions(alternative, operation)?,
                );
            }
        }
    }
    for line in bench.probe(&["memory"])?.lines() {
        let [alternative, format, allocations, reallocations, live] =
            line.split(' ').collect::<Vec<_>>()[..]
        else {
            return Err("probe memory printed something else".into());
        };
        table.put(
            &format!("{format}: allocations + reallocations"),
            alternative,
            format!("{allocations} + {reallocations}"),
        );
        table.put(&format!("{format}: live bytes"), alternative, live);
    }
    let plain = bench.linked_bytes("plain")?;
    for alternative in ALTERNATIVES {
        let (wall, user) = bench.compile(alternative)?;
        table.put(
            "release build of the types crate: wall s",
            alternative,
            format!("{wall:.1}"),
        );
        table.put(
            "release build of the types crate: user s",
            alternative,
            format!("{user:.1}"),
        );
        let rlib = format!("target/release/libtypes_{alternative}.rlib");
        table.put(
            "code bytes a struct, types crate",
            alternative,
            bench.code_bytes(&rlib)? / structs,
        );
        let linked = bench.linked_bytes(alternative)?.saturating_sub(plain);
        table.put("codec bytes linked, all", alternative, linked);
        table.put(
            "codec bytes linked, a struct",
            alternative,
            linked / structs,
        );
    }
    table.print();
    Ok(())
}

struct Bench<'a> {
    here: &'a Path,
}

impl Bench<'_> {
    fn probe(&self, arguments: &[&str]) -> Outcome<String> {
        self.run("target/release/probe", arguments)
    }

    /// One operation's, without start-up: the difference between two runs.
    fn instructions(&self, alternative: &str, operation: &str) -> Outcome<u64> {
        let run = |times: &str| -> Outcome<u64> {
            let out = self
                .here
                .join("target")
                .join(format!("callgrind.{alternative}.{operation}.{times}"));
            let out_file = format!("--callgrind-out-file={}", out.display());
            self.run(
                "valgrind",
                &[
                    "-q",
                    "--tool=callgrind",
                    &out_file,
                    "target/release/probe",
                    "run",
                    alternative,
                    operation,
                    times,
                ],
            )?;
            let text = fs::read_to_string(out)?;
            let summary = text
                .lines()
                .find_map(|line| line.strip_prefix("summary: "))
                .ok_or("callgrind wrote no summary")?;
            Ok(summary.trim().parse()?)
        };
        Ok((run("120")? - run("20")?) / 100)
    }

    /// The median of three: wall and user seconds of rebuilding one crate, its dependencies built.
    fn compile(&self, alternative: &str) -> Outcome<(f64, f64)> {
        let package = format!("types-{alternative}");
        let build = [
            "-f",
            "%e %U",
            "cargo",
            "build",
            "--quiet",
            "--release",
            "--package",
            &package,
        ];
        self.run("/usr/bin/time", &build)?;
        let mut walls = Vec::new();
        let mut users = Vec::new();
        for _ in 0..3 {
            let source = format!("types/{alternative}/src/lib.rs");
            self.run("touch", &[&source])?;
            let output = Command::new("/usr/bin/time")
                .args(build)
                .current_dir(self.here)
                .output()?;
            let text = String::from_utf8(output.stderr)?;
            let (wall, user) = text
                .lines()
                .last()
                .and_then(|line| line.split_once(' '))
                .ok_or("time printed nothing")?;
            walls.push(wall.parse()?);
            users.push(user.parse()?);
        }
        Ok((median(walls), median(users)))
    }

    /// Bytes of code and constants in the probe with this alternative alone.
    fn linked_bytes(&self, alternative: &str) -> Outcome<usize> {
        let target = "target/linked";
        let build = [
            "build",
            "--quiet",
            "--release",
            "--package",
            "probe",
            "--target-dir",
            target,
        ];
        self.run(
            "cargo",
            &[
                &build[..],
                &["--no-default-features", "--features", alternative],
            ]
            .concat(),
        )?;
        self.code_bytes(&format!("{target}/release/probe"))
    }

    fn code_bytes(&self, file: &str) -> Outcome<usize> {
        let sections = self.run("size", &["-A", file])?;
        let of_code = |name: &str| {
            [".text", ".rodata", ".data.rel.ro"]
                .iter()
                .any(|section| name.starts_with(section))
        };
        Ok(sections
            .lines()
            .filter_map(|line| {
                let mut words = line.split_whitespace();
                let name = words.next()?;
                let bytes: usize = words.next()?.parse().ok()?;
                of_code(name).then_some(bytes)
            })
            .sum())
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Outcome<String> {
        let output = Command::new(program)
            .args(arguments)
            .current_dir(self.here)
            .output()
            .map_err(|error| format!("{program}: {error}"))?;
        if !output.status.success() {
            return Err(format!(
                "{program} {}: {}",
                arguments.join(" "),
                String::from_utf8_lossy(&output.stderr)
            )
            .into());
        }
        Ok(String::from_utf8(output.stdout)?)
    }
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}

#[derive(Default)]
struct Table {
    rows: Vec<String>,
    cells: BTreeMap<(String, &'static str), String>,
}

impl Table {
    fn put(&mut self, row: &str, alternative: &str, value: impl ToString) {
        if !self.rows.iter().any(|known| known == row) {
            self.rows.push(row.to_owned());
        }
        if let Some(alternative) = ALTERNATIVES.iter().find(|known| **known == alternative) {
            self.cells
                .insert((row.to_owned(), alternative), value.to_string());
        }
    }

    fn print(&self) {
        println!("| | {} |", ALTERNATIVES.join(" | "));
        println!("|---|{}", "---|".repeat(ALTERNATIVES.len()));
        for row in &self.rows {
            let cells = ALTERNATIVES.map(|alternative| {
                self.cells
                    .get(&(row.clone(), alternative))
                    .map_or("–", String::as_str)
            });
            println!("| {row} | {} |", cells.join(" | "));
        }
    }
}
