//! Taking connections.

use std::{sync::Arc, time::Duration};

use tokio::{net::TcpListener, task::JoinSet};
use tracing::{Instrument as _, debug, debug_span};

use super::connection::{self, Shared};
use crate::shutdown::Shutdown;

/// Takes connections until the server ends, and then waits for those that there are, which end in
/// time by themselves.
pub(super) async fn listen(shared: Arc<Shared>, listener: TcpListener, mut shutdown: Shutdown) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let span = debug_span!("connection", %peer);
                    let serve = connection::serve(shared.clone(), stream, shutdown.clone());
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
            Some(_) = connections.join_next() => {}
            () = shutdown.requested() => break,
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

const PAUSE: Duration = Duration::from_millis(100);
