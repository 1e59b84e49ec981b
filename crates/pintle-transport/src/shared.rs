//! Which transports share a pool of connections.
//!
//! Invariant: two transports share one only if no server could tell them apart by their connections,
//! and both configurations have the same [`Shared`](pintle_config::Shared).

use std::sync::{Arc, Mutex, PoisonError, Weak};

use pintle_config::{Http2, Pem, ProxyUrl, Tls};
use pintle_env::Time;

use crate::error::Error;
use crate::identity::ClientIdentity;
use crate::pool::Pool;

/// The pools of a [`Shared`](pintle_config::Shared). They live as long as someone uses them.
#[derive(Default)]
pub(crate) struct Pools(Mutex<Vec<(Key, Weak<Pool>)>>);

/// What connections depend on, the server apart.
pub(crate) struct Key {
    /// None if TLS is not spoken.
    pub(crate) tls: Option<Tls>,
    pub(crate) proxy: Option<ProxyUrl>,
    pub(crate) http2: Http2,
    /// Who decides over the client certificate, if it is not that of the settings.
    pub(crate) identity: Option<ClientIdentity>,
    /// None for the runtime's.
    pub(crate) time: Option<Arc<dyn Time>>,
}

impl Pools {
    /// The pool of transports like this one; made by `make`, if there is none.
    pub(crate) fn get(
        &self,
        key: Key,
        make: impl FnOnce(&Key) -> Result<Pool, Error>,
    ) -> Result<Arc<Pool>, Error> {
        // A list of pairs is whole at any time, whoever panicked.
        let mut pools = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pools.retain(|(_, pool)| pool.strong_count() > 0);
        let same = pools.iter().find(|(other, _)| other.is_like(&key));
        if let Some(pool) = same.and_then(|(_, pool)| pool.upgrade()) {
            return Ok(pool);
        }
        let pool = Arc::new(make(&key)?);
        pools.push((key, Arc::downgrade(&pool)));
        Ok(pool)
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
