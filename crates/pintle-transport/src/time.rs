//! The clock and timer of a transport.

use std::sync::Arc;

use pintle_config::TimeSource;
use pintle_env::{Clock, Instant, Sleep, SystemClock, Time, Timer, Timestamp};

/// The configuration's time; that of the runtime, if it has none.
pub(crate) fn of(source: &TimeSource) -> Arc<dyn Time> {
    source.get().unwrap_or_else(|| Arc::new(Runtime::new()))
}

/// Tokio's time: in a test that has paused it, it stands still.
struct Runtime {
    origin: tokio::time::Instant,
    date: SystemClock,
}

impl Runtime {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is where the runtime's clock comes in"
    )]
    fn new() -> Self {
        Self {
            origin: tokio::time::Instant::now(),
            date: SystemClock::new(),
        }
    }
}

impl Clock for Runtime {
    fn now(&self) -> Instant {
        Instant::from_origin(self.origin.elapsed())
    }

    fn timestamp(&self) -> Timestamp {
        self.date.timestamp()
    }
}

impl Timer for Runtime {
    fn sleep_until(&self, deadline: Instant) -> Sleep {
        match self.origin.checked_add(deadline.since_origin()) {
            Some(deadline) => Box::pin(tokio::time::sleep_until(deadline)),
            // So far away that it never comes.
            None => Box::pin(std::future::pending()),
        }
    }
}
