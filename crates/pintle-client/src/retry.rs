//! Doing again what others got in the way of: [`Backoff`] and [`retry_on_conflict`].

use std::time::Duration;

use pintle_env::{Random, SystemRandom};

use crate::Error;

/// How long to wait before each further attempt.
///
/// client-go's `wait.Backoff`.
#[derive(Clone, Debug)]
pub struct Backoff {
    attempts: u32,
    delay: Duration,
    factor: f64,
    jitter: f64,
    longest: Duration,
}

impl Backoff {
    /// At most so many attempts in all, the first wait of this length, further ones as long.
    pub fn new(attempts: u32, delay: Duration) -> Self {
        Self {
            attempts,
            delay,
            factor: 1.0,
            jitter: 0.0,
            longest: Duration::MAX,
        }
    }

    /// Each wait is so many times the one before. The default is 1.
    #[must_use]
    pub fn factor(mut self, factor: f64) -> Self {
        self.factor = factor.max(0.0);
        self
    }

    /// Each wait is longer by a random part of itself, up to this one. The default is 0.
    #[must_use]
    pub fn jitter(mut self, jitter: f64) -> Self {
        self.jitter = jitter.max(0.0);
        self
    }

    /// No wait is longer than this, its random part left aside. The default is no limit.
    #[must_use]
    pub fn longest(mut self, longest: Duration) -> Self {
        self.longest = longest;
        self
    }

    /// For several writers of one object: five attempts about ten milliseconds apart. client-go's
    /// `retry.DefaultRetry`.
    pub fn for_conflicts() -> Self {
        Self::new(5, Duration::from_millis(10)).jitter(0.1)
    }

    /// For a server or controllers that are busy: four attempts, 10, 50 and 250 milliseconds apart.
    /// client-go's `retry.DefaultBackoff`.
    pub fn for_busy_servers() -> Self {
        Self::new(4, Duration::from_millis(10))
            .factor(5.0)
            .jitter(0.1)
    }

    /// How long to wait before the next attempt, if there is to be one; `random` is from 0 to 1.
    pub fn next_delay(&mut self, random: f64) -> Option<Duration> {
        self.attempts = self.attempts.saturating_sub(1);
        if self.attempts == 0 {
            return None;
        }
        let delay = self.delay.min(self.longest);
        self.delay = times(delay, self.factor).min(self.longest);
        Some(delay.saturating_add(times(delay, random * self.jitter)))
    }

    /// Waits for the next attempt after a failure; fails with it if there is to be none.
    pub(crate) async fn wait_after(&mut self, error: Error) -> Result<(), Error> {
        let delay = self.next_delay(SystemRandom.unit()).ok_or(error)?;
        tokio::time::sleep(delay).await;
        Ok(())
    }
}

/// Does something again as long as it conflicts with what others do, as
/// [`Backoff::for_conflicts`] says; returns what the last attempt returned.
///
/// An attempt is to read the object anew: what has changed in the meantime is why it conflicts.
///
/// # Cancel safety
/// As the attempts.
///
/// # Errors
/// As the attempts; after the last one, its conflict.
pub async fn retry_on_conflict<T, F: Future<Output = Result<T, Error>>>(
    attempt: impl FnMut() -> F,
) -> Result<T, Error> {
    retry(Backoff::for_conflicts(), Error::is_conflict, attempt).await
}

/// Does something again as long as it fails with an error that `again` accepts, as `backoff` says;
/// returns what the last attempt returned. client-go's `retry.OnError`.
///
/// # Cancel safety
/// As the attempts.
///
/// # Errors
/// As the attempts.
pub async fn retry<T, F: Future<Output = Result<T, Error>>>(
    mut backoff: Backoff,
    again: impl Fn(&Error) -> bool,
    mut attempt: impl FnMut() -> F,
) -> Result<T, Error> {
    loop {
        match attempt().await {
            Err(error) if again(&error) => backoff.wait_after(error).await?,
            outcome => return outcome,
        }
    }
}

fn times(duration: Duration, factor: f64) -> Duration {
    Duration::try_from_secs_f64(duration.as_secs_f64() * factor).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn delays(mut backoff: Backoff, random: f64) -> Vec<u128> {
        std::iter::from_fn(|| backoff.next_delay(random))
            .map(|delay| delay.as_millis())
            .collect()
    }

    // claims: retry.defaults
    #[test]
    fn the_defaults_are_those_of_client_go() {
        assert_eq!(delays(Backoff::for_conflicts(), 0.0), [10; 4]);
        assert_eq!(delays(Backoff::for_conflicts(), 1.0), [11; 4]);
        assert_eq!(delays(Backoff::for_busy_servers(), 0.0), [10, 50, 250]);
    }

    #[test]
    fn waits_grow_up_to_the_longest() {
        let backoff = Backoff::new(6, Duration::from_millis(100))
            .factor(3.0)
            .longest(Duration::from_millis(500));
        assert_eq!(delays(backoff, 0.0), [100, 300, 500, 500, 500]);
        let endless = Backoff::new(3, Duration::MAX)
            .factor(f64::INFINITY)
            .jitter(1.0);
        assert_eq!(delays(endless, 1.0).len(), 2);
        assert!(delays(Backoff::new(0, Duration::ZERO), 0.0).is_empty());
    }

    // claims: retry.conflict
    #[tokio::test(start_paused = true)]
    async fn only_conflicts_are_tried_again() {
        let conflict = || {
            Error::from_status(pintle_meta::v1::Status {
                reason: "Conflict".into(),
                ..Default::default()
            })
        };
        let attempts = Cell::new(0);
        let attempt = || attempts.replace(attempts.get() + 1) + 1;
        let outcome = retry_on_conflict(|| async {
            match attempt() {
                done @ 3 => Ok(done),
                _ => Err(conflict()),
            }
        });
        assert_eq!(outcome.await.unwrap(), 3);
        attempts.set(0);
        let outcome = retry_on_conflict(|| async {
            attempt();
            Err::<(), _>(conflict())
        });
        assert!(outcome.await.unwrap_err().is_conflict());
        assert_eq!(attempts.get(), 5);
        attempts.set(0);
        let outcome = retry_on_conflict(|| async {
            attempt();
            Err::<(), _>(Error::misuse("no"))
        });
        assert!(outcome.await.is_err());
        assert_eq!(attempts.get(), 1);
    }
}
