//! [`Backoff`], how long to wait after a failure.

use std::time::Duration;

use pintle_env::{Instant, Random};

/// Delays that grow with each failure and begin anew when there was none for a while.
///
/// The defaults are client-go's for reflectors: 0.8 s, doubled up to 30 s, each up to twice as
/// long by chance; anew after two minutes.
///
/// client-go means the two minutes to be those since the last failure, and counts them from the last
/// time that it began anew. Here they are those since the last wait was over.
#[derive(Clone, Debug)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
    reset: Duration,
    next: Duration,
    /// When the last wait is over.
    over: Instant,
}

impl Backoff {
    /// Delays from `first` to `longest`, before chance makes them up to twice as long.
    pub fn new(first: Duration, longest: Duration) -> Self {
        Self {
            first,
            longest,
            reset: Duration::from_secs(120),
            next: first,
            over: Instant::ORIGIN,
        }
    }

    /// How long to wait after a failure now.
    pub fn delay(&mut self, now: Instant, random: &dyn Random) -> Duration {
        if now.saturating_since(self.over) > self.reset {
            self.next = self.first;
        }
        let delay = self.next;
        self.next = (delay * 2).min(self.longest);
        let delay = delay.mul_f64(1.0 + random.unit());
        self.over = now + delay;
        delay
    }
}

impl Default for Backoff {
    fn default() -> Self {
        Self::new(Duration::from_millis(800), Duration::from_secs(30))
    }
}
