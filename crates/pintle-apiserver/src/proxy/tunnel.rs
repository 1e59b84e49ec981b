//! [`Tunnel`], two connections that have left HTTP and are one from now on.

use std::{fmt, io, time::Duration};

use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use pintle_env::{Clock, Timer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, split};

use crate::shutdown::Shutdown;

/// Two connections that have left HTTP. What comes out of one goes into the other, untouched.
pub(crate) struct Tunnel {
    /// The client's connection, once the server has answered over it.
    client: OnUpgrade,
    /// The other's.
    peer: Upgraded,
}

impl Tunnel {
    /// A tunnel between a client whose connection is about to be handed over, and a peer.
    pub(crate) fn new(client: OnUpgrade, peer: Upgraded) -> Self {
        Self { client, peer }
    }

    /// Moves bytes until both sides have nothing more to say, one of them is gone, or the server
    /// ends. A side that says that it will send no more can still receive, for [`LINGER`].
    ///
    /// # Cancel safety
    ///
    /// Dropping this closes both connections.
    pub(crate) async fn run(self, clock: &dyn Clock, timer: &dyn Timer, mut shutdown: Shutdown) {
        let Ok(client) = self.client.await else {
            // The client left before it was answered.
            return;
        };
        let (from_client, to_client) = split(TokioIo::new(client));
        let (from_peer, to_peer) = split(TokioIo::new(self.peer));
        let mut there = std::pin::pin!(copy(from_client, to_peer));
        let mut back = std::pin::pin!(copy(from_peer, to_client));
        let moved = async {
            let (ended, rest) = tokio::select! {
                ended = there.as_mut() => (ended, back.as_mut()),
                ended = back.as_mut() => (ended, there.as_mut()),
            };
            // Whoever is gone cannot be told anything either.
            if ended.is_ok() {
                tokio::select! {
                    _ = rest => {}
                    () = timer.sleep_until(clock.now() + LINGER) => {}
                }
            }
        };
        tokio::select! {
            () = moved => {}
            () = shutdown.requested() => {}
        }
    }
}

impl fmt::Debug for Tunnel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tunnel").finish_non_exhaustive()
    }
}

/// Copies to the end, and then says that it was the end. No more is read than was written.
async fn copy(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 {
            return to.shutdown().await;
        }
        to.write_all(&buffer[..length]).await?;
        to.flush().await?;
    }
}

/// What is under way in one direction.
const BUFFER: usize = 32 << 10;
/// How long one direction outlives the other. The real server gives it no time at all.
const LINGER: Duration = Duration::from_secs(10);
