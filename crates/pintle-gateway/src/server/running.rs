//! [`RunningGateway`], a gateway that answers.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::connection::Shared;
use super::limits::Limits;
use super::listener::listen;
use super::tls::Tls;
use crate::handler::Handler;
use crate::lists::SWEEP;

/// A gateway that answers, from [`Builder::start`](crate::Builder::start).
///
/// Dropping it ends it at once, with all its connections. [`RunningGateway::shutdown`] lets requests
/// that are being answered come to their end first.
#[must_use = "dropping it ends the gateway"]
pub struct RunningGateway {
    address: SocketAddr,
    is_https: bool,
    ending: watch::Sender<bool>,
    /// Takes connections, and has them all.
    listener: JoinSet<()>,
}

impl RunningGateway {
    pub(crate) fn new(
        listener: TcpListener,
        address: SocketAddr,
        tls: Option<Tls>,
        handler: Arc<Handler>,
        limits: Limits,
    ) -> Self {
        let (ending, ended) = watch::channel(false);
        let is_https = tls.is_some();
        let shared = Arc::new(Shared {
            handler,
            tls,
            limits,
        });
        let mut tasks = JoinSet::new();
        let (swept, mut over) = (shared.clone(), ended.clone());
        tasks.spawn(async move {
            loop {
                tokio::select! {
                    () = tokio::time::sleep(SWEEP) => swept.handler.resources.sweep(),
                    _ = over.wait_for(|over| *over) => break,
                }
            }
        });
        tasks.spawn(listen(listener, shared, ended));
        Self {
            address,
            is_https,
            ending,
            listener: tasks,
        }
    }

    /// The address that it listens at, with the port that it was given.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where its page is.
    pub fn url(&self) -> String {
        let scheme = if self.is_https { "https" } else { "http" };
        format!("{scheme}://{}/", self.address)
    }

    /// Ends the gateway. It takes no more connections and waits up to two seconds for requests that
    /// are being answered; whatever is left then is broken off, watches and tunnels too.
    ///
    /// # Cancel safety
    ///
    /// Dropping this ends the gateway at once.
    pub async fn shutdown(mut self) {
        self.ending.send_replace(true);
        while self.listener.join_next().await.is_some() {}
    }
}

impl fmt::Debug for RunningGateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningGateway")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}
