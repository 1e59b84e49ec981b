//! The bytes of one connection, with or without TLS.
//!
//! Invariant: a TLS failure that happens after the handshake is noted on the connection's [`Link`]
//! before the HTTP implementation hears of it.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::{Connected, Connection};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::client::TlsStream;

use crate::dial::Dialed;

/// What is known of a connection, kept beside it for those who use it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Link {
    identity: u64,
    tls_failure: Arc<OnceLock<rustls::Error>>,
}

impl Link {
    /// That of a connection which presented the identity of this version.
    pub(crate) fn of(identity: u64) -> Self {
        Self {
            identity,
            ..Self::default()
        }
    }

    /// The version of the identity that was presented.
    pub(crate) fn identity(&self) -> u64 {
        self.identity
    }

    /// Why TLS gave up on the connection, if it did.
    pub(crate) fn tls_failure(&self) -> Option<&rustls::Error> {
        self.tls_failure.get()
    }

    fn note(&self, error: &io::Error) {
        let cause = error
            .get_ref()
            .and_then(|cause| cause.downcast_ref::<rustls::Error>());
        if let Some(cause) = cause {
            // The first failure is the cause of those that follow.
            let _ = self.tls_failure.set(cause.clone());
        }
    }
}

/// A connection to the server.
pub(crate) struct Stream {
    socket: Socket,
    link: Link,
    /// Whether a proxy takes the requests, rather than the server that they are for.
    to_proxy: bool,
}

enum Socket {
    Plain(Dialed),
    Tls(Box<TlsStream<Dialed>>),
}

impl Stream {
    pub(crate) fn plain(dialed: Dialed) -> Self {
        Self {
            socket: Socket::Plain(dialed),
            link: Link::default(),
            to_proxy: false,
        }
    }

    /// A connection to a proxy that forwards requests.
    pub(crate) fn to_proxy(dialed: Dialed) -> Self {
        Self {
            to_proxy: true,
            ..Self::plain(dialed)
        }
    }

    pub(crate) fn tls(tls: TlsStream<Dialed>, link: Link) -> Self {
        Self {
            socket: Socket::Tls(Box::new(tls)),
            link,
            to_proxy: false,
        }
    }

    pub(crate) fn link(&self) -> &Link {
        &self.link
    }

    fn negotiated_h2(&self) -> bool {
        match &self.socket {
            Socket::Plain(_) => false,
            Socket::Tls(tls) => tls.get_ref().1.alpn_protocol() == Some(ALPN_H2),
        }
    }

    fn noted<T>(&self, result: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if let Poll::Ready(Err(error)) = &result {
            self.link.note(error);
        }
        result
    }
}

/// The same error in few words, if the connection was cut: rustls gives the address of a page of its own
/// documentation, which is nothing to a user, and h2 keeps no more of an error than its text.
fn plainly(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => io::Error::new(error.kind(), CUT),
        _ => error,
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        let connected = Connected::new()
            .extra(self.link.clone())
            .proxy(self.to_proxy);
        if self.negotiated_h2() {
            return connected.negotiated_h2();
        }
        connected
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let result = match &mut self.socket {
            Socket::Plain(plain) => Pin::new(plain).poll_read(cx, buffer),
            Socket::Tls(tls) => Pin::new(tls).poll_read(cx, buffer).map_err(plainly),
        };
        self.noted(result)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = match &mut self.socket {
            Socket::Plain(plain) => Pin::new(plain).poll_write(cx, data),
            Socket::Tls(tls) => Pin::new(tls).poll_write(cx, data),
        };
        self.noted(result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = match &mut self.socket {
            Socket::Plain(plain) => Pin::new(plain).poll_write_vectored(cx, data),
            Socket::Tls(tls) => Pin::new(tls).poll_write_vectored(cx, data),
        };
        self.noted(result)
    }

    fn is_write_vectored(&self) -> bool {
        match &self.socket {
            Socket::Plain(plain) => plain.is_write_vectored(),
            Socket::Tls(tls) => tls.is_write_vectored(),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = match &mut self.socket {
            Socket::Plain(plain) => Pin::new(plain).poll_flush(cx),
            Socket::Tls(tls) => Pin::new(tls).poll_flush(cx),
        };
        self.noted(result)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = match &mut self.socket {
            Socket::Plain(plain) => Pin::new(plain).poll_shutdown(cx),
            Socket::Tls(tls) => Pin::new(tls).poll_shutdown(cx),
        };
        self.noted(result)
    }
}

const CUT: &str = "the peer closed the connection without TLS's close_notify";

pub(crate) const ALPN_H2: &[u8] = b"h2";
pub(crate) const ALPN_HTTP11: &[u8] = b"http/1.1";
