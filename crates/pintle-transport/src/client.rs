//! The innermost service: a pool of connections to one server.
//!
//! Invariant: the tasks that drive the connections live exactly as long as someone can use them: as
//! long as a clone of the service, or a response body that came through it.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Extensions, Request, Response};
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use hyper_util::client::legacy;
use hyper_util::rt::TokioTimer;
use tower_service::Service;

use crate::body::Body;
use crate::connect::Connector;
use crate::error::{Error, of_client, of_stream};
use crate::stream::Link;
use crate::tasks::Tasks;

/// Sends requests with absolute URIs over pooled connections.
#[derive(Clone)]
pub(crate) struct Client {
    pool: legacy::Client<Connector, Body>,
    tasks: Tasks,
}

impl Client {
    pub(crate) fn new(connector: Connector) -> Self {
        let tasks = Tasks::default();
        let pool = legacy::Client::builder(tasks.spawner())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(POOL_IDLE_TIMEOUT)
            .pool_max_idle_per_host(POOL_MAX_IDLE)
            .http2_keep_alive_interval(PING_INTERVAL)
            .http2_keep_alive_timeout(PING_TIMEOUT)
            .http2_keep_alive_while_idle(true)
            .http2_initial_stream_window_size(STREAM_WINDOW)
            .http2_initial_connection_window_size(CONNECTION_WINDOW)
            .http2_max_header_list_size(MAX_HEADERS)
            .build(connector);
        Self { pool, tasks }
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
        let peer = request
            .uri()
            .authority()
            .map(ToString::to_string)
            .unwrap_or_default();
        let tasks = self.tasks.clone();
        let response = self.pool.request(request);
        Box::pin(async move {
            let mut response = response.await.map_err(|error| {
                let mut extras = Extensions::new();
                if let Some(connection) = error.connect_info() {
                    connection.get_extras(&mut extras);
                }
                of_client(&peer, extras.get::<Link>(), error)
            })?;
            let link = response.extensions_mut().remove::<Link>();
            Ok(response.map(|body| {
                Body::new(Received {
                    body,
                    peer,
                    link,
                    _tasks: tasks,
                })
            }))
        })
    }
}

/// The body of a response, on its way in.
struct Received {
    body: Incoming,
    peer: String,
    link: Option<Link>,
    _tasks: Tasks,
}

impl http_body::Body for Received {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        frame.map(|frame| {
            frame.map(|frame| {
                frame.map_err(|error| of_stream(&self.peer, self.link.as_ref(), error))
            })
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// How long an idle connection stays open, and how many may: as Go's transport and client-go have it.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(90);
const POOL_MAX_IDLE: usize = 25;

/// An HTTP/2 connection is pinged when it has been silent for so long, requests or not, and given up
/// when the answer takes too long: a watch may have nothing to say for hours.
const PING_INTERVAL: Duration = Duration::from_secs(30);
const PING_TIMEOUT: Duration = Duration::from_secs(15);

/// Bytes that the server may send ahead of the reader. Watches share a connection: the connection's
/// window is so large that one slow reader, stuck at its stream's window, does not stop the others.
const STREAM_WINDOW: u32 = 4 << 20;
const CONNECTION_WINDOW: u32 = 1 << 30;

/// Bytes of header fields to accept: API servers send warnings of up to 256 KiB in all.
const MAX_HEADERS: u32 = 1 << 20;
