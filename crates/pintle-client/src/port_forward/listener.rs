//! [`PortListener`], a port of this machine that leads to one of a pod.
//!
//! Invariant: there are no tasks; the connections live in [`PortListener::run`] and end with it.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::net::{TcpListener, TcpStream};

use super::PortForward;
use super::carry::carry;
use crate::Error;

/// A port of this machine, which leads to one of a pod. Dropping it, or the future of
/// [`run`](Self::run), ends it and its connections.
#[derive(Debug)]
#[must_use = "nobody is connected unless it runs"]
pub struct PortListener {
    listener: TcpListener,
    local_address: SocketAddr,
    forward: PortForward,
    port: u16,
    linger: Duration,
}

/// What happens while a port is forwarded.
#[derive(Debug)]
#[non_exhaustive]
pub enum Forwarding {
    /// Somebody has connected, from this address.
    Accepted(SocketAddr),
    /// Somebody's connection has failed; others go on.
    Failed(Error),
}

impl PortListener {
    pub(super) async fn bind(
        forward: PortForward,
        address: SocketAddr,
        port: u16,
        linger: Duration,
    ) -> Result<Self, Error> {
        let bound = async {
            let listener = TcpListener::bind(address).await?;
            let local_address = listener.local_addr()?;
            Ok((listener, local_address))
        };
        let (listener, local_address) = bound.await.map_err(|error: io::Error| {
            Error::local(&format!("cannot listen at {address}"), error)
        })?;
        Ok(Self {
            listener,
            local_address,
            forward,
            port,
            linger,
        })
    }

    /// Where it listens.
    pub fn local_address(&self) -> SocketAddr {
        self.local_address
    }

    /// The port of the pod.
    pub fn remote_port(&self) -> u16 {
        self.port
    }

    /// Connects whoever connects here with the pod, and says what happens. It never ends by itself; at
    /// most 1,000 connections are open at a time, and others wait.
    ///
    /// # Cancel safety
    /// Dropping the future closes all connections.
    pub async fn run(self, mut report: impl FnMut(Forwarding)) -> Infallible {
        let mut connections = FuturesUnordered::new();
        loop {
            tokio::select! {
                accepted = accept(&self.listener), if connections.len() < MOST => {
                    let (stream, address) = accepted;
                    report(Forwarding::Accepted(address));
                    connections.push(self.connection(stream));
                }
                Some(ended) = connections.next() => {
                    if let Err(error) = ended {
                        report(Forwarding::Failed(error));
                    }
                }
            }
        }
    }

    async fn connection(&self, near: TcpStream) -> Result<(), Error> {
        // What is small is not to wait.
        let _ = near.set_nodelay(true);
        let pod = self.forward.connect(self.port).await?;
        let carried = carry(near, pod, self.linger).await;
        carried.map_err(|error| match error.downcast::<Error>() {
            Ok(error) => error,
            Err(error) => Error::local("the pod's port cannot be read", error),
        })
    }
}

/// The next connection. What befell one that did not come about is not told: there is nobody to tell.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) => {
                tracing::debug!(%error, "a connection could not be accepted");
                // There may be too many open files, which takes a while to change.
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

const MOST: usize = 1_000;
const PAUSE: Duration = Duration::from_millis(100);
