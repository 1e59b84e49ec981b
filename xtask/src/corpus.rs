//! `cargo xtask corpus`: the documents that Kubernetes keeps beside its types, read and written with pintle's.
//!
//! They are not copied: they are in the Go module k8s.io/api, which the Go tool finds. The program in `tests/codec`
//! does the rest.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use clap::Args;

use crate::command;
use crate::error::{Context, Error, Result};
use crate::interrupt::Interrupt;
use crate::programs::Programs;
use crate::workspace;

#[derive(Args)]
pub(crate) struct Arguments {
    /// A directory of GROUP.VERSION.KIND.json, .yaml and .pb
    /// [default: those of the Go module k8s.io/api, and of the releases before it]
    #[arg(long)]
    dir: Option<PathBuf>,
}

pub(crate) fn run(arguments: Arguments) -> Result<ExitCode> {
    let interrupt = Interrupt::listen()?;
    let directories = match arguments.dir {
        Some(directory) => vec![directory],
        None => of_module(&interrupt)?,
    };
    let mut codec = Programs::build(&interrupt)?.run("codec");
    codec.arg("corpus").args(directories);
    Ok(command::exit_code(command::run(&mut codec, &interrupt)?))
}

/// The directory of the version that `tools/exchange` pins, and then those of the releases before it.
fn of_module(interrupt: &Interrupt) -> Result<Vec<PathBuf>> {
    let go = |arguments: &[&str]| {
        let mut go = Command::new("go");
        go.args(arguments)
            .current_dir(workspace::root().join("tools/exchange"))
            .env("GOWORK", "off");
        go
    };
    command::check(&mut go(&["mod", "download", MODULE]), interrupt)?;
    let mut list = go(&["list", "-m", "-f", "{{.Dir}}", MODULE]);
    let (status, module) = command::capture(&mut list, interrupt)?;
    if !status.success() {
        let what = command::describe(&list);
        return Err(Error::new(format!("{what} failed ({status})")));
    }
    let testdata = PathBuf::from(module.trim_end()).join("testdata");
    let mut releases = Vec::new();
    for entry in fs::read_dir(&testdata).context(|| format!("read {}", testdata.display()))? {
        let entry = entry.context(|| format!("read {}", testdata.display()))?;
        if entry.file_name().to_string_lossy().starts_with('v') {
            releases.push(entry.path());
        }
    }
    releases.sort();
    releases.insert(0, testdata.join("HEAD"));
    Ok(releases)
}

const MODULE: &str = "k8s.io/api";
