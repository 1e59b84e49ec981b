//! [`Connector`], the way to a server in the same process.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf},
    sync::mpsc,
};

use super::connection::Opened;
use crate::User;

/// Opens connections to a server in the same process, without a port and without TLS.
///
/// What goes over them is HTTP/1.1, as over any other, upgrades included. A connection is of a user, as
/// if a certificate had been shown.
#[derive(Clone, Debug)]
pub struct Connector {
    opened: mpsc::Sender<Opened>,
    user: Option<Arc<User>>,
}

/// A connection to a server in the same process. Dropping it closes it.
#[derive(Debug)]
pub struct Connection(DuplexStream);

impl Connector {
    pub(super) fn new(opened: mpsc::Sender<Opened>) -> Self {
        let admin = User::new("admin").group(User::MASTERS).classified();
        Self {
            opened,
            user: Some(Arc::new(admin)),
        }
    }

    /// Connections of a user. Default: `admin` of the group `system:masters`.
    #[must_use]
    pub fn user(mut self, user: User) -> Self {
        self.user = Some(Arc::new(user.classified()));
        self
    }

    /// Connections of nobody: who makes a request is for its bearer token to say.
    #[must_use]
    pub fn nobody(mut self) -> Self {
        self.user = None;
        self
    }

    /// Opens a connection.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::ConnectionRefused`] if the server has ended.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    pub async fn connect(&self) -> io::Result<Connection> {
        let (ours, theirs) = tokio::io::duplex(BUFFER);
        let opened = Opened::Local(theirs, self.user.clone());
        let ended = |_| io::Error::new(io::ErrorKind::ConnectionRefused, "the server has ended");
        self.opened.send(opened).await.map_err(ended)?;
        Ok(Connection(ours))
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, data)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

/// As much as may be on its way in one direction.
const BUFFER: usize = 64 << 10;
