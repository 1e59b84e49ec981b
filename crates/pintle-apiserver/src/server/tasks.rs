//! Tasks that hyper spawns for a connection, owned by that connection.

use std::sync::{Arc, Mutex, PoisonError};

use hyper::rt::Executor;
use tokio::task::JoinSet;

/// Spawns tasks that end, at the latest, with the [`Connection`](TasksGuard) that they belong to.
#[derive(Clone, Debug, Default)]
pub(super) struct Tasks(Arc<Mutex<JoinSet<()>>>);

/// Ends its tasks when it is dropped.
#[derive(Debug)]
pub(super) struct TasksGuard(Tasks);

impl Tasks {
    /// What ends the tasks.
    pub(super) fn guard(&self) -> TasksGuard {
        TasksGuard(self.clone())
    }
}

impl TasksGuard {
    /// Ends the tasks and waits until nothing is left of them.
    ///
    /// # Cancel safety
    ///
    /// Dropping this ends the tasks as well, without the wait.
    pub(super) async fn end(&mut self) {
        let mut tasks = {
            let mut tasks = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *tasks)
        };
        tasks.shutdown().await;
    }
}

impl<F> Executor<F> for Tasks
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, task: F) {
        let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // What has ended is forgotten here, so that a long connection does not collect it.
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }
}

impl Drop for TasksGuard {
    fn drop(&mut self) {
        let mut tasks = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.abort_all();
    }
}
