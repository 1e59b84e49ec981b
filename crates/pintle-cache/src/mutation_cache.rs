//! [`MutationCache`], what the program has written itself and reads back at once.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pintle_client::{Error, RuntimeTime};
use pintle_env::Time;
use pintle_meta::{Lazy, Object, ObjectName};

use crate::lister::CacheLister;

/// A lister's objects, where what the program has written itself is newer: what it wrote.
///
/// Who updates an object and reads it from the cache right away gets the one before, until the watch
/// has shown the new one. Told of what was written, this answers with it until then, a limited time
/// at most. To wait until the cache itself is as new, see
/// [`SharedInformer::wait_for`](crate::SharedInformer::wait_for).
///
/// client-go's `cache.MutationCache`.
pub struct MutationCache<K: Object> {
    lister: CacheLister<K>,
    written: Mutex<pintle_cache_core::MutationCache<Lazy<K>>>,
    time: Arc<dyn Time>,
}

impl<K: Object> MutationCache<K> {
    /// Over a lister; what was written counts for `ttl`, and 100 objects at most.
    pub fn new(lister: CacheLister<K>, ttl: Duration) -> Self {
        Self::with_time(lister, ttl, false, Arc::new(RuntimeTime::new()))
    }

    /// As [`MutationCache::new`], in which an object that was created and is not in the cache yet
    /// counts as one that is there.
    pub fn with_additions(lister: CacheLister<K>, ttl: Duration) -> Self {
        Self::with_time(lister, ttl, true, Arc::new(RuntimeTime::new()))
    }

    fn with_time(
        lister: CacheLister<K>,
        ttl: Duration,
        includes_additions: bool,
        time: Arc<dyn Time>,
    ) -> Self {
        let written = pintle_cache_core::MutationCache::new(ttl);
        let written = match includes_additions {
            true => written.includes_additions(),
            false => written,
        };
        Self {
            lister,
            written: Mutex::new(written),
            time,
        }
    }

    /// Remembers what was written, as the server answered it.
    pub fn write(&self, object: impl Into<Lazy<K>>) {
        let now = self.time.now();
        self.written().write(now, object.into());
    }

    /// The object of this name in a namespace, which is empty for objects of the whole cluster.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none.
    pub fn get(&self, namespace: &str, name: &str) -> Result<Lazy<K>, Error> {
        let known = self.lister.namespace(namespace).get(name);
        let key = ObjectName::new(namespace, name);
        let newest = self
            .written()
            .newest(self.time.now(), &key, known.as_ref().ok());
        newest.map_or(known, Ok)
    }

    /// The objects that an index has under a value, each as new as it is known.
    ///
    /// # Errors
    /// When there is no such index.
    pub fn by_index(&self, index: impl AsRef<str>, value: &str) -> Result<Vec<Lazy<K>>, Error> {
        let known = self.lister.by_index(index, value)?;
        let now = self.time.now();
        let mut written = self.written();
        Ok(known
            .into_iter()
            .filter_map(|known| written.newest(now, &known.key(), Some(&known)))
            .collect())
    }

    fn written(&self) -> MutexGuard<'_, pintle_cache_core::MutationCache<Lazy<K>>> {
        // Nothing of another's runs while it is held.
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Object> fmt::Debug for MutationCache<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MutationCache")
            .field("lister", &self.lister)
            .finish_non_exhaustive()
    }
}
