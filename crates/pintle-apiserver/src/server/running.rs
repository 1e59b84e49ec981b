//! [`RunningServer`], a server that answers.

use std::{fmt, net::SocketAddr, sync::Arc};

use pintle_pki::Identity;
use tokio::task::JoinSet;

use super::{Connector, StartError, connection::Shared, tls::Authority};
use crate::{
    metrics::{Metrics, RequestCount},
    registry::Registry,
    shutdown::ShutdownTrigger,
};

/// A server that answers, from [`ApiServerBuilder::start`](super::ApiServerBuilder::start).
///
/// Dropping it ends it at once, with all its connections. [`RunningServer::shutdown`] lets requests
/// that are being answered come to their end first.
#[must_use = "dropping it ends the server"]
pub struct RunningServer {
    pub(super) address: Option<SocketAddr>,
    pub(super) kubeconfig: Option<String>,
    pub(super) authority: Authority,
    pub(super) connector: Connector,
    pub(super) registry: Arc<Registry>,
    pub(super) shared: Arc<Shared>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) trigger: ShutdownTrigger,
    pub(super) controllers: JoinSet<()>,
    /// Takes connections, and has them all.
    pub(super) listener: JoinSet<()>,
}

impl RunningServer {
    /// The address by which this machine reaches the server, with the port that it was given; none if
    /// it listens nowhere.
    pub fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// A kubeconfig for the server's administrator (user `admin`, group `system:masters`), in YAML,
    /// with the certificates and the private key in it: a secret. None if the server listens nowhere.
    pub fn kubeconfig(&self) -> Option<&str> {
        self.kubeconfig.as_deref()
    }

    /// The certificate of the authority that signed the server's own, as PEM: what clients trust.
    pub fn certificate_authority(&self) -> &str {
        self.authority.certificate_pem()
    }

    /// A new client certificate, with its private key, for a user in these groups.
    ///
    /// # Errors
    ///
    /// When the user's or a group's name is empty, or the system's random generator fails.
    pub fn client_certificate(&self, user: &str, groups: &[&str]) -> Result<Identity, StartError> {
        self.authority.issue(user, groups)
    }

    /// What opens connections to the server from this process.
    pub fn connector(&self) -> &Connector {
        &self.connector
    }

    /// Forgets all history, as etcd's compaction does: watches and continued lists that are to begin
    /// or to go on at an older revision are told so (410 Expired). Watches that are being served go on.
    pub fn compact(&self) {
        let store = self.registry.store();
        store.write(|store| store.compact(store.revision()));
    }

    /// Breaks all connections that there are, without a word to anybody.
    pub fn disconnect(&self) {
        self.shared.cut.notify_waiters();
    }

    /// The requests that were answered so far, by what they were, in no order. A watch is among them
    /// once it has ended. `/metrics` tells it too, with how long they took.
    pub fn requests(&self) -> Vec<RequestCount> {
        self.metrics.requests()
    }

    /// Ends the server. It takes no more connections, ends watches, and waits up to five seconds for
    /// requests that are being answered; whatever is left then is broken off. Once this returns, no
    /// connection is left.
    ///
    /// # Cancel safety
    ///
    /// Dropping this ends the server at once.
    pub async fn shutdown(mut self) {
        self.trigger.request();
        self.controllers.shutdown().await;
        while self.listener.join_next().await.is_some() {}
    }
}

impl fmt::Debug for RunningServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The kubeconfig has a private key in it.
        f.debug_struct("RunningServer")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}
