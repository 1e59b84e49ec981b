//! How much of everything there may be.

use std::time::Duration;

/// How much of everything there may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Connections.
    pub(crate) connections: usize,
    /// Streams of events.
    pub(crate) streams: usize,
    /// Bytes of a request's body.
    pub(crate) body: u64,
    /// For a client to take something of what is sent to it.
    pub(crate) patience: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            streams: 4096,
            body: 8 << 20,
            patience: Duration::from_secs(30),
        }
    }
}

/// For the handshake of TLS, and for the head of a request.
pub(super) const HEADS: Duration = Duration::from_secs(15);
/// Bytes of a request's head, and of what is held back for a slow client.
pub(super) const BUFFER: usize = 64 << 10;
/// Headers of a request.
pub(super) const HEADERS: usize = 100;
/// Streams of an HTTP/2 connection.
pub(super) const STREAMS: u32 = 100;
