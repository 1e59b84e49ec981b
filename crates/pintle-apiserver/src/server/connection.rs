//! One connection, from its handshake to its end.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use http::StatusCode;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use pintle_env::{Clock, Timer};
use tokio::{
    io::{AsyncRead, AsyncWrite, DuplexStream},
    net::TcpStream,
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
};
use tokio_rustls::TlsAcceptor;
use tracing::{Instrument as _, debug, debug_span};

use super::{
    protocol::{HEADERS, Protocol},
    tasks::Tasks,
};
use crate::{
    authn::{ClientCertificates, User},
    http::{Api, Broken, Departure, Expiry},
    proxy::{ClientAddress, keep_alive},
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
    pub(super) strangers: Arc<Semaphore>,
    /// Breaks all connections.
    pub(super) cut: Notify,
}

/// A connection that somebody has opened.
#[derive(Debug)]
pub(super) enum Opened {
    /// Over the network, with TLS still to come.
    Tcp(TcpStream),
    /// From this process, by a user that is known.
    Local(DuplexStream, Option<Arc<User>>),
}

/// Whose a connection is.
struct Client {
    /// The user, if it has shown to be one.
    user: Option<Arc<User>>,
    /// The place of a client that nobody knows. It is given back once a request of it says who it is.
    place: Mutex<Option<OwnedSemaphorePermit>>,
    /// Where it is, if it is not here.
    address: Option<ClientAddress>,
}

/// Serves a connection until the client or the server ends it. Once the server ends, what is being
/// answered has [`PATIENCE`] to come to its end. Nothing of the connection is left when this returns.
pub(super) async fn serve(shared: Arc<Shared>, opened: Opened, mut shutdown: Shutdown) {
    let stream = match opened {
        Opened::Tcp(stream) => stream,
        Opened::Local(stream, user) => {
            let place = Mutex::new(None);
            let client = Client {
                user,
                place,
                address: None,
            };
            return exchange(&shared, stream, client, None, shutdown).await;
        }
    };
    // Small answers are not held back to be sent together.
    _ = stream.set_nodelay(true);
    keep_alive(&stream);
    let address = stream.peer_addr().map(|peer| ClientAddress(peer.ip()));
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
    let tls = stream.get_ref().1;
    let chain = tls.peer_certificates().unwrap_or_default();
    let user = shared.clients.user(chain, shared.clock.timestamp());
    // Those without a name are told so, but they cannot take the room of those that have one.
    let place = match user {
        Some(_) => None,
        None => match shared.strangers.clone().try_acquire_owned() {
            Ok(place) => Some(place),
            Err(_) => {
                debug!("too many connections without a user");
                return;
            }
        },
    };
    let client = Client {
        user: user.map(Arc::new),
        place: Mutex::new(place),
        address: address.ok(),
    };
    let negotiated = tls.alpn_protocol().map(<[u8]>::to_vec);
    exchange(&shared, stream, client, negotiated, shutdown).await;
}

/// Answers the requests of a connection.
async fn exchange(
    shared: &Arc<Shared>,
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    client: Client,
    negotiated: Option<Vec<u8>>,
    mut shutdown: Shutdown,
) {
    let client = Arc::new(client);
    let (asked, broken) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let watches = Watches::default();
    let departure: Arc<Mutex<Option<Departure>>> = Arc::default();
    let service = service_fn(|mut request: hyper::Request<Incoming>| {
        asked.notify_one();
        if let Some(address) = client.address {
            request.extensions_mut().insert(address);
        }
        let (api, client, broken) = (shared.api.clone(), client.clone(), broken.clone());
        let span = debug_span!(
            "request",
            method = %request.method(),
            path = request.uri().path(),
            user = client.user.as_ref().map(|user| &*user.name),
        );
        let (watches, departure) = (watches.clone(), departure.clone());
        let respond = async move {
            let mut response = api.respond(client.user.as_ref(), request).await;
            if response.extensions().get::<Broken>().is_some() {
                broken.notify_one();
                return std::future::pending().await;
            }
            if response.status() != StatusCode::UNAUTHORIZED {
                client.is_known();
            }
            watches.add(response.body().expiry());
            if let Some(departs) = response.body_mut().take_departure() {
                *lock(&departure) = Some(departs);
            }
            Ok::<_, Infallible>(response)
        };
        respond.instrument(span)
    });
    let tasks = Tasks::default();
    let mut guard = tasks.guard();
    let stream = TokioIo::new(stream);
    let mut connection = Protocol::serve(negotiated.as_deref(), stream, service, tasks);
    let patience = shared.timer.sleep_until(shared.clock.now() + HEADERS);
    let silence = async {
        tokio::select! {
            biased;
            () = asked.notified() => std::future::pending().await,
            () = patience => {}
        }
    };
    let ended = tokio::select! {
        ended = &mut connection => ended,
        () = watches.expire(shared) => Ok(()),
        () = broken.notified() => Ok(()),
        () = shared.cut.notified() => Ok(()),
        () = silence => {
            debug!("nothing was asked for");
            Ok(())
        }
        () = shutdown.requested() => {
            connection.graceful_shutdown();
            let patience = shared.timer.sleep_until(shared.clock.now() + PATIENCE);
            tokio::select! {
                ended = &mut connection => ended,
                () = patience => Ok(()),
            }
        }
    };
    guard.end().await;
    if let Err(error) = ended {
        debug!(error = %error, "connection ended");
    }
    let departure = lock(&departure).take();
    if let Some(departure) = departure {
        departure
            .run(&*shared.clock, &*shared.timer, shutdown)
            .await;
    }
}

impl Client {
    /// A request has said whose it is.
    fn is_known(&self) {
        let mut place = self.place.lock().unwrap_or_else(PoisonError::into_inner);
        *place = None;
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
        lock(&self.0)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Also the most that a watch outlives its time.
const EXPIRE_EVERY: Duration = Duration::from_secs(30);
/// As Go's server.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// The most connections at a time whose client is nobody.
pub(super) const STRANGERS: usize = 100;
/// For requests that are being answered when the server ends.
const PATIENCE: Duration = Duration::from_secs(5);
