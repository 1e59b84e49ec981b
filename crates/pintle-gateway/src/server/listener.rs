//! Taking connections.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tracing::{Instrument as _, debug, debug_span};

use super::connection::{self, Shared};

/// Takes connections until the gateway ends, and then waits for those that there are.
pub(super) async fn listen(
    listener: TcpListener,
    shared: Arc<Shared>,
    ending: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(shared.limits.connections));
    let mut connections = JoinSet::new();
    let mut waiting = ending.clone();
    loop {
        let accepted = async {
            // Whoever comes while all places are taken waits in the system's queue.
            let place = places.clone().acquire_owned().await;
            (place, listener.accept().await)
        };
        tokio::select! {
            (place, accepted) = accepted => match accepted {
                Ok((stream, peer)) => {
                    let span = debug_span!("connection", %peer);
                    let (shared, ending) = (shared.clone(), ending.clone());
                    let serve = async move {
                        connection::serve(&shared, stream, ending).await;
                        drop(place);
                    };
                    connections.spawn(serve.instrument(span));
                }
                Err(error) => {
                    // Mostly a lack of file descriptors, which others have to give back first.
                    debug!(%error, "cannot accept");
                    tokio::time::sleep(PAUSE).await;
                }
            },
            Some(_) = connections.join_next() => {}
            () = connection::over(&mut waiting) => break,
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

const PAUSE: Duration = Duration::from_millis(100);
