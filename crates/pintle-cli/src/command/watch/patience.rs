//! How often, and how soon, a watch that broke is begun again.

use std::time::Duration;

/// Counts failures in a row. Pauses double, up to a limit, and are spread so that many clients of
/// one server do not come back at the same moment.
#[derive(Debug)]
pub(super) struct Patience {
    retries: u32,
    failures: u32,
}

impl Patience {
    /// Bears this many failures in a row.
    pub(super) fn new(retries: u32) -> Self {
        Self {
            retries,
            failures: 0,
        }
    }

    /// Things went well.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }

    /// Things went wrong: how long to pause, or `None` to give up. `jitter` is drawn from `[0, 1)`.
    pub(super) fn next_pause(&mut self, jitter: f64) -> Option<Duration> {
        if self.failures == self.retries {
            return None;
        }
        let doubled = FIRST_PAUSE.saturating_mul(1 << self.failures.min(16));
        self.failures += 1;
        Some(doubled.min(LONGEST_PAUSE).mul_f64(1.0 + jitter))
    }
}

const FIRST_PAUSE: Duration = Duration::from_millis(400);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_limit_and_end() {
        let mut patience = Patience::new(9);
        let pauses = std::iter::from_fn(|| patience.next_pause(0.0));
        let seconds: Vec<f64> = pauses.map(|pause| pause.as_secs_f64()).collect();
        assert_eq!(seconds, [0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30.0, 30.0]);
        patience.reset();
        assert_eq!(patience.next_pause(0.5), Some(Duration::from_millis(600)));
        assert_eq!(Patience::new(0).next_pause(0.0), None);
    }
}
