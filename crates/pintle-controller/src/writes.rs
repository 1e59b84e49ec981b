//! [`Writes`], what reconciles have written and may not have been seen in the caches.

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pintle_meta::{ObjectName, ResourceVersion};

use crate::source::Feed;

/// Versions that caches are to have before an object is reconciled again.
pub(crate) struct Writes {
    feeds: Vec<Arc<dyn Feed>>,
    pending: Mutex<Pending>,
}

#[derive(Default)]
struct Pending {
    by_key: HashMap<ObjectName, Vec<Written>>,
    /// At how many keys those are looked for that need no waiting any more: a key may never come again.
    sweep_at: usize,
}

struct Written {
    feed: usize,
    version: ResourceVersion,
}

impl Writes {
    pub(crate) fn new(feeds: Vec<Arc<dyn Feed>>) -> Self {
        Self {
            feeds,
            pending: Mutex::default(),
        }
    }

    /// The reconcile of a key has written an object of this type. Where no source has objects of the
    /// type, nothing can be out of date.
    pub(crate) fn add(&self, key: &ObjectName, kind: TypeId, version: ResourceVersion) {
        let Some(feed) = self.feeds.iter().position(|feed| feed.kind() == kind) else {
            return;
        };
        let mut pending = self.lock();
        if pending.by_key.len() >= pending.sweep_at {
            pending.sweep(&self.feeds);
        }
        let written = pending.by_key.entry(key.clone()).or_default();
        written.push(Written { feed, version });
    }

    /// Waits until everything that reconciles of a key have written is in the caches. When it is dropped,
    /// that is not waited for any more.
    pub(crate) async fn seen(&self, key: &ObjectName) {
        let written = self.lock().by_key.remove(key);
        for Written { feed, version } in written.into_iter().flatten() {
            // An informer that has stopped ends the controller, and a version that cannot be compared
            // cannot be waited for.
            let _ = self.feeds[feed].wait_for(&version).await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Pending> {
        // It is whole between statements.
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pending {
    fn sweep(&mut self, feeds: &[Arc<dyn Feed>]) {
        let is_seen = |it: &Written| feeds[it.feed].holds(&it.version);
        self.by_key
            .retain(|_, written| !written.iter().all(is_seen));
        self.sweep_at = (2 * self.by_key.len()).max(FEW);
    }
}

/// So many keys are not worth a look.
const FEW: usize = 1024;
