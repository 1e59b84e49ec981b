//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::error::EXIT_CODES;

/// Work with a Kubernetes cluster, or start one of your own.
#[derive(Debug, Parser)]
#[command(name = "pintle", version, after_help = EXIT_CODES, arg_required_else_help = true)]
pub(crate) struct CommandLine {
    #[command(flatten)]
    pub(crate) connection: Connection,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Which cluster, and where in it.
#[derive(Args, Debug)]
pub(crate) struct Connection {
    /// Kubeconfig file, used alone [default: the files of $KUBECONFIG, else ~/.kube/config]
    #[arg(long, global = true, value_name = "FILE", help_heading = CONNECTION)]
    pub(crate) kubeconfig: Option<PathBuf>,
    /// Context of the kubeconfig [default: its current one]
    #[arg(long, global = true, value_name = "NAME", help_heading = CONNECTION)]
    pub(crate) context: Option<String>,
    /// Namespace [default: that of the context]
    #[arg(long, short, global = true, value_name = "NAME", help_heading = CONNECTION)]
    pub(crate) namespace: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Up(Up),
    Get(Get),
    Watch(Watch),
    Apply(Apply),
    Delete(Delete),
    Version(Version),
}

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

/// Show objects
///
/// A type is a plural, a singular, a short name or a kind, and may say its group and version:
/// pods, pod, po, Pod, deployments.apps, deployments.v1.apps.
#[derive(Args, Debug)]
#[command(
    override_usage = "pintle get [OPTIONS] TYPE[,TYPE...] [NAME...]\n       pintle get [OPTIONS] TYPE/NAME..."
)]
pub(crate) struct Get {
    /// TYPE[,TYPE...] [NAME...], or TYPE/NAME...
    #[arg(required = true, value_name = "TYPE [NAME]")]
    pub(crate) what: Vec<String>,
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// How objects are shown
    #[arg(long, short, value_enum, default_value_t)]
    pub(crate) output: Output,
    /// Keep metadata.managedFields in JSON and YAML
    #[arg(long)]
    pub(crate) show_managed_fields: bool,
    /// Succeed when a named object does not exist
    #[arg(long)]
    pub(crate) ignore_not_found: bool,
}

/// Show what happens to objects: one line an event, until Ctrl-C
///
/// Begins with what there is, as ADDED. A line is the type of the event, NAMESPACE/NAME, and the
/// columns that `get` shows.
#[derive(Args, Debug)]
#[command(
    override_usage = "pintle watch [OPTIONS] TYPE [NAME]\n       pintle watch [OPTIONS] TYPE/NAME"
)]
pub(crate) struct Watch {
    /// TYPE [NAME], or TYPE/NAME
    #[arg(required = true, value_name = "TYPE [NAME]")]
    pub(crate) what: Vec<String>,
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// How events are shown; json is one line an event
    #[arg(long, short, value_enum, default_value_t)]
    pub(crate) output: Output,
    /// How often to try again in a row when the connection is lost
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(crate) retries: u32,
}

/// Create the objects of files, or bring those that exist to what the files say
///
/// The file is laid over an object that exists. What the file does not speak of stays, whoever put
/// it there; a field that was removed from the file stays too, until it is null there. Lists are
/// replaced, but for those of a pod that admission adds to, such as volumes and tolerations: of
/// these, elements that the file lacks stay.
#[derive(Args, Debug)]
pub(crate) struct Apply {
    /// File of YAML documents or JSON, directory of such files, or - for standard input
    #[arg(long = "filename", short, required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

/// Delete objects, and wait until they are gone
#[derive(Args, Debug)]
#[command(
    override_usage = "pintle delete [OPTIONS] TYPE NAME...\n       pintle delete [OPTIONS] TYPE/NAME...\n       pintle delete [OPTIONS] TYPE -l SELECTOR\n       pintle delete [OPTIONS] -f FILE"
)]
pub(crate) struct Delete {
    /// TYPE [NAME...], or TYPE/NAME...
    #[arg(
        required_unless_present = "files",
        conflicts_with = "files",
        value_name = "TYPE [NAME]"
    )]
    pub(crate) what: Vec<String>,
    /// Delete the objects of this file, of the files of this directory, or of standard input (-)
    #[arg(long = "filename", short, value_name = "FILE", conflicts_with_all = ["label_selector", "field_selector", "all_namespaces"])]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// Delete all objects of the type
    #[arg(long, conflicts_with_all = ["label_selector", "field_selector", "files"])]
    pub(crate) all: bool,
    /// Wait until the objects are gone
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value_t = true, default_missing_value = "true", action = clap::ArgAction::Set)]
    pub(crate) wait: bool,
    /// Succeed when an object does not exist
    #[arg(long)]
    pub(crate) ignore_not_found: bool,
}

/// Show the versions of this program and of the API server
#[derive(Args, Debug)]
pub(crate) struct Version {
    /// Do not ask the server
    #[arg(long)]
    pub(crate) client: bool,
}

/// Which objects of a type.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Selection {
    /// In all namespaces, whatever --namespace says
    #[arg(long, short = 'A')]
    pub(crate) all_namespaces: bool,
    /// Only objects whose labels match, such as app=web,tier!=cache
    #[arg(long = "selector", short = 'l', value_name = "SELECTOR")]
    pub(crate) label_selector: Option<String>,
    /// Only objects whose fields match, such as status.phase=Running
    #[arg(long, value_name = "SELECTOR")]
    pub(crate) field_selector: Option<String>,
}

/// How objects are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// A table
    #[default]
    Table,
    /// A table with more columns
    Wide,
    /// JSON
    Json,
    /// YAML
    Yaml,
    /// TYPE/NAME
    Name,
}

const CONNECTION: &str = "Connection";

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::CommandLine;

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }
}
