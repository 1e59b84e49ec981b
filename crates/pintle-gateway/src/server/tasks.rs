//! Tasks that hyper spawns for a connection, owned by that connection.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::rt::Executor;
use tokio::task::JoinSet;

/// Spawns tasks that end, at the latest, with their [`Guard`].
#[derive(Clone, Debug, Default)]
pub(super) struct Tasks(Arc<Mutex<JoinSet<()>>>);

/// Ends its tasks when it is dropped.
#[derive(Debug)]
pub(super) struct Guard(Tasks);

impl Tasks {
    pub(super) fn guard(&self) -> Guard {
        Guard(self.clone())
    }

    fn lock(&self) -> MutexGuard<'_, JoinSet<()>> {
        // The set is whole at any time, whoever panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Guard {
    /// Ends the tasks, and waits until nothing is left of them.
    pub(super) async fn end(&mut self) {
        let mut tasks = std::mem::take(&mut *self.0.lock());
        tasks.shutdown().await;
    }
}

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Tasks {
    fn execute(&self, task: F) {
        let mut tasks = self.lock();
        // What has ended is forgotten here, so that a long connection does not collect it.
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.lock().abort_all();
    }
}
