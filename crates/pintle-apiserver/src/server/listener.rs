//! Taking connections.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinSet,
};
use tracing::{Instrument as _, debug, debug_span};

use super::connection::{self, Opened, Shared};
use crate::shutdown::Shutdown;

/// Takes connections, those that come to the listener and those from the same process, until the
/// server ends, and then waits for those that there are, which end in time by themselves.
pub(super) async fn listen(
    shared: Arc<Shared>,
    listener: Option<TcpListener>,
    mut local: mpsc::Receiver<Opened>,
    mut shutdown: Shutdown,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = accept(listener.as_ref()) => match accepted {
                Ok((stream, peer)) => {
                    let span = debug_span!("connection", %peer);
                    let opened = Opened::Tcp(stream);
                    let serve = connection::serve(shared.clone(), opened, shutdown.clone());
                    connections.spawn(serve.instrument(span));
                }
                Err(error) => {
                    // Mostly a lack of file descriptors, which others have to give back first.
                    debug!(%error, "cannot accept");
                    tokio::select! {
                        () = shared.timer.sleep_until(shared.clock.now() + PAUSE) => {}
                        () = shutdown.requested() => break,
                    }
                }
            },
            Some(opened) = local.recv() => {
                let span = debug_span!("connection", peer = "this process");
                let serve = connection::serve(shared.clone(), opened, shutdown.clone());
                connections.spawn(serve.instrument(span));
            }
            Some(_) = connections.join_next() => {}
            () = shutdown.requested() => break,
        }
    }
    drop((listener, local));
    while connections.join_next().await.is_some() {}
}

async fn accept(listener: Option<&TcpListener>) -> io::Result<(TcpStream, SocketAddr)> {
    match listener {
        Some(listener) => listener.accept().await,
        None => std::future::pending().await,
    }
}

const PAUSE: Duration = Duration::from_millis(100);
