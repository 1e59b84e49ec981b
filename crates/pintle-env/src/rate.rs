//! Limits to how often something is done, and the token bucket.
//!
//! Invariant: a limiter never waits; it says when, and who asked waits with a [`Timer`](crate::Timer).

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::Instant;

/// Decides when the next one may go.
pub trait RateLimiter: Send + Sync + 'static {
    /// Takes a place, and says when it comes: at `now`, or later. Places come in the order in which
    /// they were taken.
    fn reserve(&self, now: Instant) -> Instant;

    /// Returns a place that was taken and will not be used.
    fn give_back(&self, place: Instant, now: Instant) {
        let _ = (place, now);
    }
}

/// Lets `burst` pass at once and `rate` a second in the long run.
///
/// It is full at first, fills at its rate, and holds no more than its burst. client-go's
/// `flowcontrol.NewTokenBucketRateLimiter`.
///
/// ```
/// use std::time::Duration;
/// use pintle_env::{Instant, RateLimiter as _, TokenBucket};
///
/// let bucket = TokenBucket::new(5.0, 2);
/// let now = Instant::ORIGIN;
/// assert_eq!(bucket.reserve(now), now);
/// assert_eq!(bucket.reserve(now), now);
/// assert_eq!(bucket.reserve(now), now + Duration::from_millis(200));
/// ```
pub struct TokenBucket {
    rate: f64,
    burst: f64,
    state: Mutex<State>,
}

struct State {
    /// Below zero, it is what those who wait have borrowed.
    tokens: f64,
    /// When the tokens were counted.
    at: Instant,
    /// The last place that was given out.
    last: Instant,
}

impl TokenBucket {
    /// A full bucket. A rate of zero or less lets nothing pass once the burst is used up.
    pub fn new(rate: f32, burst: u32) -> Self {
        let burst = f64::from(burst);
        Self {
            rate: f64::from(rate),
            burst,
            state: Mutex::new(State {
                tokens: burst,
                at: Instant::ORIGIN,
                last: Instant::ORIGIN,
            }),
        }
    }

    /// Takes a place if it comes at once.
    pub fn try_take(&self, now: Instant) -> bool {
        let mut state = self.lock();
        self.fill(&mut state, now);
        if state.tokens < 1.0 {
            return false;
        }
        state.tokens -= 1.0;
        state.last = now;
        true
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Numbers are whole at any time, whoever panicked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fill(&self, state: &mut State, now: Instant) {
        let elapsed = now.saturating_since(state.at).as_secs_f64();
        state.tokens = (state.tokens + elapsed * self.rate.max(0.0)).min(self.burst);
        state.at = state.at.max(now);
    }

    /// How long it takes until so many tokens have come.
    fn until(&self, tokens: f64) -> Option<Duration> {
        if tokens <= 0.0 {
            return Some(Duration::ZERO);
        }
        Duration::try_from_secs_f64(tokens / self.rate).ok()
    }
}

impl RateLimiter for TokenBucket {
    fn reserve(&self, now: Instant) -> Instant {
        let mut state = self.lock();
        self.fill(&mut state, now);
        state.tokens -= 1.0;
        let place = match self.until(-state.tokens) {
            Some(wait) => now + wait,
            None => Instant::FAR_FUTURE,
        };
        state.last = place;
        place
    }

    fn give_back(&self, place: Instant, now: Instant) {
        let mut state = self.lock();
        if place < now {
            return;
        }
        // Places behind this one have been promised already, and are not moved forward.
        let behind = state.last.saturating_since(place).as_secs_f64() * self.rate;
        let returned = 1.0 - behind;
        if returned > 0.0 {
            self.fill(&mut state, now);
            state.tokens = (state.tokens + returned).min(self.burst);
            if place == state.last {
                let before = Duration::try_from_secs_f64(1.0 / self.rate).unwrap_or_default();
                state.last = (place - before).max(now);
            }
        }
    }
}

impl fmt::Debug for TokenBucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenBucket")
            .field("rate", &self.rate)
            .field("burst", &self.burst)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: u64) -> Instant {
        Instant::from_origin(Duration::from_millis(milliseconds))
    }

    // claims: rest.limiter.bucket
    #[test]
    fn a_bucket_is_full_at_first_and_holds_no_more_than_its_burst() {
        let bucket = TokenBucket::new(10.0, 3);
        let places: Vec<Instant> = (0..5).map(|_| bucket.reserve(at(0))).collect();
        assert_eq!(places, [at(0), at(0), at(0), at(100), at(200)]);
        // An hour later it has filled up, and no further.
        let later = at(3_600_000);
        let places: Vec<Instant> = (0..4).map(|_| bucket.reserve(later)).collect();
        assert_eq!(places, [later, later, later, at(3_600_100)]);
    }

    #[test]
    fn a_place_that_comes_at_once_can_be_asked_for() {
        let bucket = TokenBucket::new(10.0, 1);
        assert!(bucket.try_take(at(0)));
        assert!(!bucket.try_take(at(99)));
        assert!(bucket.try_take(at(100)));
    }

    #[test]
    fn a_place_that_is_given_back_is_free_again() {
        let bucket = TokenBucket::new(10.0, 1);
        bucket.reserve(at(0));
        let place = bucket.reserve(at(0));
        assert_eq!(place, at(100));
        bucket.give_back(place, at(10));
        assert_eq!(bucket.reserve(at(10)), at(100));
        // One that has come is used, whether or not its owner has noticed.
        bucket.give_back(at(100), at(101));
        assert_eq!(bucket.reserve(at(101)), at(200));
    }

    #[test]
    fn a_place_given_back_from_the_middle_moves_nobody() {
        let bucket = TokenBucket::new(10.0, 1);
        bucket.reserve(at(0));
        let middle = bucket.reserve(at(0));
        let last = bucket.reserve(at(0));
        bucket.give_back(middle, at(0));
        assert_eq!(last, at(200));
        assert_eq!(bucket.reserve(at(0)), at(300));
    }

    #[test]
    fn without_a_rate_only_the_burst_passes() {
        let bucket = TokenBucket::new(0.0, 1);
        assert_eq!(bucket.reserve(at(5)), at(5));
        assert_eq!(bucket.reserve(at(5)), Instant::FAR_FUTURE);
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing_twice() {
        let bucket = TokenBucket::new(10.0, 1);
        assert_eq!(bucket.reserve(at(100)), at(100));
        assert_eq!(bucket.reserve(at(50)), at(150));
        assert_eq!(bucket.reserve(at(300)), at(300));
    }
}
