//! [`Protocol`], the versions of HTTP that a connection may be in.
//!
//! What was negotiated is what is spoken; nobody is waited for to find out.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use hyper::{
    Request, Response,
    body::Incoming,
    rt::{Read, Write},
    server::conn::{http1, http2},
    service::{HttpService, Service},
};
use hyper_util::rt::TokioTimer;

use super::tasks::Tasks;
use crate::http::Body;

/// A connection in the version of HTTP that was negotiated.
pub(super) enum Protocol<I, S>
where
    S: HttpService<Incoming, Error = Infallible>,
{
    /// The only one in which a connection can be left to another protocol.
    Http1(Pin<Box<http1::UpgradeableConnection<I, S>>>),
    Http2(Pin<Box<http2::Connection<I, S, Tasks>>>),
}

impl<I, S> Protocol<I, S>
where
    I: Read + Write + Unpin + Send + 'static,
    S: Service<Request<Incoming>, Response = Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    /// Serves in the protocol of this name, and in HTTP/1.1 if none was negotiated.
    pub(super) fn serve(negotiated: Option<&[u8]>, io: I, service: S, tasks: Tasks) -> Self {
        if negotiated == Some(b"h2") {
            let mut builder = http2::Builder::new(tasks);
            builder
                .timer(TokioTimer::new())
                .max_concurrent_streams(HTTP2_STREAMS)
                .max_header_list_size(HTTP2_HEADERS)
                .keep_alive_interval(PING_EVERY)
                .keep_alive_timeout(PING_TIMEOUT);
            return Self::Http2(Box::pin(builder.serve_connection(io, service)));
        }
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(HEADERS)
            .max_buf_size(HTTP1_BUFFER);
        let connection = builder.serve_connection(io, service);
        Self::Http1(Box::pin(connection.with_upgrades()))
    }

    /// Takes no more requests.
    pub(super) fn graceful_shutdown(&mut self) {
        match self {
            Self::Http1(connection) => connection.as_mut().graceful_shutdown(),
            Self::Http2(connection) => connection.as_mut().graceful_shutdown(),
        }
    }
}

impl<I, S> Future for Protocol<I, S>
where
    I: Read + Write + Unpin + Send + 'static,
    S: Service<Request<Incoming>, Response = Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Output = Result<(), hyper::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.get_mut() {
            Self::Http1(connection) => connection.as_mut().poll(cx),
            Self::Http2(connection) => connection.as_mut().poll(cx),
        }
    }
}

/// For the headers of a request, and for the first request to come at all: HTTP/2 has no bound of its
/// own for that. As kube-apiserver.
pub(super) const HEADERS: Duration = Duration::from_secs(32);
/// The request line and all headers of a request.
const HTTP1_BUFFER: usize = 1 << 20;
const HTTP2_HEADERS: u32 = 1 << 20;
/// As kube-apiserver.
const HTTP2_STREAMS: u32 = 250;
/// A client that went away without a word is noticed.
const PING_EVERY: Duration = Duration::from_secs(30);
const PING_TIMEOUT: Duration = Duration::from_secs(15);
