//! Which cluster, as which user, and where in it.

use std::path::{Path, PathBuf};

use clap::Args;
use pintle_config::{Overrides, Secret};

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
    #[command(flatten)]
    pub(crate) other: Other,
}

/// What takes the place of parts of the kubeconfig. Named as kubectl names it, and of less use.
#[derive(Args, Debug)]
pub(crate) struct Other {
    /// URL of the API server
    #[arg(long, short, global = true, value_name = "URL", help_heading = CONNECTION, hide_short_help = true)]
    server: Option<String>,
    /// Cluster of the kubeconfig
    #[arg(long, global = true, value_name = "NAME", help_heading = CONNECTION, hide_short_help = true)]
    cluster: Option<String>,
    /// User of the kubeconfig
    #[arg(long, global = true, value_name = "NAME", help_heading = CONNECTION, hide_short_help = true)]
    user: Option<String>,
    /// Bearer token; others on this machine may see it among the processes
    #[arg(long, global = true, value_name = "TOKEN", value_parser = secret, help_heading = CONNECTION, hide_short_help = true)]
    token: Option<Secret>,
    /// File of the authorities that the server's certificate may be of
    #[arg(long, global = true, value_name = "FILE", help_heading = CONNECTION, hide_short_help = true)]
    certificate_authority: Option<PathBuf>,
    /// File of the client's certificate
    #[arg(long, global = true, value_name = "FILE", help_heading = CONNECTION, hide_short_help = true)]
    client_certificate: Option<PathBuf>,
    /// File of the key to the client's certificate
    #[arg(long, global = true, value_name = "FILE", help_heading = CONNECTION, hide_short_help = true)]
    client_key: Option<PathBuf>,
    /// Name that the server's certificate must be for
    #[arg(long, global = true, value_name = "NAME", help_heading = CONNECTION, hide_short_help = true)]
    tls_server_name: Option<String>,
    /// Do not check the server's certificate: whoever is in between sees everything
    #[arg(long, global = true, help_heading = CONNECTION, hide_short_help = true)]
    insecure_skip_tls_verify: bool,
    /// User to impersonate
    #[arg(long = "as", global = true, value_name = "USER", help_heading = CONNECTION, hide_short_help = true)]
    impersonate: Option<String>,
    /// Group to impersonate; may be given several times
    #[arg(long = "as-group", global = true, value_name = "GROUP", help_heading = CONNECTION, hide_short_help = true)]
    impersonate_groups: Vec<String>,
    /// Directory to keep what servers say of themselves in [default: $KUBECACHEDIR, else ~/.kube/cache]
    #[arg(long, global = true, value_name = "DIRECTORY", help_heading = CONNECTION, hide_short_help = true)]
    cache_dir: Option<PathBuf>,
    /// How long to wait for an answer, such as 10s; 0 for as long as it takes
    #[arg(long, global = true, value_name = "DURATION", help_heading = CONNECTION, hide_short_help = true)]
    request_timeout: Option<String>,
}

impl Connection {
    /// Where to keep what servers say of themselves.
    pub(crate) fn cache_dir(&self) -> Option<&Path> {
        self.other.cache_dir.as_deref()
    }

    /// What the command line puts over the kubeconfig.
    pub(crate) fn overrides(&self) -> Overrides {
        let mut overrides = Overrides::new();
        overrides.context.clone_from(&self.context);
        overrides.namespace.clone_from(&self.namespace);
        let other = &self.other;
        overrides.cluster.clone_from(&other.cluster);
        overrides.user.clone_from(&other.user);
        overrides.timeout.clone_from(&other.request_timeout);
        if let Some(url) = &other.server {
            overrides = overrides.server(url);
        }
        if let Some(token) = &other.token {
            overrides = overrides.token(token.clone());
        }
        if let Some(file) = &other.certificate_authority {
            overrides = overrides.certificate_authority(file);
        }
        if let Some(file) = &other.client_certificate {
            overrides = overrides.client_certificate(file);
        }
        if let Some(file) = &other.client_key {
            overrides = overrides.client_key(file);
        }
        if let Some(name) = &other.tls_server_name {
            overrides = overrides.tls_server_name(name);
        }
        if other.insecure_skip_tls_verify {
            overrides = overrides.insecure_skip_tls_verify(true);
        }
        if let Some(user) = &other.impersonate {
            overrides = overrides.impersonate(user);
        }
        match other.impersonate_groups.as_slice() {
            [] => overrides,
            groups => overrides.impersonate_groups(groups.iter().cloned()),
        }
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "clap wants a parser that may fail"
)]
fn secret(text: &str) -> Result<Secret, std::convert::Infallible> {
    Ok(Secret::from(text))
}

const CONNECTION: &str = "Connection";
