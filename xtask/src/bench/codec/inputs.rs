//! The inputs: the reference pod, objects of other kinds, and seeded pods that vary.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;

use serde::{Deserialize, Serialize};

use super::programs::Programs;
use crate::bench::peer::Format;
use crate::bench::{directory, make_directory};
use crate::command;
use crate::error::{Context, Result};
use crate::interrupt::Interrupt;
use crate::workspace;

/// A set of objects of one kind.
#[derive(Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) objects: u64,
    bytes: Sizes,
    gzipped: Sizes,
}

#[derive(Serialize, Deserialize)]
struct Sizes {
    json: u64,
    pb: u64,
}

impl Sizes {
    fn of(&self, format: Format) -> f64 {
        match format {
            Format::Json => self.json as f64,
            Format::Protobuf => self.pb as f64,
        }
    }
}

impl Input {
    /// Bytes an object.
    pub(super) fn size(&self, format: Format) -> f64 {
        self.bytes.of(format) / self.objects as f64
    }

    /// How many times smaller gzip makes the whole set.
    pub(super) fn gzip_ratio(&self, format: Format) -> f64 {
        self.bytes.of(format) / self.gzipped.of(format)
    }
}

/// Writes the inputs, and returns the directory in which they are.
pub(super) fn prepare(
    programs: &Programs,
    pods: usize,
    interrupt: &Interrupt,
) -> Result<(PathBuf, Vec<Input>)> {
    eprintln!("preparing the inputs");
    let out = directory().join("target").join(format!("inputs-{pods}"));
    make_directory(&out)?;
    let generated = out.join("pods.jsonl");
    let file = File::create(&generated).context(|| format!("create {}", generated.display()))?;
    let mut generate = Command::new(programs.generator());
    generate.arg(pods.to_string()).stdout(file);
    command::check(&mut generate, interrupt)?;
    let mut prepare = Command::new(programs.prepare());
    prepare.arg("-out").arg(&out).arg("-pods").arg(&generated);
    prepare
        .arg(workspace::root().join(REFERENCE_POD))
        .args(objects()?);
    command::check(&mut prepare, interrupt)?;
    let catalogue = out.join("inputs.json");
    let text = fs::read(&catalogue).context(|| format!("read {}", catalogue.display()))?;
    let inputs =
        serde_json::from_slice(&text).context(|| format!("read {}", catalogue.display()))?;
    Ok((out, inputs))
}

/// The objects of other kinds.
fn objects() -> Result<Vec<PathBuf>> {
    let directory = directory().join("objects");
    let reading = || format!("read {}", directory.display());
    let mut paths = Vec::new();
    for entry in fs::read_dir(&directory).context(reading)? {
        paths.push(entry.context(reading)?.path());
    }
    paths.sort();
    Ok(paths)
}

const REFERENCE_POD: &str = "crates/pintle-api/tests/it/reference-pod.json";
