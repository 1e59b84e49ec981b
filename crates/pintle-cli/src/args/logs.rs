//! `pintle logs`.

use clap::Args;

/// Show what containers have written
///
/// A log is that of a pod, of a pod of something that has pods (deployment/web), or those of all
/// pods that a selector matches.
#[derive(Args, Debug)]
#[command(
    override_usage = "pintle logs [OPTIONS] POD [CONTAINER]\n       pintle logs [OPTIONS] TYPE/NAME [CONTAINER]\n       pintle logs [OPTIONS] -l SELECTOR"
)]
pub(crate) struct Logs {
    /// POD or TYPE/NAME
    #[arg(
        required_unless_present = "label_selector",
        conflicts_with = "label_selector",
        value_name = "POD"
    )]
    pub(crate) of: Option<String>,
    /// The container, as with -c
    #[arg(value_name = "CONTAINER", conflicts_with = "container")]
    pub(crate) container_argument: Option<String>,
    /// Of all pods whose labels match
    #[arg(long = "selector", short = 'l', value_name = "SELECTOR")]
    pub(crate) label_selector: Option<String>,
    /// The container [default: the only one, else that of the annotation
    /// kubectl.kubernetes.io/default-container, else the first]
    #[arg(long, short, value_name = "NAME", conflicts_with = "all_containers")]
    pub(crate) container: Option<String>,
    /// Of all containers, those that initialise the pod included
    #[arg(long)]
    pub(crate) all_containers: bool,
    /// Go on as lines are written
    #[arg(long, short)]
    pub(crate) follow: bool,
    /// Of the container's previous run, if there was one
    #[arg(long, short)]
    pub(crate) previous: bool,
    /// Only lines that are newer than this, such as 5s, 2m or 3h
    #[arg(long, value_name = "DURATION", conflicts_with = "since_time")]
    pub(crate) since: Option<String>,
    /// Only lines from this time on, such as 2026-05-01T12:00:00Z
    #[arg(long, value_name = "TIME")]
    pub(crate) since_time: Option<String>,
    /// How many of the last lines; -1 for all [default: all, or 10 where a selector is given]
    #[arg(long, value_name = "LINES", allow_negative_numbers = true)]
    pub(crate) tail: Option<i64>,
    /// No more than so many bytes of each container
    #[arg(long, value_name = "BYTES")]
    pub(crate) limit_bytes: Option<i64>,
    /// Each line with its time in front
    #[arg(long)]
    pub(crate) timestamps: bool,
    /// Each line with its pod and container in front
    #[arg(long)]
    pub(crate) prefix: bool,
    /// Do not check the certificate of the pod's node
    #[arg(long)]
    pub(crate) insecure_skip_tls_verify_backend: bool,
    /// How many logs may be followed at once
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(crate) max_log_requests: usize,
}
