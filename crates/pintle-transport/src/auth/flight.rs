//! Something that is done once for all who wait for it.
//!
//! Invariant: it makes progress while somebody waits, and ends when nobody does. There is no task.

use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use futures_util::future::{FutureExt as _, Shared, WeakShared};

/// What is being done, if anything is.
pub(super) struct Flight<T: Clone>(Mutex<Option<WeakShared<Work<T>>>>);

pub(super) type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

impl<T: Clone> Flight<T> {
    pub(super) fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// What is being done, begun by `begin` if nothing is.
    pub(super) fn join(&self, begin: impl FnOnce() -> Work<T>) -> Shared<Work<T>> {
        // A slot is full or empty, whoever panicked.
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let running = slot.as_ref().and_then(WeakShared::upgrade);
        if let Some(running) = running.filter(|running| running.peek().is_none()) {
            return running;
        }
        let work = begin().shared();
        *slot = work.downgrade();
        work
    }
}
