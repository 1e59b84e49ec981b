//! The example controller on a real kube-apiserver: its tests, and a trial in which it is killed and the server too.

use std::process::Command;

use super::followed::follow;
use super::outcome::Cases;
use super::rust::cargo;
use crate::command;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::programs::Programs;
use crate::real_cluster::{Binaries, Cluster, Options, Registry};
use crate::workspace;

/// A tenth of what [`websites_more`] does.
pub(super) fn websites(interrupt: &Interrupt) -> Result<Cases> {
    // A short lease: a controller that was killed is waited for until it has run out.
    trial(200, 5, interrupt)
}

/// Two thousand websites.
pub(super) fn websites_more(interrupt: &Interrupt) -> Result<Cases> {
    trial(2_000, 15, interrupt)
}

// claims: controller.killed
fn trial(websites: usize, lease: u32, interrupt: &Interrupt) -> Result<Cases> {
    let programs = Programs::build(interrupt)?;
    command::check(tests().arg("--no-run"), interrupt)?;
    let options = Options {
        with_controllers: Some("garbage-collector-controller".to_owned()),
        api_all: false,
        // An address for each of their services.
        apiserver_flags: vec!["--service-cluster-ip-range=10.0.0.0/16".to_owned()],
    };
    let binaries = Binaries::ensure(interrupt)?;
    let directory = Registry::open()?.temporary()?;
    let mut cluster = Cluster::start(&binaries, directory, &options, interrupt)?;
    // As its README has it.
    let deploy = workspace::root().join("examples/website/deploy");
    for arguments in [
        ["apply", "--filename=crd.yaml", "--filename=controller.yaml"],
        ["wait", "--for=condition=Established", "--filename=crd.yaml"],
    ] {
        let mut kubectl = Command::new(binaries.directory().join("kubectl"));
        kubectl.current_dir(&deploy).args(arguments);
        kubectl.env("KUBECONFIG", cluster.kubeconfig());
        command::check(&mut kubectl, interrupt)?;
    }

    let mut tests = tests();
    let (status, output) = command::tee(tests.env("KUBECONFIG", cluster.kubeconfig()), interrupt)?;
    if !status.success() {
        return Err(Error::new(format!("the tests failed ({status})")));
    }
    let mut trial = programs.run("websites");
    trial.arg("--kubeconfig").arg(cluster.kubeconfig());
    trial.arg("--controller").arg(programs.path("website"));
    trial.arg(format!("--websites={websites}"));
    trial.arg(format!("--lease={lease}"));
    let passed = follow(&mut trial, ("restart", RESTARTS), |_| {
        cluster.fail_over(interrupt, |_| Ok(()))
    })?;
    Ok(Some(command::passed_tests(&output) + passed))
}

/// Its tests on a cluster. The workspace is named so that nothing is built in another way than before.
fn tests() -> Command {
    let mut tests = cargo();
    tests.args(["test", "--locked", "--workspace", "--test=cluster"]);
    tests.arg("--features=website/cluster");
    tests
}

const RESTARTS: u32 = 2;
