//! What the documents say one may type, typed: on `pintle up`, and on a real kube-apiserver.

mod blocks;
mod session;

use std::fs;

use super::outcome::Cases;
use crate::error::{Context, Error, Result};
use crate::interrupt::Interrupt;
use crate::programs::Programs;
use crate::real_cluster::{Binaries, Cluster, Options, Registry};
use crate::workspace;

use super::embedded::{Embedded, free_address};
use blocks::Place;
use session::Session;

/// Runs the commands of each document in a terminal of its own, on both servers, each with a gateway; and those
/// that need nodes on the demonstration that they begin with.
pub(super) fn docs(interrupt: &Interrupt) -> Result<Cases> {
    let programs = Programs::build(interrupt)?;
    let binaries = Binaries::ensure(interrupt)?;
    let registry = Registry::open()?;
    let options = Options {
        with_controllers: None,
        api_all: false,
        apiserver_flags: vec!["--anonymous-auth=false".to_owned()],
    };
    let real = Cluster::start(&binaries, registry.temporary()?, &options, interrupt)?;
    let pintle = programs.path("pintle");
    let embedded = Embedded::start(&pintle, registry.temporary()?, interrupt)?;
    let (mut passed, mut failed) = (0, 0);
    for (place, kubeconfig) in [
        ("kube-apiserver", Some(real.kubeconfig())),
        ("pintle up", Some(&*embedded.kubeconfig)),
        ("pintle up --nodes 3 --demo", None),
    ] {
        for document in documents()? {
            let path = workspace::root().join(&document);
            let text = fs::read_to_string(&path).context(|| format!("read {document}"))?;
            let entries = match kubeconfig {
                Some(_) => blocks::entries(&text, Place::Anywhere),
                None => blocks::entries(&text, Place::Demo),
            };
            if entries.is_empty() {
                continue;
            }
            let gateway = free_address()?;
            let directory = registry.temporary()?;
            let mut session = Session::start(&pintle, kubeconfig, &gateway, directory, interrupt)?;
            for entry in entries {
                if let Some((_, why)) = ELSEWHERE
                    .iter()
                    .find(|(it, _)| entry.command.starts_with(it))
                {
                    println!("{document}:{}: {why}", entry.line);
                    continue;
                }
                let outcome = session.run(&entry, interrupt)?;
                match outcome {
                    None => passed += 1,
                    Some(problem) => {
                        failed += 1;
                        println!(
                            "FAILED {document}:{} on {place}: {}\n{problem}",
                            entry.line, entry.command
                        );
                    }
                }
            }
            let (heard, missed) = session.end()?;
            passed += heard;
            failed += missed.len() as u64;
            for missed in missed {
                println!("FAILED {document} on {place}: {missed}");
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    if failed > 0 {
        return Err(Error::new(format!(
            "{failed} commands do not do what documents say"
        )));
    }
    Ok(Some(passed))
}

/// README.md, and the pages in `docs/`.
fn documents() -> Result<Vec<String>> {
    let mut documents = vec!["README.md".to_owned()];
    let pages = workspace::root().join("docs");
    for entry in fs::read_dir(&pages).context(|| format!("read {}", pages.display()))? {
        let name = entry
            .context(|| format!("read {}", pages.display()))?
            .file_name();
        let name = name.to_string_lossy();
        if name.ends_with(".md") {
            documents.push(format!("docs/{name}"));
        }
    }
    documents.sort();
    Ok(documents)
}

/// Commands that are not typed here, and why.
const ELSEWHERE: &[(&str, &str)] = &[
    ("cargo test --workspace", "the step `test` is this command"),
    (
        "alias pintle=",
        "`pintle` is the debug build here, since the gate has made it",
    ),
];
