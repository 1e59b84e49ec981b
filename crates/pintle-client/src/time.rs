//! [`RuntimeTime`], the clock of the runtime.

use pintle_env::{Clock, Instant, Sleep, SystemClock, Timer, Timestamp};

/// Tokio's clock and timer: where a test has paused tokio's time, it stands still. Dates are the
/// system's.
///
/// For whatever takes a [`pintle_env::Time`]. It is to be made within a runtime that has a timer.
#[derive(Clone, Copy, Debug)]
pub struct RuntimeTime {
    origin: tokio::time::Instant,
    date: SystemClock,
}

impl RuntimeTime {
    /// A clock whose time starts now.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is where the runtime's clock comes in"
    )]
    pub fn new() -> Self {
        Self {
            origin: tokio::time::Instant::now(),
            date: SystemClock::new(),
        }
    }
}

impl Default for RuntimeTime {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for RuntimeTime {
    fn now(&self) -> Instant {
        Instant::from_origin(self.origin.elapsed())
    }

    fn timestamp(&self) -> Timestamp {
        self.date.timestamp()
    }
}

impl Timer for RuntimeTime {
    fn sleep_until(&self, deadline: Instant) -> Sleep {
        match self.origin.checked_add(deadline.since_origin()) {
            Some(deadline) => Box::pin(tokio::time::sleep_until(deadline)),
            // So far away that it never comes.
            None => Box::pin(std::future::pending()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_stands_still_where_tokio_does() {
        let time = RuntimeTime::new();
        assert_eq!(time.now(), Instant::ORIGIN);
        let deadline = time.now() + Duration::from_secs(3_600);
        time.sleep_until(deadline).await;
        assert_eq!(time.now(), deadline);
    }
}
