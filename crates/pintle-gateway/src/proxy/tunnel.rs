//! What two sides say to each other that have left HTTP.

use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, copy_bidirectional};
use tracing::debug;

/// A connection to the API server that is to be joined with the caller's, once that has left HTTP.
pub(crate) struct Tunnel {
    caller: OnUpgrade,
    server: Box<dyn Stream>,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

impl Tunnel {
    pub(super) fn new(
        caller: OnUpgrade,
        server: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    ) -> Self {
        Self {
            caller,
            server: Box::new(server),
        }
    }

    /// Passes on what each side says, until one of them ends it.
    pub(crate) async fn run(mut self) {
        let caller = match self.caller.await {
            Ok(caller) => caller,
            Err(error) => return debug!(%error, "the caller did not leave HTTP"),
        };
        let ended = copy_bidirectional(&mut TokioIo::new(caller), &mut self.server).await;
        if let Err(error) = ended {
            debug!(%error, "a tunnel broke");
        }
    }
}
