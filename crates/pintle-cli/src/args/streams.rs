//! `pintle exec`, `pintle attach` and `pintle port-forward`.

use std::path::PathBuf;

use clap::Args;

/// Run a command in a container
///
/// The container is one of a pod, or of a pod of something that has pods (deployment/web). It exits
/// with the exit code of the command.
#[derive(Args, Debug)]
#[command(
    override_usage = "pintle exec [OPTIONS] POD -- COMMAND [ARGUMENT]...\n       pintle exec [OPTIONS] TYPE/NAME -- COMMAND [ARGUMENT]...\n       pintle exec [OPTIONS] -f FILE -- COMMAND [ARGUMENT]..."
)]
pub(crate) struct Exec {
    /// POD or TYPE/NAME
    #[arg(
        value_name = "POD",
        required_unless_present = "filename",
        conflicts_with = "filename"
    )]
    pub(crate) of: Option<String>,
    /// File with what it is to be run in
    #[arg(long, short, value_name = "FILE")]
    pub(crate) filename: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) streams: Streams,
    /// The command, behind --
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub(crate) command: Vec<String>,
}

/// Connect with the process of a container
///
/// The container is one of a pod, or of a pod of something that has pods (deployment/web).
#[derive(Args, Debug)]
#[command(override_usage = "pintle attach [OPTIONS] POD\n       pintle attach [OPTIONS] TYPE/NAME")]
pub(crate) struct Attach {
    /// POD or TYPE/NAME
    #[arg(value_name = "POD")]
    pub(crate) of: String,
    #[command(flatten)]
    pub(crate) streams: Streams,
}

/// Which container, and what is connected with it.
#[derive(Args, Debug)]
pub(crate) struct Streams {
    /// The container [default: the only one, else that of the annotation
    /// kubectl.kubernetes.io/default-container, else the first]
    #[arg(long, short, value_name = "NAME")]
    pub(crate) container: Option<String>,
    /// Pass standard input on
    #[arg(long, short = 'i')]
    pub(crate) stdin: bool,
    /// Standard input is a terminal, and so is it for the command
    #[arg(long, short)]
    pub(crate) tty: bool,
    /// Print only what the command prints
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// How long to wait for a pod of something that has pods
    #[arg(long, value_name = "DURATION", default_value = "1m")]
    pub(crate) pod_running_timeout: String,
}

/// Connect ports of this machine with ports of a pod
///
/// The pod is named, or is one of something that has pods (service/web). A connection that sends no more
/// is kept while the pod answers within ten seconds.
#[derive(Args, Debug)]
#[command(
    override_usage = "pintle port-forward [OPTIONS] POD PORTS...\n       pintle port-forward [OPTIONS] TYPE/NAME PORTS..."
)]
pub(crate) struct PortForward {
    /// POD or TYPE/NAME
    #[arg(value_name = "POD")]
    pub(crate) of: String,
    /// PORT, LOCAL:REMOTE, or :REMOTE for any local port that is free; a remote port may be a name
    #[arg(required = true, value_name = "PORTS")]
    pub(crate) ports: Vec<String>,
    /// Where to listen: addresses, or localhost
    #[arg(
        long,
        value_name = "ADDRESSES",
        default_value = "localhost",
        value_delimiter = ','
    )]
    pub(crate) address: Vec<String>,
    /// How long to wait for a pod of something that has pods
    #[arg(long, value_name = "DURATION", default_value = "1m")]
    pub(crate) pod_running_timeout: String,
}
