//! The bytes of one connection, with or without TLS.
//!
//! Invariant: a TLS failure that happens after the handshake is noted on the connection's [`Link`]
//! before the HTTP implementation hears of it.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::{Connected, Connection};
use pintle_env::Metrics;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::client::TlsStream;

use crate::dial::Dialed;
use crate::metrics;
use crate::trust::{Trust, Version};

/// What is known of a connection, kept beside it for those who use it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Link {
    version: Version,
    notes: Arc<Notes>,
}

/// What happened to a connection.
#[derive(Debug, Default)]
struct Notes {
    tls_failure: OnceLock<rustls::Error>,
    end: OnceLock<&'static str>,
    has_answered: AtomicBool,
}

impl Link {
    /// That of a connection which was opened with trust of this version.
    pub(crate) fn of(version: Version) -> Self {
        Self {
            version,
            ..Self::default()
        }
    }

    /// What was believed and presented when it was opened.
    pub(crate) fn version(&self) -> Version {
        self.version
    }

    /// Why TLS gave up on the connection, if it did.
    pub(crate) fn tls_failure(&self) -> Option<&rustls::Error> {
        self.notes.tls_failure.get()
    }

    /// How the connection ended, if that came from the other side.
    pub(crate) fn end(&self) -> Option<&'static str> {
        self.notes.end.get().copied()
    }

    /// Notes that an answer has come over the connection. Whether one had before.
    pub(crate) fn answered(&self) -> bool {
        self.notes.has_answered.swap(true, Ordering::Relaxed)
    }

    fn note(&self, error: &io::Error) {
        let cause = error
            .get_ref()
            .and_then(|cause| cause.downcast_ref::<rustls::Error>());
        if let Some(cause) = cause {
            // The first failure is the cause of those that follow.
            let _ = self.notes.tls_failure.set(cause.clone());
        }
        self.note_end(match error.kind() {
            io::ErrorKind::UnexpectedEof => BY_PEER,
            _ => BY_ERROR,
        });
    }

    fn note_end(&self, end: &'static str) {
        // As above.
        let _ = self.notes.end.set(end);
    }
}

/// A connection to the server.
pub(crate) struct Stream {
    socket: Socket,
    link: Link,
    /// Whether a proxy takes the requests, rather than the server that they are for.
    to_proxy: bool,
    _counted: Option<Counted>,
}

enum Socket {
    Plain(Dialed),
    Tls(Box<TlsStream<Dialed>>),
}

impl Stream {
    pub(crate) fn plain(dialed: Dialed) -> Self {
        Self::new(Socket::Plain(dialed), Link::default())
    }

    /// A connection to a proxy that forwards requests.
    pub(crate) fn to_proxy(dialed: Dialed) -> Self {
        Self {
            to_proxy: true,
            ..Self::plain(dialed)
        }
    }

    pub(crate) fn tls(tls: TlsStream<Dialed>, link: Link) -> Self {
        Self::new(Socket::Tls(Box::new(tls)), link)
    }

    fn new(socket: Socket, link: Link) -> Self {
        Self {
            socket,
            link,
            to_proxy: false,
            _counted: None,
        }
    }

    /// The same, counted among the connections to `host` until it ends.
    pub(crate) fn counted(self, host: &str, metrics: &Metrics, trust: Option<&Arc<Trust>>) -> Self {
        let protocol = match self.negotiated_h2() {
            true => "h2",
            false => "http/1.1",
        };
        let counted = Counted::begin(host, protocol, metrics, self.link.clone(), trust);
        Self {
            _counted: Some(counted),
            ..self
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
        let room = buffer.remaining();
        let result = match &mut self.socket {
            Socket::Plain(plain) => Pin::new(plain).poll_read(cx, buffer),
            Socket::Tls(tls) => Pin::new(tls).poll_read(cx, buffer).map_err(plainly),
        };
        let is_over = room > 0 && buffer.remaining() == room;
        if is_over && matches!(result, Poll::Ready(Ok(()))) {
            self.link.note_end(BY_PEER);
        }
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

/// A connection in numbers, from when it is opened to when it is dropped.
struct Counted {
    host: String,
    metrics: Metrics,
    link: Link,
    trust: Option<Arc<Trust>>,
}

impl Counted {
    fn begin(
        host: &str,
        protocol: &str,
        metrics: &Metrics,
        link: Link,
        trust: Option<&Arc<Trust>>,
    ) -> Self {
        metrics.count(&metrics::CONNECTIONS_OPENED, &[host, protocol]);
        metrics.record(&metrics::CONNECTIONS_OPEN, &[host], 1.0);
        Self {
            host: host.to_owned(),
            metrics: metrics.clone(),
            link,
            trust: trust.cloned(),
        }
    }

    fn reason(&self) -> &'static str {
        let trust = self.trust.as_ref();
        let is_old = trust.is_some_and(|trust| trust.version() != self.link.version());
        let by_us = if is_old { REPLACED } else { BY_CLIENT };
        self.link.end().unwrap_or(by_us)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let labels = [self.host.as_str(), self.reason()];
        self.metrics.count(&metrics::CONNECTIONS_CLOSED, &labels);
        let host = &labels[..1];
        self.metrics.record(&metrics::CONNECTIONS_OPEN, host, -1.0);
    }
}

/// Why connections end.
const BY_PEER: &str = "peer";
const BY_ERROR: &str = "error";
const BY_CLIENT: &str = "client";
const REPLACED: &str = "replaced";

const CUT: &str = "the peer closed the connection without TLS's close_notify";

pub(crate) const ALPN_H2: &[u8] = b"h2";
pub(crate) const ALPN_HTTP11: &[u8] = b"http/1.1";
