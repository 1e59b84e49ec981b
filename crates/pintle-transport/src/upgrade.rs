//! Leaving HTTP: a connection that becomes a stream of bytes in both directions.
//!
//! Invariant: such a connection is one of its own, never one of the pool, and ends when it is dropped.

use std::fmt;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use http::header::{CONNECTION, HOST, HeaderValue};
use http::uri::PathAndQuery;
use http::{Request, Response, StatusCode, Uri};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::body::Body;
use crate::connect::Purpose;
use crate::error::{Error, ErrorKind, of_stream};
use crate::pool::Pool;
use crate::received::{Ending, Received};

/// What a server makes of a request to leave HTTP ([`Transport::upgrade`](crate::Transport::upgrade)).
#[derive(Debug)]
#[non_exhaustive]
pub enum Upgrade {
    /// It has switched protocols (101): headers, and the connection from there on.
    Switched(Response<Upgraded>),
    /// It has answered otherwise, and stays with HTTP.
    Refused(Response<Body>),
}

/// A connection that has left HTTP. What is read begins with the first byte after the head of the answer.
///
/// A peer that ends TLS without saying so has ended the stream, no more: what is spoken here has an end of
/// its own. When the client certificate changes that the connection was opened with, reads and writes
/// fail with [`io::ErrorKind::ConnectionAborted`].
pub struct Upgraded {
    io: TokioIo<hyper::upgrade::Upgraded>,
    end: Ending,
    _pool: Arc<Pool>,
}

/// Marks a request in its extensions whose connection is to leave HTTP.
#[derive(Clone, Copy)]
pub(crate) struct Leaves;

/// The connection, in the extensions of the answer, on its way out through the layers.
#[derive(Clone)]
struct Left(Arc<Mutex<Option<Upgraded>>>);

/// Says in a request that it is to leave HTTP.
pub(crate) fn mark(request: &mut Request<Body>) {
    request.extensions_mut().insert(Leaves);
    let headers = request.headers_mut();
    headers
        .entry(CONNECTION)
        .or_insert(HeaderValue::from_static("Upgrade"));
}

/// Whether a request is to leave HTTP.
pub(crate) fn is_marked<B>(request: &Request<B>) -> bool {
    request.extensions().get::<Leaves>().is_some()
}

/// Sends a request over a connection of its own.
pub(crate) async fn send(
    pool: Arc<Pool>,
    mut request: Request<Body>,
) -> Result<Response<Body>, Error> {
    let peer = request.uri().authority().cloned();
    let name = peer.as_ref().map(ToString::to_string).unwrap_or_default();
    let connections = pool.connections()?;
    let stream = pool
        .connector()
        .open(request.uri(), Purpose::Upgrade)
        .await?;
    let link = stream.link().clone();
    let failed = |error| of_stream(&name, Some(&link), error);

    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(failed)?;
    connections.tasks().spawn(async move {
        // The request's side hears of it, too.
        let _ = connection.with_upgrades().await;
    });
    relative(&mut request)?;
    let mut response = sender.send_request(request).await.map_err(failed)?;
    let end = Ending::of(&pool, &link);
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        let kept = (connections, pool);
        return Ok(
            response.map(|body| Body::new(Received::new(body, peer, Some(link), end, None, kept)))
        );
    }
    let upgraded = hyper::upgrade::on(&mut response).await.map_err(failed)?;
    let upgraded = Upgraded {
        io: TokioIo::new(upgraded),
        end,
        _pool: pool,
    };
    let left = Left(Arc::new(Mutex::new(Some(upgraded))));
    let mut response = response.map(|_| Body::empty());
    response.extensions_mut().insert(left);
    Ok(response)
}

/// Path and query for URI, and the server in a header, as HTTP/1.1 has it.
fn relative(request: &mut Request<Body>) -> Result<(), Error> {
    let uri = request.uri();
    let host = uri.authority().map_or("", |authority| authority.as_str());
    let host = HeaderValue::from_str(host).map_err(|error| {
        Error::with_source(
            ErrorKind::Request,
            "the server's name fits no header",
            error,
        )
    })?;
    let path = uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let path: Uri = path.parse().map_err(|error| {
        Error::with_source(ErrorKind::Request, "the request's URI is not valid", error)
    })?;
    request.headers_mut().entry(HOST).or_insert(host);
    *request.uri_mut() = path;
    Ok(())
}

/// What came of it, once the answer has passed the layers.
pub(crate) fn outcome(mut response: Response<Body>) -> Result<Upgrade, Error> {
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        return Ok(Upgrade::Refused(response));
    }
    let left = response.extensions_mut().remove::<Left>();
    // An option is whole at any time, whoever panicked.
    let upgraded = left.and_then(|left| {
        let mut left = left.0.lock().unwrap_or_else(PoisonError::into_inner);
        left.take()
    });
    match upgraded {
        Some(upgraded) => Ok(Upgrade::Switched(response.map(|_| upgraded))),
        None => Err(Error::new(
            ErrorKind::Foreign,
            "a service switched protocols without a connection of this transport's",
        )),
    }
}

impl AsyncRead for Upgraded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.end.check(cx)?;
        match Pin::new(&mut self.io).poll_read(cx, buffer) {
            Poll::Ready(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Poll::Ready(Ok(()))
            }
            other => other,
        }
    }
}

impl AsyncWrite for Upgraded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.end.check(cx)?;
        Pin::new(&mut self.io).poll_write(cx, data)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.end.check(cx)?;
        Pin::new(&mut self.io).poll_write_vectored(cx, data)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

impl fmt::Debug for Upgraded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Upgraded")
    }
}
