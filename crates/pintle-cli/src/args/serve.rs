//! `pintle serve`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

/// Serve a gateway to the cluster of the kubeconfig: a page, and the API server behind a guard
///
/// Whoever reaches it may do what the kubeconfig's user may. So it listens on loopback, answers only
/// requests that name it and come from no other site, and does not start elsewhere without TLS and a
/// way to know callers: tokens or client certificates. Its URL is printed to standard output once it takes connections.
#[derive(Args, Debug)]
pub(crate) struct Serve {
    /// Address and port to listen at; port 0 is any that is free
    #[arg(long, value_name = "ADDRESS", default_value = GATEWAY)]
    pub(crate) listen: SocketAddr,
    /// A further host name that requests may ask for
    #[arg(long, value_name = "NAME")]
    pub(crate) allow_host: Vec<String>,
    /// A further origin whose pages may send requests, such as https://dashboard.example
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) allow_origin: Vec<String>,
    /// A path to serve, and no others: `*` is any segment, and `**` at the end all that follow, such as
    /// /pod/list, /stream/** or /api/v1/namespaces/*/pods
    #[arg(long, value_name = "PATTERN")]
    pub(crate) allow_path: Vec<String>,
    /// PEM file of the certificate to serve HTTPS with
    #[arg(long, value_name = "FILE", requires = "tls_private_key_file")]
    pub(crate) tls_cert_file: Option<PathBuf>,
    /// PEM file of its private key
    #[arg(long, value_name = "FILE", requires = "tls_cert_file")]
    pub(crate) tls_private_key_file: Option<PathBuf>,
    /// PEM file of authorities: only who shows a certificate of theirs gets in, or who has a token,
    /// acting as the user whom it names
    #[arg(long, value_name = "FILE", requires = "tls_cert_file")]
    pub(crate) client_ca_file: Option<PathBuf>,
    /// File of bearer tokens, one `token,user,uid[,"group,group"]` a line: only their bearers get in,
    /// or who shows a certificate, each acting as that user
    #[arg(long, value_name = "FILE")]
    pub(crate) token_auth_file: Option<PathBuf>,
    /// Pass only requests on that read
    #[arg(long)]
    pub(crate) read_only: bool,
    /// Give errors of lists and streams HTTP statuses of their own, as `httpStatus=true` does
    #[arg(long)]
    pub(crate) http_status: bool,
    /// Start beyond loopback though everybody there gets in, or though tokens travel in the clear
    #[arg(long)]
    pub(crate) danger_allow_exposure: bool,
}

/// Where a gateway is unless told otherwise.
pub(crate) const GATEWAY: &str = "127.0.0.1:8888";
