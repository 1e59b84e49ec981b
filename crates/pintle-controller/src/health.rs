//! [`Health`], how far a controller is.

use std::error::Error as StdError;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Whether a controller runs, for the readiness of a program. Clones are the same.
#[derive(Clone, Default)]
pub struct Health(Arc<Mutex<Phase>>);

/// A controller does not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotRunning(&'static str);

/// How far a controller is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    NotStarted,
    Syncing,
    Running,
    Ended,
}

impl Health {
    /// Whether the controller's caches have synced and its workers run.
    ///
    /// # Errors
    /// When they do not, with what it is that they do.
    pub fn check(&self) -> Result<(), NotRunning> {
        Err(NotRunning(match *self.lock() {
            Phase::Running => return Ok(()),
            Phase::NotStarted => "the controller has not been started",
            Phase::Syncing => "the caches have not synced yet",
            Phase::Ended => "the controller has ended",
        }))
    }

    /// The controller begins, and has ended when what is returned is dropped.
    pub(crate) fn begin(&self) -> Ends<'_> {
        *self.lock() = Phase::Syncing;
        Ends(self)
    }

    fn lock(&self) -> MutexGuard<'_, Phase> {
        // A phase is whole at any time.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends a controller's health, whichever way the controller ends.
pub(crate) struct Ends<'a>(&'a Health);

impl Ends<'_> {
    pub(crate) fn running(&self) {
        *self.0.lock() = Phase::Running;
    }
}

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        *self.0.lock() = Phase::Ended;
    }
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Health").field(&*self.lock()).finish()
    }
}

impl fmt::Display for NotRunning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl StdError for NotRunning {}
