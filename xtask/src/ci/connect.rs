//! Ways to a real kube-apiserver: HTTP of both versions, proxies, credentials, upgrades.

use super::outcome::{Cases, proof};
use super::rust::cargo;
use crate::command;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::real_cluster::{Binaries, Cluster, Options, Registry};

/// Runs `tests/connect` on a real kube-apiserver.
pub(super) fn connect(interrupt: &Interrupt) -> Result<Cases> {
    // Built before the cluster starts, so that a compiler does not starve it.
    command::check(cargo().arg("build").args(PACKAGE), interrupt)?;
    let options = Options {
        apiserver_flags: vec!["--anonymous-auth=false".to_owned()],
        ..Options::default()
    };
    let binaries = Binaries::ensure(interrupt)?;
    let directory = Registry::open()?.temporary()?;
    let cluster = Cluster::start(&binaries, directory, &options, interrupt)?;
    let mut cases = cargo();
    cases.args(["run", "--quiet"]).args(PACKAGE);
    cases.args(["--", "--kubeconfig"]).arg(cluster.kubeconfig());
    proof(&mut cases, interrupt)
}

const PACKAGE: [&str; 3] = ["--locked", "--package", "connect"];
