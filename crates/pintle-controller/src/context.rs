//! [`Context`], what a reconcile is given beside the key.

use std::any::TypeId;
use std::fmt;
use std::sync::Arc;

use pintle_cache::CacheLister;
use pintle_env::Time as Clock;
use pintle_meta::{Lazy, Metadata as _, Object, ObjectName, Resource, Time};
use tokio::sync::watch;

use crate::writes::Writes;

/// What a reconcile is given beside the key of its object.
pub struct Context<K> {
    pub(crate) key: ObjectName,
    pub(crate) lister: CacheLister<K>,
    pub(crate) failures: u32,
    pub(crate) writes: Arc<Writes>,
    pub(crate) stopping: watch::Receiver<bool>,
    pub(crate) time: Arc<dyn Clock>,
}

impl<K: Object> Context<K> {
    /// The object of the key, as the cache has it now; none if it is gone.
    pub fn object(&self) -> Option<Lazy<K>> {
        self.lister.find(&self.key)
    }

    /// All objects of the controller's kind.
    pub fn lister(&self) -> &CacheLister<K> {
        &self.lister
    }

    /// How often in a row the object's reconcile has failed before this one, or asked to be
    /// [requeued](crate::Action::Requeue); up to 65,535.
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// An object that this reconcile has written, as the server answered. The next reconcile of the key
    /// begins when the cache has that version or a later one, so that it does not act on what was before;
    /// after [a while](crate::Controller::longest_wait) it begins in any case.
    ///
    /// It counts for objects of a type of which the controller has a [`Source`](crate::Source), and that
    /// source's informer must follow the object. For all others there is no cache that could be out of
    /// date.
    pub fn wrote<W: Resource>(&self, object: &W) {
        let version = object.metadata().resource_version();
        self.writes
            .add(&self.key, TypeId::of::<W>(), version.into());
    }

    /// Waits until the controller is to stop. A reconcile that takes long may end early then; it is
    /// waited for in any case.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    pub async fn stopping(&self) {
        stopped(&self.stopping).await;
    }

    /// The date, in the form that conditions have.
    pub fn now(&self) -> Time {
        Time::from_unix(self.time.timestamp().unix_seconds())
    }
}

/// Waits until a controller is to stop.
pub(crate) async fn stopped(stopping: &watch::Receiver<bool>) {
    // A controller that is gone has stopped.
    let _ = stopping.clone().wait_for(|stopping| *stopping).await;
}

impl<K> Clone for Context<K> {
    fn clone(&self) -> Self {
        Self {
            key: self.key.clone(),
            lister: self.lister.clone(),
            failures: self.failures,
            writes: self.writes.clone(),
            stopping: self.stopping.clone(),
            time: self.time.clone(),
        }
    }
}

impl<K> fmt::Debug for Context<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("key", &self.key)
            .field("failures", &self.failures)
            .finish_non_exhaustive()
    }
}
