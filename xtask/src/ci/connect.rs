//! Ways to a real kube-apiserver: HTTP of both versions, proxies, credentials, upgrades.

use super::outcome::{Cases, proof};
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::programs::Programs;
use crate::real_cluster::{Binaries, Cluster, Options, Registry};

/// Runs `tests/connect` on a real kube-apiserver.
pub(super) fn connect(interrupt: &Interrupt) -> Result<Cases> {
    let programs = Programs::build(interrupt)?;
    let options = Options {
        apiserver_flags: vec!["--anonymous-auth=false".to_owned()],
        ..Options::default()
    };
    let binaries = Binaries::ensure(interrupt)?;
    let directory = Registry::open()?.temporary()?;
    let cluster = Cluster::start(&binaries, directory, &options, interrupt)?;
    let mut cases = programs.run("connect");
    cases.arg("--kubeconfig").arg(cluster.kubeconfig());
    proof(&mut cases, interrupt)
}
