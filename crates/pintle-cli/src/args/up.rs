//! `pintle up`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

/// Start an API server of your own, and a gateway in front of it, until Ctrl-C
///
/// The server is real, empty, and keeps everything in memory. Once it answers requests, a kubeconfig
/// with its address and an administrator's credentials is written, and the path of that is printed
/// to standard output; everything else goes to standard error.
#[derive(Args, Debug)]
pub(crate) struct Up {
    /// Address and port that the API server listens at; port 0 is any that is free
    ///
    /// Whoever can reach an address that is not 127.0.0.1 can connect, and is refused without the
    /// credentials that are in the kubeconfig. To use it from another machine, copy the kubeconfig
    /// there: with 0.0.0.0 it names 127.0.0.1, so listen at the address by which this machine is
    /// reached.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub(crate) listen: SocketAddr,
    /// APIs to turn on or off, such as api/beta=true,batch/v1/cronjobs=false
    ///
    /// As kube-apiserver's flag: GROUP/VERSION or GROUP/VERSION/RESOURCE, of the core group /VERSION;
    /// api/all, api/ga, api/beta, api/alpha. What says most about a resource counts.
    #[arg(long, value_name = "KEY=BOOL,...", value_delimiter = ',', value_parser = setting)]
    pub(crate) runtime_config: Vec<(String, bool)>,
    /// Address and port that the gateway listens at [default: 127.0.0.1:8888, or any free port if that
    /// is taken]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) gateway: Option<SocketAddr>,
    /// Start no gateway
    #[arg(long, conflicts_with = "gateway")]
    pub(crate) no_gateway: bool,
    /// Simulate so many nodes, which give pods a place and run them [default: none, or 3 with --demo]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=1000))]
    pub(crate) nodes: Option<u16>,
    /// Begin with a few workloads, and keep their pods coming and going
    #[arg(long)]
    pub(crate) demo: bool,
    /// Write the kubeconfig here and leave it at the end [default: a temporary file, removed at the end]
    #[arg(long, value_name = "FILE")]
    pub(crate) kubeconfig_out: Option<PathBuf>,
}

/// One setting of `--runtime-config`. A key alone is on, as for kube-apiserver.
fn setting(text: &str) -> Result<(String, bool), String> {
    let (key, value) = text.split_once('=').unwrap_or((text, ""));
    match value.trim() {
        "" | "true" => Ok((key.trim().to_owned(), true)),
        "false" => Ok((key.trim().to_owned(), false)),
        other => Err(format!("{other:?} is neither true nor false")),
    }
}
