//! The innermost service: requests over the connections of a pool.
//!
//! Invariant: a request is sent a second time only if the server has said that it did not look at it.
//! The tasks that drive connections live exactly as long as someone can use them: as long as a clone of
//! the service, or a response body that came through it.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::uri::Authority;
use http::{Extensions, Request, Response};
use tower_service::Service;

use crate::body::Body;
use crate::error::{Error, is_unprocessed, of_client};
use crate::long_running::is_long_running;
use crate::pool::Pool;
use crate::received::{Ending, Received};
use crate::stream::Link;
use crate::upgrade;

/// Sends requests with absolute URIs over pooled connections.
#[derive(Clone)]
pub(crate) struct Client {
    pool: Arc<Pool>,
}

impl Client {
    pub(crate) fn new(pool: Arc<Pool>) -> Self {
        Self { pool }
    }
}

impl Service<Request<Body>> for Client {
    type Response = Response<Body>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let pool = Arc::clone(&self.pool);
        match upgrade::is_marked(&request) {
            true => Box::pin(upgrade::send(pool, request)),
            false => Box::pin(send(pool, request)),
        }
    }
}

async fn send(pool: Arc<Pool>, mut request: Request<Body>) -> Result<Response<Body>, Error> {
    for _ in 0..RESENDS {
        let copy = copy(&request);
        let error = match send_once(&pool, request).await {
            Ok(response) => return Ok(response),
            Err(error) => error,
        };
        request = match copy {
            Some(copy) if is_unprocessed(&error) => copy,
            _ => return Err(error),
        };
        // So that the connection which is going away gets to know of it, and a new one is opened.
        tokio::task::yield_now().await;
    }
    send_once(&pool, request).await
}

async fn send_once(pool: &Arc<Pool>, mut request: Request<Body>) -> Result<Response<Body>, Error> {
    let peer = request.uri().authority().cloned();
    let is_long_running = is_long_running(request.uri());
    let connections = pool.connections()?;
    let (client, place) = connections.lane();
    pool.connector().authorize(&mut request);
    let mut response = client.request(request).await.map_err(|error| {
        let mut extras = Extensions::new();
        if let Some(connection) = error.connect_info() {
            connection.get_extras(&mut extras);
        }
        let peer = peer.as_ref().map_or("", Authority::as_str);
        of_client(peer, extras.get::<Link>(), error)
    })?;
    let link = response.extensions_mut().remove::<Link>();
    if link.as_ref().is_some_and(Link::answered) {
        pool.count_reuse(peer.as_ref().map_or("", Authority::as_str));
    }
    let end = match &link {
        Some(link) if is_long_running => Ending::of(pool, link),
        _ => Ending::never(),
    };
    let kept = (connections, Arc::clone(pool));
    Ok(response.map(|body| Body::new(Received::new(body, peer, link, end, Some(place), kept))))
}

/// The same request again, if its body can be sent again.
pub(crate) fn copy(request: &Request<Body>) -> Option<Request<Body>> {
    let body = request.body().try_clone()?;
    let mut copy = Request::new(body);
    *copy.method_mut() = request.method().clone();
    *copy.uri_mut() = request.uri().clone();
    *copy.version_mut() = request.version();
    *copy.headers_mut() = request.headers().clone();
    *copy.extensions_mut() = request.extensions().clone();
    Some(copy)
}

/// How often a request is sent again that the server did not look at. Connections end for many requests
/// at once; two of them in a row are a server that does not want any.
const RESENDS: usize = 2;
