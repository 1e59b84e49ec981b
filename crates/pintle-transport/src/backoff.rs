//! How long a host is left alone that answers that it has too much to do.
//!
//! Invariant: without a backoff in the configuration there is none.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::StatusCode;
use pintle_config::HostBackoff;
use pintle_env::Instant;

/// The backoff of the host of one transport. client-go's `rest.URLBackoff`.
#[derive(Debug)]
pub(crate) struct Backoff {
    rule: Option<HostBackoff>,
    state: Mutex<Option<State>>,
}

#[derive(Clone, Copy, Debug)]
struct State {
    wait: Duration,
    failed_at: Instant,
}

impl Backoff {
    pub(crate) fn new(rule: Option<HostBackoff>) -> Self {
        Self {
            rule,
            state: Mutex::new(None),
        }
    }

    /// How long to wait before the next attempt.
    pub(crate) fn wait(&self) -> Duration {
        self.lock().map_or(Duration::ZERO, |state| state.wait)
    }

    /// Learns from an answer, or from there being none.
    pub(crate) fn learn(&self, status: Option<StatusCode>, now: Instant) {
        let Some(rule) = self.rule else {
            return;
        };
        let busy = status.is_some_and(|status| {
            status == StatusCode::TOO_MANY_REQUESTS || status.as_u16() >= 500
        });
        let mut state = self.lock();
        *state = busy.then(|| {
            let wait = match *state {
                Some(last) if now.saturating_since(last.failed_at) <= rule.max * 2 => {
                    last.wait.saturating_mul(2).min(rule.max)
                }
                _ => rule.base,
            };
            State {
                wait,
                failed_at: now,
            }
        });
    }

    fn lock(&self) -> MutexGuard<'_, Option<State>> {
        // It is whole at any time, whoever panicked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Instant {
        Instant::from_origin(Duration::from_secs(seconds))
    }

    fn backoff() -> Backoff {
        let (base, max) = (Duration::from_secs(1), Duration::from_secs(10));
        Backoff::new(Some(HostBackoff::new(base, max)))
    }

    // claims: rest.backoff.growth
    #[test]
    fn failures_double_the_wait_and_anything_else_clears_it() {
        let backoff = backoff();
        assert_eq!(backoff.wait(), Duration::ZERO);
        for (status, wait) in [(429, 1), (500, 2), (503, 4), (429, 8), (429, 10), (429, 10)] {
            backoff.learn(StatusCode::from_u16(status).ok(), at(0));
            assert_eq!(backoff.wait().as_secs(), wait);
        }
        for cleared_by in [Some(200), Some(404), None] {
            backoff.learn(Some(StatusCode::TOO_MANY_REQUESTS), at(0));
            backoff.learn(
                cleared_by.and_then(|status| StatusCode::from_u16(status).ok()),
                at(0),
            );
            assert_eq!(backoff.wait(), Duration::ZERO, "{cleared_by:?}");
        }
    }

    // claims: rest.backoff.expiry
    #[test]
    fn old_failures_are_forgotten_with_the_next_one() {
        let backoff = backoff();
        for (now, wait) in [(0, 1), (20, 2), (41, 1)] {
            backoff.learn(Some(StatusCode::TOO_MANY_REQUESTS), at(now));
            assert_eq!(backoff.wait().as_secs(), wait, "at {now}");
        }
    }

    #[test]
    fn without_a_rule_there_is_no_wait() {
        let backoff = Backoff::new(None);
        backoff.learn(Some(StatusCode::TOO_MANY_REQUESTS), at(0));
        assert_eq!(backoff.wait(), Duration::ZERO);
    }
}
