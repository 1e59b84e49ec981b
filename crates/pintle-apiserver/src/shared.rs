//! [`SharedStore`], the store among tasks: a lock around it, and who waits for its writes.
//!
//! Invariant: the lock is never held across an await, and whoever waits for a write is woken after
//! it can be seen.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Poll,
    time::Duration,
};

use pintle_env::{Clock, Timer};
use tokio::sync::watch;

use crate::store::{ResourceId, Revision, Store};

/// A store that tasks share.
#[derive(Debug)]
pub(crate) struct SharedStore {
    store: Mutex<Store>,
    revision: watch::Sender<Revision>,
    resources: Vec<watch::Sender<()>>,
}

/// Somebody who waits for writes to whatever resource.
#[derive(Debug)]
pub(crate) struct Writes(watch::Receiver<Revision>);

/// Somebody who waits for writes to a resource.
#[derive(Debug)]
pub(crate) struct Changes(watch::Receiver<()>);

impl SharedStore {
    /// Shares a store with this many resources.
    pub(crate) fn new(store: Store, resources: usize) -> Self {
        Self {
            revision: watch::Sender::new(store.revision()),
            resources: (0..resources).map(|_| watch::Sender::new(())).collect(),
            store: Mutex::new(store),
        }
    }

    /// Looks at the store.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&Store) -> T) -> T {
        look(&self.lock())
    }

    /// Changes the store, and wakes whoever waits for what was written.
    pub(crate) fn write<T>(&self, change: impl FnOnce(&mut Store) -> T) -> T {
        let (result, written, revision, forgotten) = {
            let mut store = self.lock();
            let result = change(&mut store);
            let (written, forgotten) = (store.take_written(), store.take_forgotten());
            (result, written, store.revision(), forgotten)
        };
        for resource in &written {
            self.resources[resource.number()].send_replace(());
        }
        if !written.is_empty() {
            // Two writers may come here in either order: the revision must not go back.
            self.revision.send_if_modified(|known| {
                let newer = *known < revision;
                *known = (*known).max(revision);
                newer
            });
        }
        // Only now, when nobody waits for the store or for the write.
        drop(forgotten);
        result
    }

    /// Follows the writes to a resource from now on.
    pub(crate) fn changes(&self, resource: ResourceId) -> Changes {
        Changes(self.resources[resource.number()].subscribe())
    }

    /// Follows all writes from now on.
    pub(crate) fn writes(&self) -> Writes {
        Writes(self.revision.subscribe())
    }

    /// Waits until the store has reached a revision, for a while only. If it has not, says where it
    /// is.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    pub(crate) async fn reach(
        &self,
        revision: Revision,
        clock: &dyn Clock,
        timer: &Arc<dyn Timer>,
    ) -> Result<(), Revision> {
        let mut current = self.revision.subscribe();
        if *current.borrow() >= revision {
            return Ok(());
        }
        let patience = timer.sleep_until(clock.now() + PATIENCE);
        tokio::select! {
            // The sender lives as long as this store.
            _ = current.wait_for(|current| *current >= revision) => Ok(()),
            () = patience => Err(*self.revision.borrow()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Store> {
        // Writes to the store do not panic half-way, so it is whole whatever happened to a holder.
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Writes {
    /// Waits for a write that was not waited for before.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost: a write during which nobody waits is found by the next wait.
    pub(crate) async fn next(&mut self) {
        if self.0.changed().await.is_err() {
            // The store is gone, and with it every write.
            std::future::pending::<()>().await;
        }
    }
}

impl Changes {
    /// Waits for a write that was not waited for before.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost: a write during which nobody waits is found by the next wait.
    pub(crate) async fn next(&mut self) {
        if self.0.changed().await.is_err() {
            // The store is gone, and with it every write.
            std::future::pending::<()>().await;
        }
    }
}

/// Waits for a write to any of some resources; without resources, for ever.
pub(crate) async fn any(changes: impl Iterator<Item = &mut Changes>) {
    let mut changes: Vec<_> = changes.map(|changes| Box::pin(changes.next())).collect();
    std::future::poll_fn(|cx| {
        let written = changes
            .iter_mut()
            .any(|next| next.as_mut().poll(cx).is_ready());
        if written {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

/// As kube-apiserver.
const PATIENCE: Duration = Duration::from_secs(3);
