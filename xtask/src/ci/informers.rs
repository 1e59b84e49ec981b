//! client-go's shared informers and kube-rs's watchers against `pintle up`: they follow what is written, and
//! hold what a list returns.

use std::process::Command;

use super::embedded::Embedded;
use super::outcome::{Cases, proof};
use crate::command;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::programs::Programs;
use crate::real_cluster::Registry;
use crate::workspace;

/// Runs `tools/informers` in each content type that the server takes.
pub(super) fn informers(interrupt: &Interrupt) -> Result<Cases> {
    let programs = Programs::build(interrupt)?;
    let program = workspace::root().join("target/tools/informers");
    let mut go = Command::new("go");
    go.current_dir(workspace::root().join("tools/informers"))
        .args(["build", "-o"])
        .arg(&program)
        .arg(".")
        .env("GOWORK", "off");
    command::check(&mut go, interrupt)?;
    let pintle = programs.path("pintle");
    let mut passed = 0;
    for content_type in CONTENT_TYPES {
        let directory = Registry::open()?.temporary()?;
        let embedded = Embedded::start(&pintle, directory, interrupt)?;
        let mut follow = Command::new(&program);
        follow
            .arg("-kubeconfig")
            .arg(&embedded.kubeconfig)
            .args(["-content-type", content_type]);
        passed += proof(&mut follow, interrupt)?.unwrap_or_default();
    }
    Ok(Some(passed))
}

/// Runs `tools/kube-watcher`.
pub(super) fn watchers(interrupt: &Interrupt) -> Result<Cases> {
    let programs = Programs::build(interrupt)?;
    let target = workspace::root().join("target/tools/kube-watcher");
    let mut build = Command::new("cargo");
    build
        .current_dir(workspace::root().join("tools/kube-watcher"))
        .env("CARGO_TARGET_DIR", &target)
        .args(["build", "--locked"]);
    command::check(&mut build, interrupt)?;
    let pintle = programs.path("pintle");
    let directory = Registry::open()?.temporary()?;
    let embedded = Embedded::start(&pintle, directory, interrupt)?;
    let mut follow = Command::new(target.join("debug/kube-watcher"));
    proof(follow.arg(&embedded.kubeconfig), interrupt)
}

const CONTENT_TYPES: [&str; 2] = ["application/json", "application/vnd.kubernetes.protobuf"];
