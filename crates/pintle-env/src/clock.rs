//! The clock and timer traits, and the operating system's clock.

use std::{
    pin::Pin,
    time::{Duration, SystemTime},
};

use crate::{Instant, Timestamp};

/// Tells the time: monotonic for measuring, wall for dates.
pub trait Clock: Send + Sync + 'static {
    /// Monotonic time. It never goes back.
    fn now(&self) -> Instant;

    /// The date. It may jump, in both directions.
    fn timestamp(&self) -> Timestamp;
}

/// Waits on the time that a [`Clock`] tells.
///
/// A timer and the clock beside it must agree: once a sleep has ended, `now()` is not before its
/// deadline.
pub trait Timer: Send + Sync + 'static {
    /// A future that ends once `deadline` has come, at once if it has passed.
    ///
    /// # Cancel safety
    ///
    /// Dropping it cancels the wait and loses nothing.
    fn sleep_until(&self, deadline: Instant) -> Sleep;
}

/// A clock and the timer that agrees with it.
pub trait Time: Clock + Timer {}

impl<T: Clock + Timer> Time for T {}

/// The future of [`Timer::sleep_until`].
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The operating system's clock. Its origin is its own creation.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    origin: std::time::Instant,
}

impl SystemClock {
    /// A clock whose monotonic time starts now.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is where the system's clock comes in"
    )]
    pub fn new() -> Self {
        Self {
            origin: std::time::Instant::now(),
        }
    }

    /// The standard library's form of `instant`, for timers that want it; none beyond its range.
    pub fn to_std(&self, instant: Instant) -> Option<std::time::Instant> {
        self.origin.checked_add(instant.since_origin())
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        Instant::from_origin(self.origin.elapsed())
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is where the system's clock comes in"
    )]
    fn timestamp(&self) -> Timestamp {
        match SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => Timestamp::UNIX_EPOCH + after,
            Err(before) => before_epoch(before.duration()),
        }
    }
}

/// The date `before` ahead of the Unix epoch.
fn before_epoch(before: Duration) -> Timestamp {
    let seconds = i64::try_from(before.as_secs()).unwrap_or(i64::MAX);
    match before.subsec_nanos() {
        0 => Timestamp::from_unix(-seconds, 0),
        nanoseconds => Timestamp::from_unix(-seconds - 1, 1_000_000_000 - nanoseconds),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn system_clock_does_not_go_back() {
        let clock = SystemClock::new();
        let first = clock.now();
        assert!(clock.now() >= first);
        assert!(clock.to_std(first).is_some());
    }

    #[test]
    fn dates_before_the_epoch_round_to_the_past() {
        assert_eq!(
            before_epoch(Duration::from_millis(1_500)),
            Timestamp::from_unix(-2, 500_000_000)
        );
        assert_eq!(
            before_epoch(Duration::from_secs(3)),
            Timestamp::from_unix(-3, 0)
        );
    }
}
