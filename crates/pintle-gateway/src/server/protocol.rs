//! [`Protocol`], the versions of HTTP that a connection may be in.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::rt::{Read, Write};
use hyper::server::conn::{http1, http2};
use hyper::service::{HttpService, Service};
use hyper_util::rt::TokioTimer;

use super::limits::{BUFFER, HEADERS, HEADS, STREAMS};
use super::tasks::Tasks;
use crate::body::Body;

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
    pub(super) fn serve(is_http2: bool, io: I, service: S, tasks: Tasks) -> Self {
        if is_http2 {
            let mut builder = http2::Builder::new(tasks);
            builder
                .timer(TokioTimer::new())
                .max_concurrent_streams(STREAMS)
                .max_header_list_size(BUFFER as u32)
                .max_send_buf_size(BUFFER);
            return Self::Http2(Box::pin(builder.serve_connection(io, service)));
        }
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(HEADS)
            .max_headers(HEADERS)
            .max_buf_size(BUFFER);
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
