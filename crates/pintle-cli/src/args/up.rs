//! `pintle up`.

use std::path::PathBuf;

use clap::Args;

/// Start an API server of your own, until Ctrl-C
///
/// It is real, empty, and keeps everything in memory. Once it answers requests, a kubeconfig with
/// its address and an administrator's credentials is written, and the path of that is printed to
/// standard output; everything else goes to standard error.
#[derive(Args, Debug)]
pub(crate) struct Up {
    /// Address and port to listen at; port 0 is any that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub(crate) listen: std::net::SocketAddr,
    /// Write the kubeconfig here and leave it at the end [default: a temporary file, removed at the end]
    #[arg(long, value_name = "FILE")]
    pub(crate) kubeconfig_out: Option<PathBuf>,
}
