//! The connections that transports of one TLS identity share.
//!
//! Invariant: a request is sent over a connection that presented the identity of now. When it changes,
//! what has been begun is brought to its end over the connections that were there, and watches end.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::Poll;
use std::time::Duration;

use hyper_util::client::legacy;
use hyper_util::rt::TokioTimer;
use pintle_config::Http2;
use pintle_env::Sleep;
use tokio::sync::watch;

use crate::body::Body;
use crate::connect::Connector;
use crate::error::Error;
use crate::identity::Identities;
use crate::metrics;
use crate::shared::Entry;
use crate::tasks::Tasks;
use crate::trust::{Trust, Version};

/// Connections, by server, and what decides over their fate.
pub(crate) struct Pool {
    connector: Connector,
    http2: Http2,
    trust: Option<Arc<Trust>>,
    connections: Mutex<Arc<Connections>>,
    /// The version of the identity: connections of an earlier one are to be left.
    identity: watch::Sender<u64>,
    /// Looks after what may change while nobody sends anything.
    overseer: Tasks,
    is_overseen: AtomicBool,
    _entry: Option<Entry>,
}

impl Pool {
    /// `trust` is what the connector has.
    pub(crate) fn new(connector: Connector, trust: Option<Arc<Trust>>, http2: Http2) -> Self {
        let connections = Connections::new(&connector, trust.as_deref(), http2, Version::default());
        Self {
            connector,
            http2,
            trust,
            connections: Mutex::new(Arc::new(connections)),
            identity: watch::Sender::new(0),
            overseer: Tasks::default(),
            is_overseen: AtomicBool::new(false),
            _entry: None,
        }
    }

    /// The same, as one that transports share.
    pub(crate) fn shared_by(mut self, entry: Entry) -> Self {
        self._entry = Some(entry);
        self
    }

    /// The connections that a request may be sent over now.
    ///
    /// # Errors
    ///
    /// If there is a client certificate to be presented that cannot be used.
    pub(crate) fn connections(self: &Arc<Self>) -> Result<Arc<Connections>, Error> {
        let Some(trust) = &self.trust else {
            return Ok(Arc::clone(&self.lock()));
        };
        self.oversee(trust);
        self.up_to_date(trust)
    }

    /// Tells that a connection to this host has brought another answer.
    pub(crate) fn count_reuse(&self, host: &str) {
        let metrics = &self.connector.meter().metrics;
        metrics.count(&metrics::CONNECTIONS_REUSED, &[host]);
    }

    /// What opens connections.
    pub(crate) fn connector(&self) -> &Connector {
        &self.connector
    }

    /// Ends when connections are to be left that presented the identity of this version.
    pub(crate) fn retirement(&self, identity: u64) -> impl Future<Output = ()> + Send + 'static {
        let mut now = self.identity.subscribe();
        async move {
            // Whoever waits has the pool, which has the sender.
            let _ = now.wait_for(|now| *now > identity).await;
        }
    }

    fn up_to_date(&self, trust: &Trust) -> Result<Arc<Connections>, Error> {
        let version = trust.before_request()?;
        let mut connections = self.lock();
        if connections.version != version {
            if connections.version.identity != version.identity {
                tracing::info!("connections are left that presented another client certificate");
                self.identity.send_replace(version.identity);
            }
            *connections = Arc::new(Connections::new(
                &self.connector,
                Some(trust),
                self.http2,
                version,
            ));
        }
        Ok(Arc::clone(&connections))
    }

    /// Sees to it that a change is noticed without a request: a watch may be open for hours.
    fn oversee(self: &Arc<Self>, trust: &Arc<Trust>) {
        let source = trust.source();
        let for_nothing = source.is_none() && trust.next_look().is_none();
        if for_nothing || self.is_overseen.swap(true, Ordering::Relaxed) {
            return;
        }
        let (pool, trust) = (Arc::downgrade(self), Arc::clone(trust));
        self.overseer.spawn(oversee(pool, trust, source));
    }

    fn lock(&self) -> MutexGuard<'_, Arc<Connections>> {
        // One assignment is all that happens under the lock.
        let guard = self.connections.lock();
        guard.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        if *self.is_overseen.get_mut() {
            let metrics = &self.connector.meter().metrics;
            metrics.count(&metrics::OVERSEERS_GONE, &[]);
        }
    }
}

