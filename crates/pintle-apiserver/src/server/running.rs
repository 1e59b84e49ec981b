//! [`RunningServer`], a server that answers.

use std::{fmt, net::SocketAddr, sync::Arc};

use tokio::task::JoinSet;

use crate::{
    metrics::{Metrics, RequestCount},
    shutdown::ShutdownTrigger,
};

/// A server that answers, from [`ApiServerBuilder::start`](super::ApiServerBuilder::start).
///
/// Dropping it ends it at once, with all its connections. [`RunningServer::shutdown`] lets requests
/// that are being answered come to their end first.
#[must_use = "dropping it ends the server"]
pub struct RunningServer {
    pub(super) address: SocketAddr,
    pub(super) kubeconfig: String,
    pub(super) metrics: Arc<Metrics>,
    pub(super) trigger: ShutdownTrigger,
    pub(super) controllers: JoinSet<()>,
    /// Takes connections, and has them all.
    pub(super) listener: JoinSet<()>,
}

impl RunningServer {
    /// The address that the server listens on, with the port that it was given.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A kubeconfig for the server's administrator (user `admin`, group `system:masters`), in YAML,
    /// with the certificates and the private key in it: a secret.
    pub fn kubeconfig(&self) -> &str {
        &self.kubeconfig
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
