//! `pintle config`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::output::Format;

/// Show and change kubeconfig files
///
/// What is changed is written to the file that it came from, and what is new to the first file of
/// $KUBECONFIG, or to ~/.kube/config.
#[derive(Args, Debug)]
pub(crate) struct Config {
    #[command(subcommand)]
    pub(crate) what: ConfigCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    View(View),
    /// Print the name of the current context
    CurrentContext,
    GetContexts(GetContexts),
    /// List clusters
    GetClusters,
    /// List users
    GetUsers,
    /// Make a context the current one
    UseContext(Named),
    RenameContext(RenameContext),
    SetContext(SetContext),
    SetCluster(SetCluster),
    SetCredentials(SetCredentials),
    /// Delete a context
    DeleteContext(Named),
    /// Delete a cluster
    DeleteCluster(Named),
    /// Delete a user
    DeleteUser(Named),
}

/// Show the merged kubeconfig, without its secrets
#[derive(Args, Debug)]
pub(crate) struct View {
    /// Show secrets and certificates, too
    #[arg(long)]
    pub(crate) raw: bool,
    /// Only what the current context uses
    #[arg(long)]
    pub(crate) minify: bool,
    /// How it is shown: yaml, json, jsonpath=TEMPLATE
    #[arg(long, short, value_name = "FORMAT", default_value = "yaml")]
    pub(crate) output: Format,
}

/// List contexts
#[derive(Args, Debug)]
pub(crate) struct GetContexts {
    /// Only these
    pub(crate) names: Vec<String>,
    /// How contexts are shown: table or name
    #[arg(long, short, value_name = "FORMAT", default_value = "table")]
    pub(crate) output: Format,
    /// Leave the headings of columns out
    #[arg(long)]
    pub(crate) no_headers: bool,
}

/// A name.
#[derive(Args, Debug)]
pub(crate) struct Named {
    /// The name
    pub(crate) name: String,
}

/// Rename a context
#[derive(Args, Debug)]
pub(crate) struct RenameContext {
    /// As it is called
    pub(crate) name: String,
    /// As it is to be called
    pub(crate) new_name: String,
}

/// Make or change a context
///
/// --cluster, --user and --namespace say what it is to have; what is not given stays as it is.
#[derive(Args, Debug)]
pub(crate) struct SetContext {
    /// The name
    #[arg(required_unless_present = "current", conflicts_with = "current")]
    pub(crate) name: Option<String>,
    /// The current context
    #[arg(long)]
    pub(crate) current: bool,
}

/// Make or change a cluster
///
/// --server, --certificate-authority, --tls-server-name and --insecure-skip-tls-verify say what it
/// is to have; what is not given stays as it is.
#[derive(Args, Debug)]
pub(crate) struct SetCluster {
    /// The name
    pub(crate) name: String,
    /// Put what the file of --certificate-authority has into the kubeconfig
    #[arg(long)]
    pub(crate) embed_certs: bool,
    /// URL of the proxy that the server is reached through
    #[arg(long, value_name = "URL")]
    pub(crate) proxy_url: Option<String>,
}

/// Make or change a user
///
/// --token, --client-certificate and --client-key say what it is to have; what is not given stays
/// as it is.
#[derive(Args, Debug)]
pub(crate) struct SetCredentials {
    /// The name
    pub(crate) name: String,
    /// Put what the files of --client-certificate and --client-key have into the kubeconfig
    #[arg(long)]
    pub(crate) embed_certs: bool,
    /// File of a bearer token
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
}