async fn oversee(pool: Weak<Pool>, trust: Arc<Trust>, mut source: Option<Identities>) {
    loop {
        let mut look = trust.next_look().map(|at| trust.time().sleep_until(at));
        if change_or_look(source.as_mut(), look.as_mut()).await == Wake::Look {
            trust.reread();
        }
        let Some(pool) = pool.upgrade() else { return };
        if let Err(error) = pool.up_to_date(&trust) {
            tracing::warn!(%error, "the new client certificate is of no use");
        }
    }
}

#[derive(PartialEq, Eq)]
enum Wake {
    Change,
    Look,
}

async fn change_or_look(source: Option<&mut Identities>, mut look: Option<&mut Sleep>) -> Wake {
    let mut change = source.map(|source| Box::pin(source.change()));
    poll_fn(|cx| {
        if let Some(change) = &mut change
            && change.as_mut().poll(cx).is_ready()
        {
            return Poll::Ready(Wake::Change);
        }
        match &mut look {
            Some(look) => look.as_mut().poll(cx).map(|()| Wake::Look),
            None => Poll::Pending,
        }
    })
    .await
}

/// The connections of one version of the pool's trust, and the tasks that drive them.
///
/// They last as long as someone can use them: the pool, a request under way, or the body of an answer.
pub(crate) struct Connections {
    version: Version,
    connector: Connector,
    http2: Http2,
    /// Each has one connection to a server that speaks HTTP/2.
    lanes: Mutex<Vec<Lane>>,
    /// How many requests may be under way in a lane.
    width: usize,
    tasks: Tasks,
}

/// A client that sends what it is given over as few connections as it can, and its places.
struct Lane {
    client: HyperClient,
    /// As many clones as there are requests under way.
    places: Arc<()>,
}

/// What a request has while it, or the body of its answer, is under way.
pub(crate) struct Place(#[expect(dead_code, reason = "it counts by being there")] Arc<()>);

pub(crate) type HyperClient = legacy::Client<Connector, Body>;

impl Connections {
    fn new(connector: &Connector, trust: Option<&Trust>, http2: Http2, version: Version) -> Self {
        let offers_http2 = trust.is_some_and(Trust::offers_http2);
        Self {
            version,
            connector: connector.clone(),
            http2,
            lanes: Mutex::default(),
            width: if offers_http2 { STREAMS } else { usize::MAX },
            tasks: Tasks::default(),
        }
    }

    /// What sends the next request, and the place that it takes.
    pub(crate) fn lane(&self) -> (HyperClient, Place) {
        // A lane that is half in the list is none that anyone sees.
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let free = lanes
            .iter()
            .position(|lane| Arc::strong_count(&lane.places) <= self.width);
        let free = free.unwrap_or_else(|| {
            lanes.push(Lane {
                client: self.client(),
                places: Arc::default(),
            });
            lanes.len() - 1
        });
        let lane = &lanes[free];
        (lane.client.clone(), Place(Arc::clone(&lane.places)))
    }

    /// The tasks that drive the connections.
    pub(crate) fn tasks(&self) -> &Tasks {
        &self.tasks
    }

    fn client(&self) -> HyperClient {
        legacy::Client::builder(self.tasks.spawner())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(MAX_IDLE)
            .http2_keep_alive_interval(self.http2.ping_after)
            .http2_keep_alive_timeout(self.http2.ping_timeout)
            .http2_keep_alive_while_idle(true)
            .http2_initial_stream_window_size(STREAM_WINDOW)
            .http2_initial_connection_window_size(CONNECTION_WINDOW)
            .http2_max_header_list_size(MAX_HEADERS)
            .build(self.connector.clone())
    }
}

/// How long an idle connection stays open, and how many may: as Go's transport and client-go have it.
const IDLE_TIMEOUT: Duration = Duration::from_secs(90);
const MAX_IDLE: usize = 25;

/// How many requests share a connection. Servers allow 100 or more at once (kube-apiserver 250), and
/// what is beyond that waits, for hours if the others are watches: so the next connection is opened
/// before.
const STREAMS: usize = 100;

/// Bytes that the server may send ahead of the reader. Watches share a connection: the connection's
/// window is so large that one slow reader, stuck at its stream's window, does not stop the others.
const STREAM_WINDOW: u32 = 4 << 20;
const CONNECTION_WINDOW: u32 = 1 << 30;

/// Bytes of header fields to accept: API servers send warnings of up to 256 KiB in all.
const MAX_HEADERS: u32 = 1 << 20;
