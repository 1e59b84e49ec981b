//! The steps that need a real control plane.

use super::outcome::{Cases, proof};
use super::rust::{cargo, xtask};
use crate::command;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::real_cluster::{Binaries, Cluster, Options, Registry};

/// Runs the conformance scenarios on a real kube-apiserver, beside the controllers that its behaviour needs.
pub(super) fn conformance(interrupt: &Interrupt) -> Result<Cases> {
    const BINARY: [&str; 5] = [
        "--locked",
        "--package",
        "pintle-testkit",
        "--bin",
        "conformance",
    ];
    // Built before the cluster starts, so that a compiler does not starve it.
    command::check(cargo().arg("build").args(BINARY), interrupt)?;
    // Scenarios run them.
    command::check(cargo().args(EXAMPLES), interrupt)?;
    let options = Options {
        with_controllers: Some(CONTROLLERS.join(",")),
        api_all: false,
        apiserver_flags: vec!["--anonymous-auth=false".to_owned()],
    };
    let binaries = Binaries::ensure(interrupt)?;
    let directory = Registry::open()?.temporary()?;
    let cluster = Cluster::start(&binaries, directory, &options, interrupt)?;
    let mut scenarios = cargo();
    scenarios
        .arg("run")
        .arg("--quiet")
        .args(BINARY)
        .args(["--", "--kubeconfig"]);
    proof(scenarios.arg(cluster.kubeconfig()), interrupt)
}

/// Compares tables with those of a real kube-apiserver.
pub(super) fn tables(interrupt: &Interrupt) -> Result<Cases> {
    proof(&mut xtask(&["tables", "--check"]), interrupt)
}

const EXAMPLES: [&str; 5] = ["build", "--locked", "--package", "pintle", "--examples"];

/// What an API server is not complete without; the others would change objects that scenarios look at.
const CONTROLLERS: [&str; 5] = [
    "namespace-controller",
    "garbage-collector-controller",
    "serviceaccount-controller",
    "serviceaccount-token-controller",
    "root-ca-certificate-publisher-controller",
];
