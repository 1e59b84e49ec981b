//! What pintle discovers of a real kube-apiserver, beside what client-go does; and whether all of it answers.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use super::outcome::{Cases, proof};
use crate::command;
use crate::error::{Context, Error, Result};
use crate::interrupt::Interrupt;
use crate::programs::Programs;
use crate::real_cluster::{Binaries, Cluster, Options, Registry};
use crate::workspace;

// claims: discovery.equal, mapper.equal, discovery.disk.layout
/// Has `tools/discovery` furnish a server and say what client-go finds, and compares line by line; then the
/// files of both caches, byte by byte.
pub(super) fn discovery(interrupt: &Interrupt) -> Result<Cases> {
    let programs = Programs::build(interrupt)?;
    let go = workspace::root().join("target/tools/discovery");
    let mut build = Command::new("go");
    build
        .current_dir(workspace::root().join("tools/discovery"))
        .args(["build", "-o"])
        .arg(&go)
        .arg(".")
        .env("GOWORK", "off");
    command::check(&mut build, interrupt)?;
    let binaries = Binaries::ensure(interrupt)?;
    let registry = Registry::open()?;
    let options = Options {
        with_controllers: None,
        api_all: false,
        apiserver_flags: vec!["--anonymous-auth=false".to_owned()],
    };
    let cluster = Cluster::start(&binaries, registry.temporary()?, &options, interrupt)?;
    let caches = tempfile::tempdir().context(|| "make a temporary directory".to_owned())?;
    let (of_go, ours) = (
        caches.path().join("client-go"),
        caches.path().join("pintle"),
    );
    let mut ask_go = Command::new(&go);
    ask_go
        .arg("-kubeconfig")
        .arg(cluster.kubeconfig())
        .arg("-cache")
        .arg(&of_go);
    let expected = said(&mut ask_go, interrupt)?;
    let mut ask = programs.run("discovered");
    ask.arg("--kubeconfig")
        .arg(cluster.kubeconfig())
        .arg("--cache")
        .arg(&ours);
    let found = said(&mut ask, interrupt)?;

    let mut failed = Vec::new();
    failed.extend(
        expected
            .difference(&found)
            .map(|line| format!("only client-go: {line}")),
    );
    failed.extend(
        found
            .difference(&expected)
            .map(|line| format!("only pintle: {line}")),
    );
    let mut passed = expected.intersection(&found).count();
    let (of_go, ours) = (files(&of_go)?, files(&ours)?);
    let names: BTreeSet<_> = of_go.keys().chain(ours.keys()).collect();
    for name in names {
        if of_go.get(name) == ours.get(name) {
            passed += 1;
        } else {
            let (of_go, ours) = (of_go.get(name), ours.get(name));
            failed.push(format!(
                "the caches differ in {name}: {}",
                from(of_go, ours)
            ));
        }
    }
    if failed.is_empty() {
        return Ok(Some(passed as u64));
    }
    for line in failed.iter().take(50) {
        println!("FAILED {line}");
    }
    Err(Error::new(format!(
        "{passed} passed, {} failed",
        failed.len()
    )))
}

// claims: clients.typed.answers
/// Lists every resource of the clientset on a server that serves every version.
pub(super) fn clientset(interrupt: &Interrupt) -> Result<Cases> {
    let programs = Programs::build(interrupt)?;
    let binaries = Binaries::ensure(interrupt)?;
    let options = Options {
        with_controllers: None,
        api_all: true,
        apiserver_flags: vec!["--anonymous-auth=false".to_owned()],
    };
    let directory = Registry::open()?.temporary()?;
    let cluster = Cluster::start(&binaries, directory, &options, interrupt)?;
    let mut lists = programs.run("clientset");
    proof(
        lists.arg("--kubeconfig").arg(cluster.kubeconfig()),
        interrupt,
    )
}

/// The lines that a program prints.
fn said(command: &mut Command, interrupt: &Interrupt) -> Result<BTreeSet<String>> {
    let (status, printed) = command::capture(command, interrupt)?;
    if !status.success() {
        return Err(Error::new(format!(
            "{} fails: {status}",
            command::describe(command)
        )));
    }
    Ok(printed
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect())
}

/// Where two files part, and how each goes on.
fn from(of_go: Option<&Vec<u8>>, ours: Option<&Vec<u8>>) -> String {
    let (Some(of_go), Some(ours)) = (of_go, ours) else {
        return "only one has it".to_owned();
    };
    let same = of_go.iter().zip(ours).take_while(|(a, b)| a == b).count();
    let rest = |file: &[u8]| {
        let start = same.saturating_sub(80);
        let end = file.len().min(same + 160);
        String::from_utf8_lossy(&file[start.min(end)..end]).into_owned()
    };
    format!("client-go has …{}…, pintle …{}…", rest(of_go), rest(ours))
}

/// The files below a directory, by their path in it.
fn files(directory: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let mut left = vec![directory.to_owned()];
    while let Some(next) = left.pop() {
        let within = || format!("read {}", next.display());
        for entry in fs::read_dir(&next).context(within)? {
            let path = entry.context(within)?.path();
            if path.is_dir() {
                left.push(path);
                continue;
            }
            let content = fs::read_to_string(&path);
            let content = content.context(|| format!("read {}", path.display()))?;
            // Of a group that is down there are no versions, which is an empty list here.
            let content = content.replace(r#""versions":null"#, r#""versions":[]"#);
            let name = path.strip_prefix(directory).unwrap_or(&path);
            files.insert(name.display().to_string(), content.into_bytes());
        }
    }
    Ok(files)
}
