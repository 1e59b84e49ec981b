//! [`Add`], how a key is added.

use std::time::Duration;

/// How a key is added: at once or later, and how urgent it is.
///
/// ```
/// use std::time::Duration;
/// use pintle_workqueue::{Add, LOW_PRIORITY};
///
/// let later = Add::now().after(Duration::from_secs(10)).priority(LOW_PRIORITY);
/// # let _ = later;
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Add {
    pub(crate) after: Duration,
    pub(crate) delayed: bool,
    pub(crate) rate_limited: bool,
    pub(crate) priority: i32,
}

impl Add {
    /// At once, with priority 0.
    pub fn now() -> Self {
        Self::default()
    }

    /// After a while. Where the key is waiting already, the earlier time counts.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.after = delay;
        self.delayed = true;
        self
    }

    /// When the queue's [`Limiter`](crate::Limiter) lets it. Together with [`after`](Self::after), the
    /// earlier of both.
    #[must_use]
    pub fn rate_limited(mut self) -> Self {
        self.rate_limited = true;
        self
    }

    /// How urgent it is, in a queue that goes [by priority](crate::ByPriority); higher is sooner. A key
    /// that waits has the highest with which it was added.
    #[must_use]
    pub fn priority(mut self, priority: i32) -> Self {
        self.priority = priority;
        self
    }
}

/// The priority of what changed nothing: objects that were there at the start, and updates to the same
/// resource version. controller-runtime's `handler.LowPriority`.
pub const LOW_PRIORITY: i32 = -100;
