//! Which transports share a pool of connections.
//!
//! Invariant: two transports share one only if no server could tell them apart by their connections, the
//! same recorder is told of them, and both configurations have the same
//! [`Shared`](pintle_config::Shared).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use pintle_config::{Http2, Pem, ProxyUrl, Tls};
use pintle_env::{Metrics, Time};

use crate::error::Error;
use crate::identity::ClientIdentity;
use crate::metrics;
use crate::pool::Pool;

/// The pools of a [`Shared`](pintle_config::Shared). They live as long as someone uses them.
#[derive(Default)]
pub(crate) struct Pools(Mutex<Vec<(Key, Weak<Pool>)>>);

/// What connections depend on, the server apart, and who is told of them.
pub(crate) struct Key {
    /// None if TLS is not spoken.
    pub(crate) tls: Option<Tls>,
    pub(crate) proxy: Option<ProxyUrl>,
    pub(crate) http2: Http2,
    /// Who decides over the client certificate, if it is not that of the settings.
    pub(crate) identity: Option<ClientIdentity>,
    /// None for the runtime's.
    pub(crate) time: Option<Arc<dyn Time>>,
    pub(crate) metrics: Metrics,
}

impl Pools {
    /// The pool of transports like this one; made by `make`, if there is none.
    pub(crate) fn get(
        self: &Arc<Self>,
        key: Key,
        make: impl FnOnce(&Key) -> Result<Pool, Error>,
    ) -> Result<Arc<Pool>, Error> {
        let mut pools = self.lock();
        let mut same = pools.iter().filter(|(other, _)| other.is_like(&key));
        let there = same.find_map(|(_, pool)| pool.upgrade());
        let result = if there.is_some() { "hit" } else { "miss" };
        key.metrics.count(&metrics::POOL_REQUESTS, &[result]);
        if let Some(pool) = there {
            return Ok(pool);
        }
        // An entry that is dropped takes the lock, so that there is none before it is needed.
        let pool = make(&key)?.shared_by(Entry::new(self, &key));
        let pool = Arc::new(pool);
        pools.push((key, Arc::downgrade(&pool)));
        Ok(pool)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Key, Weak<Pool>)>> {
        // A list of pairs is whole at any time, whoever panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a pool has that is in a registry, which is rid of it when this is dropped.
pub(crate) struct Entry {
    pools: Weak<Pools>,
    metrics: Metrics,
}

impl Entry {
    fn new(pools: &Arc<Pools>, key: &Key) -> Self {
        key.metrics.record(&metrics::POOLS, &[], 1.0);
        Self {
            pools: Arc::downgrade(pools),
            metrics: key.metrics.clone(),
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if let Some(pools) = self.pools.upgrade() {
            pools.lock().retain(|(_, pool)| pool.strong_count() > 0);
        }
        self.metrics.count(&metrics::POOLS_GONE, &["deleted"]);
        self.metrics.record(&metrics::POOLS, &[], -1.0);
    }
}

impl Key {
    fn is_like(&self, other: &Self) -> bool {
        let tls = match (&self.tls, &other.tls) {
            (None, None) => true,
            (Some(ours), Some(theirs)) => settings_are_equal(ours, theirs),
            _ => false,
        };
        let time = match (&self.time, &other.time) {
            (None, None) => true,
            (Some(ours), Some(theirs)) => Arc::ptr_eq(ours, theirs),
            _ => false,
        };
        tls && time
            && self.proxy == other.proxy
            && self.http2 == other.http2
            && self.identity == other.identity
            && self.metrics == other.metrics
    }
}

fn settings_are_equal(ours: &Tls, theirs: &Tls) -> bool {
    let authority = match (&ours.certificate_authority, &theirs.certificate_authority) {
        (None, None) => true,
        (Some(ours), Some(theirs)) => is_same(ours, theirs),
        _ => false,
    };
    let identity = match (&ours.identity, &theirs.identity) {
        (None, None) => true,
        (Some(ours), Some(theirs)) => {
            is_same(&ours.certificate, &theirs.certificate) && is_same(&ours.key, &theirs.key)
        }
        _ => false,
    };
    authority
        && identity
        && ours.server_name == theirs.server_name
        && ours.protocols == theirs.protocols
        && ours.danger_accept_invalid_certs == theirs.danger_accept_invalid_certs
}

/// Whether both come from the same file, or say the same. What is in a file may have changed since it
/// was read, but then it is read again for both.
fn is_same(ours: &Pem, theirs: &Pem) -> bool {
    match (ours.file(), theirs.file()) {
        (Some(ours), Some(theirs)) => ours == theirs,
        (None, None) => ours.bytes() == theirs.bytes(),
        _ => false,
    }
}
