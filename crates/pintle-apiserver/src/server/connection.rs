//! One connection, from its handshake to its end.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::conn::auto,
};
use pintle_env::{Clock, Timer};
use tokio::{
    net::TcpStream,
    sync::{Notify, Semaphore},
};
use tokio_rustls::TlsAcceptor;
use tracing::{Instrument as _, debug, debug_span};

use super::tasks::Tasks;
use crate::{
    authn::ClientCertificates,
    http::{Api, Expiry},
    shutdown::Shutdown,
};

/// What all connections of a server share.
pub(super) struct Shared {
    pub(super) api: Arc<Api>,
    pub(super) acceptor: TlsAcceptor,
    pub(super) clients: ClientCertificates,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) timer: Arc<dyn Timer>,
    /// The places for connections whose client is nobody, [`STRANGERS`] of them.
    pub(super) strangers: Semaphore,
}

/// Serves a connection until the client or the server ends it. Once the server ends, what is being
/// answered has [`PATIENCE`] to come to its end. Nothing of the connection is left when this returns.
pub(super) async fn serve(shared: Arc<Shared>, stream: TcpStream, mut shutdown: Shutdown) {
    // Small answers are not held back to be sent together.
    _ = stream.set_nodelay(true);
    let patience = shared.timer.sleep_until(shared.clock.now() + HANDSHAKE);
    let stream = tokio::select! {
        stream = shared.acceptor.accept(stream) => match stream {
            Ok(stream) => stream,
            Err(error) => {
                debug!(%error, "handshake failed");
                return;
            }
        },
        () = patience => return,
        () = shutdown.requested() => return,
    };
    let chain = stream.get_ref().1.peer_certificates().unwrap_or_default();
    let user = shared.clients.user(chain, shared.clock.timestamp());
    // Those without a name are told so, but they cannot take the room of those that have one.
    let _place = match user {
        Some(_) => None,
        None => match shared.strangers.try_acquire() {
            Ok(place) => Some(place),
            Err(_) => {
                debug!("too many connections without a user");
                return;
            }
        },
    };
    let user = user.map(Arc::new);
    let asked = Arc::new(Notify::new());
    let watches = Watches::default();
    let service = service_fn(|request: hyper::Request<Incoming>| {
        asked.notify_one();
        let (api, user) = (shared.api.clone(), user.clone());
        let span = debug_span!(
            "request",
            method = %request.method(),
            path = request.uri().path(),
            user = user.as_ref().map(|user| &*user.name),
        );
        let watches = watches.clone();
        let respond = async move {
            let response = api.respond(user.as_ref(), request).await;
            watches.add(response.body().expiry());
            Ok::<_, Infallible>(response)
        };
        respond.instrument(span)
    });
    let tasks = Tasks::default();
    let mut guard = tasks.guard();
    let builder = auto::Builder::new(tasks);
    // What was negotiated is what is spoken; nobody is waited for to find out.
    let mut builder = match stream.get_ref().1.alpn_protocol() {
        Some(b"h2") => builder.http2_only(),
        _ => builder.http1_only(),
    };
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .max_buf_size(HTTP1_BUFFER);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(HTTP2_STREAMS)
        .max_header_list_size(HTTP2_HEADERS)
        .keep_alive_interval(PING_EVERY)
        .keep_alive_timeout(PING_TIMEOUT);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let patience = shared.timer.sleep_until(shared.clock.now() + HEADERS);
    let silence = async {
        tokio::select! {
            biased;
            () = asked.notified() => std::future::pending().await,
            () = patience => {}
        }
    };
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = watches.expire(&shared) => Ok(()),
        () = silence => {
            debug!("nothing was asked for");
            Ok(())
        }
        () = shutdown.requested() => {
            connection.as_mut().graceful_shutdown();
            let patience = shared.timer.sleep_until(shared.clock.now() + PATIENCE);
            tokio::select! {
                ended = connection.as_mut() => ended,
                () = patience => Ok(()),
            }
        }
    };
    guard.end().await;
    if let Err(error) = ended {
        debug!(error = %error, "connection ended");
    }
}

/// The watches of a connection.
#[derive(Clone, Default)]
struct Watches(Arc<Mutex<Vec<Expiry>>>);

impl Watches {
    fn add(&self, watch: Option<Expiry>) {
        self.lock().extend(watch);
    }

    /// Ends watches after their time, for as long as the connection lasts. Those whose client reads
    /// have ended by themselves; of the others at least what they hold is given back.
    async fn expire(&self, shared: &Shared) {
        loop {
            let next = shared.clock.now() + EXPIRE_EVERY;
            shared.timer.sleep_until(next).await;
            let now = shared.clock.now();
            self.lock().retain(|watch| watch.is_pending(now));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Expiry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Also the most that a watch outlives its time.
const EXPIRE_EVERY: Duration = Duration::from_secs(30);
/// As Go's server.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// For the headers of a request, and for the first request to come at all: HTTP/2 has no bound of its
/// own for that. As kube-apiserver.
const HEADERS: Duration = Duration::from_secs(32);
/// The most connections at a time whose client is nobody.
pub(super) const STRANGERS: usize = 100;
/// For requests that are being answered when the server ends.
const PATIENCE: Duration = Duration::from_secs(5);
/// The request line and all headers of a request.
const HTTP1_BUFFER: usize = 1 << 20;
const HTTP2_HEADERS: u32 = 1 << 20;
/// As kube-apiserver.
const HTTP2_STREAMS: u32 = 250;
/// A client that went away without a word is noticed.
const PING_EVERY: Duration = Duration::from_secs(30);
const PING_TIMEOUT: Duration = Duration::from_secs(15);
