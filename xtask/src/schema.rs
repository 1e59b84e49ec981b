//! `cargo xtask schema`: the facts about the API, from Go's types and real servers.
//!
//! Two servers are asked: one that serves every version, and one with default flags, which says what users
//! meet. The Go program in `tools/schema` does the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use clap::Args;

use crate::command;
use crate::error::{Context, Error, Result};
use crate::interrupt::Interrupt;
use crate::real_cluster::{Binaries, Cluster, Options, Registry};
use crate::workspace;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Change nothing, and fail if a fresh dump differs from the committed one
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(arguments: Arguments) -> Result<ExitCode> {
    let committed = workspace::root().join("schema");
    if !arguments.check {
        dump(&committed)?;
        println!("{} files written", read(&committed)?.len());
        return Ok(ExitCode::SUCCESS);
    }
    let fresh = tempfile::tempdir().context(|| "make a temporary directory".to_owned())?;
    dump(fresh.path())?;
    let (old, new) = (read(&committed)?, read(fresh.path())?);
    let differing: Vec<&str> = old
        .keys()
        .chain(new.keys().filter(|name| !old.contains_key(*name)))
        .filter(|name| old.get(*name) != new.get(*name))
        .map(String::as_str)
        .collect();
    let all = old.keys().chain(new.keys()).collect::<BTreeSet<_>>().len();
    println!(
        "{} passed, {} failed",
        all - differing.len(),
        differing.len()
    );
    if !differing.is_empty() {
        return Err(Error::new(format!(
            "schema/ is not what the pinned Kubernetes says; run cargo xtask schema. Files: {}",
            differing.join(", ")
        )));
    }
    Ok(ExitCode::SUCCESS)
}

/// Starts both servers and writes the facts into a directory.
fn dump(out: &Path) -> Result<()> {
    let interrupt = Interrupt::listen()?;
    let binaries = Binaries::ensure(&interrupt)?;
    let registry = Registry::open()?;
    let start = |options| Cluster::start(&binaries, registry.temporary()?, &options, &interrupt);
    let all = start(Options {
        api_all: true,
        ..Options::default()
    })?;
    let standard = start(Options::default())?;
    let mut go = Command::new("go");
    go.current_dir(workspace::root().join("tools/schema"))
        .env("GOWORK", "off")
        .args(["run", ".", "-all"])
        .arg(all.kubeconfig())
        .arg("-default")
        .arg(standard.kubeconfig())
        .arg("-out")
        .arg(out);
    command::check(&mut go, &interrupt)
}

/// Reads the facts of a directory, by file name.
fn read(directory: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for folder in ["", "types"] {
        let folder = directory.join(folder);
        for entry in fs::read_dir(&folder).context(|| format!("read {}", folder.display()))? {
            let path = entry
                .context(|| format!("read {}", folder.display()))?
                .path();
            if path
                .extension()
                .is_some_and(|extension| extension == "json")
            {
                let name = path
                    .strip_prefix(directory)
                    .unwrap_or(&path)
                    .display()
                    .to_string();
                files.insert(
                    name,
                    fs::read(&path).context(|| format!("read {}", path.display()))?,
                );
            }
        }
    }
    Ok(files)
}
