//! The system's time, and waiting on it with tokio.

use pintle_env::{Clock, Instant, Sleep, SystemClock, Timer, Timestamp};

/// The system's clock, with tokio's timer over it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SystemTime(SystemClock);

impl Clock for SystemTime {
    fn now(&self) -> Instant {
        self.0.now()
    }

    fn timestamp(&self) -> Timestamp {
        self.0.timestamp()
    }
}

impl Timer for SystemTime {
    fn sleep_until(&self, deadline: Instant) -> Sleep {
        match self.0.to_std(deadline) {
            Some(deadline) => Box::pin(tokio::time::sleep_until(deadline.into())),
            // So far away that it never comes.
            None => Box::pin(std::future::pending()),
        }
    }
}
