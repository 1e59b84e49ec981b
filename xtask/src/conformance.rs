//! `cargo xtask conformance`: the scenarios that any API server must pass, on the embedded one, on a real
//! kube-apiserver, or on the cluster of a kubeconfig.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::ci::{Cases, Embedded, proof};
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::programs::Programs;
use crate::real_cluster::{Binaries, Cluster, Options, Registry};

#[derive(Args)]
pub(crate) struct Arguments {
    /// `embedded` for `pintle up`, `real` for a kube-apiserver that is built and started for it, or the
    /// kubeconfig of a cluster
    #[arg(long, value_name = "BACKEND", default_value = "embedded")]
    backend: PathBuf,
    /// Only scenarios whose name contains this
    #[arg(default_value = "")]
    filter: String,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let interrupt = Interrupt::listen()?;
    let filter = &arguments.filter;
    match arguments.backend.to_str() {
        Some("embedded") => on_embedded(filter, &interrupt)?,
        Some("real") => on_real(filter, &interrupt)?,
        _ => {
            let programs = Programs::build(&interrupt)?;
            on(&programs, &arguments.backend, &[filter], &interrupt)?
        }
    };
    Ok(ExitCode::SUCCESS)
}

/// Runs the scenarios on `pintle up`, but for those of what it does not serve yet.
fn on_embedded(filter: &str, interrupt: &Interrupt) -> Result<Cases> {
    let programs = Programs::build(interrupt)?;
    let directory = Registry::open()?.temporary()?;
    let embedded = Embedded::start(&programs.path("pintle"), directory, interrupt)?;
    let more = ["--without-custom-resources", filter];
    on(&programs, &embedded.kubeconfig, &more, interrupt)
}

/// Runs the scenarios on a real kube-apiserver, beside the controllers that its behaviour needs.
pub(crate) fn on_real(filter: &str, interrupt: &Interrupt) -> Result<Cases> {
    let programs = Programs::build(interrupt)?;
    let options = Options {
        with_controllers: Some(CONTROLLERS.join(",")),
        api_all: false,
        apiserver_flags: vec!["--anonymous-auth=false".to_owned()],
    };
    let binaries = Binaries::ensure(interrupt)?;
    let directory = Registry::open()?.temporary()?;
    let cluster = Cluster::start(&binaries, directory, &options, interrupt)?;
    on(&programs, cluster.kubeconfig(), &[filter], interrupt)
}

fn on(
    programs: &Programs,
    kubeconfig: &Path,
    more: &[&str],
    interrupt: &Interrupt,
) -> Result<Cases> {
    let mut scenarios = programs.run("conformance");
    scenarios.arg("--kubeconfig").arg(kubeconfig).args(more);
    proof(&mut scenarios, interrupt)
}

/// What an API server is not complete without; the others would change objects that scenarios look at.
const CONTROLLERS: [&str; 5] = [
    "namespace-controller",
    "garbage-collector-controller",
    "serviceaccount-controller",
    "serviceaccount-token-controller",
    "root-ca-certificate-publisher-controller",
];
