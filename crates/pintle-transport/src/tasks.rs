//! The tasks that drive connections, and who owns them.
//!
//! Invariant: a task runs no longer than the [`Tasks`] it was spawned into. Tasks hold a
//! [`Spawner`], which does not keep the set alive, so no task keeps itself running.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::task::JoinSet;

/// A set of running tasks; dropping the last handle ends them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tasks(Arc<Mutex<JoinSet<()>>>);

impl Tasks {
    /// What the HTTP implementation spawns through.
    pub(crate) fn spawner(&self) -> Spawner {
        Spawner(Arc::downgrade(&self.0))
    }

    /// Runs `task` as one of the set.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(ended) = tasks.try_join_next() {
            if let Err(error) = ended {
                tracing::error!(%error, "a connection's task panicked");
            }
        }
        tasks.spawn(task);
    }
}

/// Spawns into a set that belongs to someone else.
#[derive(Clone, Debug)]
pub(crate) struct Spawner(Weak<Mutex<JoinSet<()>>>);

impl<F> hyper::rt::Executor<F> for Spawner
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, task: F) {
        // Without a set the transport is gone, and with it whoever could wait for this.
        if let Some(tasks) = self.0.upgrade() {
            Tasks(tasks).spawn(task);
        }
    }
}
