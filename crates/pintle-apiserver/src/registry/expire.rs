//! Removing objects whose time is over.

use super::{Registry, Served};
use crate::store::{Key, Revision};

impl Registry {
    /// Removes an object, unless it was written again after `revision`. Nobody is asked: what keeps an
    /// object from being deleted does not prolong its time.
    pub(crate) fn expire(&self, served: Served, key: &Key, revision: Revision) {
        let gone = self.store.write(|store| {
            let found = store.get(served.id, key)?;
            let is_same = found.revision == revision;
            is_same.then(|| store.remove(served.id, key, self.clock.now()))?
        });
        if let Some(gone) = gone {
            self.release(served, &gone);
        }
    }
}
