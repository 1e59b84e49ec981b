//! How long a key waits before it is tried again: [`Limiter`] and client-go's limiters.

use std::fmt;
use std::time::Duration;

use pintle_env::{Instant, RateLimiter as _, TokenBucket};

/// Says how long a key waits before it is tried again. client-go's `workqueue.RateLimiter`.
///
/// How often a key has failed is kept by the queue, beside the key, so that most limiters remember
/// nothing.
pub trait Limiter<K>: Send + 'static {
    /// How long a key waits that was tried again so many times since it was last forgotten.
    fn delay(&mut self, key: &K, failures: u32, now: Instant) -> Duration;

    /// The key will not be tried again.
    fn forget(&mut self, key: &K) {
        let _ = key;
    }
}

impl<K, L: Limiter<K> + ?Sized> Limiter<K> for Box<L> {
    fn delay(&mut self, key: &K, failures: u32, now: Instant) -> Duration {
        (**self).delay(key, failures, now)
    }

    fn forget(&mut self, key: &K) {
        (**self).forget(key);
    }
}

/// Waits twice as long each time. client-go's `ItemExponentialFailureRateLimiter`.
#[derive(Clone, Copy, Debug)]
pub struct Exponential {
    base: Duration,
    longest: Duration,
}

impl Exponential {
    /// The first wait, and the longest.
    pub fn new(base: Duration, longest: Duration) -> Self {
        Self { base, longest }
    }
}

impl<K> Limiter<K> for Exponential {
    fn delay(&mut self, _: &K, failures: u32, _: Instant) -> Duration {
        let factor = 1u32.checked_shl(failures);
        let delay = factor.and_then(|factor| self.base.checked_mul(factor));
        match delay {
            Some(delay) => delay.min(self.longest),
            // Beyond 2³¹ times the base; a base of zero stays zero for ever.
            None if self.base.is_zero() => Duration::ZERO,
            None => doubled(self.base, failures, self.longest),
        }
    }
}

/// `base` doubled so often, or the longest.
fn doubled(base: Duration, times: u32, longest: Duration) -> Duration {
    let mut delay = base;
    for _ in 0..times {
        if delay >= longest {
            return longest;
        }
        delay = delay.saturating_mul(2);
    }
    delay.min(longest)
}

/// A few quick attempts, then slow ones. client-go's `ItemFastSlowRateLimiter`.
#[derive(Clone, Copy, Debug)]
pub struct FastSlow {
    fast: Duration,
    slow: Duration,
    fast_attempts: u32,
}

impl FastSlow {
    /// So many attempts after `fast`, all further ones after `slow`.
    pub fn new(fast: Duration, slow: Duration, fast_attempts: u32) -> Self {
        Self {
            fast,
            slow,
            fast_attempts,
        }
    }
}

impl<K> Limiter<K> for FastSlow {
    fn delay(&mut self, _: &K, failures: u32, _: Instant) -> Duration {
        if failures < self.fast_attempts {
            self.fast
        } else {
            self.slow
        }
    }
}

/// So many attempts a second, of all keys together. client-go's `BucketRateLimiter`.
#[derive(Debug)]
pub struct Bucket(TokenBucket);

impl Bucket {
    /// Lets `burst` pass at once, and `rate` a second in the long run.
    pub fn new(rate: f32, burst: u32) -> Self {
        Self(TokenBucket::new(rate, burst))
    }
}

impl<K> Limiter<K> for Bucket {
    fn delay(&mut self, _: &K, _: u32, now: Instant) -> Duration {
        self.0.reserve(now).saturating_since(now)
    }
}

/// The longest wait of several limiters. client-go's `MaxOfRateLimiter`.
pub struct MaxOf<K>(Vec<Box<dyn Limiter<K>>>);

impl<K: 'static> MaxOf<K> {
    /// No limiter yet, which waits for nothing.
    pub fn new() -> Self {
        Self(Vec::new())
    }

    /// One more.
    #[must_use]
    pub fn and(mut self, limiter: impl Limiter<K>) -> Self {
        self.0.push(Box::new(limiter));
        self
    }
}

impl<K: 'static> Limiter<K> for MaxOf<K> {
    fn delay(&mut self, key: &K, failures: u32, now: Instant) -> Duration {
        let delays = self.0.iter_mut();
        let delays = delays.map(|limiter| limiter.delay(key, failures, now));
        delays.max().unwrap_or_default()
    }

    fn forget(&mut self, key: &K) {
        for limiter in &mut self.0 {
            limiter.forget(key);
        }
    }
}

impl<K: 'static> Default for MaxOf<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K> fmt::Debug for MaxOf<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MaxOf({} limiters)", self.0.len())
    }
}

/// No longer than so much. client-go's `WithMaxWaitRateLimiter`.
#[derive(Clone, Copy, Debug)]
pub struct AtMost<L> {
    limiter: L,
    longest: Duration,
}

impl<L> AtMost<L> {
    /// What the limiter says, and this long at most.
    pub fn new(limiter: L, longest: Duration) -> Self {
        Self { limiter, longest }
    }
}

impl<K, L: Limiter<K>> Limiter<K> for AtMost<L> {
    fn delay(&mut self, key: &K, failures: u32, now: Instant) -> Duration {
        self.limiter.delay(key, failures, now).min(self.longest)
    }

    fn forget(&mut self, key: &K) {
        self.limiter.forget(key);
    }
}

/// For controllers: each key from 5 ms to 1000 s, all of them 10 a second with a burst of 100.
/// client-go's `DefaultControllerRateLimiter`.
pub fn controller_limiter<K: 'static>() -> MaxOf<K> {
    let longest = Duration::from_secs(1000);
    MaxOf::new()
        .and(Exponential::new(Duration::from_millis(5), longest))
        .and(Bucket::new(10.0, 100))
}

/// Each key from 1 ms to 1000 s, however many there are. client-go's `DefaultItemBasedRateLimiter`.
pub fn item_limiter() -> Exponential {
    Exponential::new(Duration::from_millis(1), Duration::from_secs(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delays(mut limiter: impl Limiter<&'static str>, attempts: u32) -> Vec<u64> {
        let delay = |failures| limiter.delay(&"a", failures, Instant::ORIGIN);
        let millis = |delay: Duration| u64::try_from(delay.as_millis()).unwrap();
        (0..attempts).map(delay).map(millis).collect()
    }

    // claims: workqueue.limiter.exponential
    #[test]
    fn an_exponential_wait_doubles_up_to_the_longest() {
        let limiter = Exponential::new(Duration::from_millis(1), Duration::from_secs(1));
        let expected = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000, 1000];
        assert_eq!(delays(limiter, 12), expected);
        let mut limiter: Exponential = item_limiter();
        for failures in [20, 31, 32, 63, 64, 1_000, u32::MAX] {
            let delay = Limiter::<&str>::delay(&mut limiter, &"a", failures, Instant::ORIGIN);
            assert_eq!(delay, Duration::from_secs(1000), "after {failures}");
        }
        let mut limiter = Exponential::new(Duration::from_nanos(1), Duration::MAX);
        let delay = Limiter::<&str>::delay(&mut limiter, &"a", 40, Instant::ORIGIN);
        assert_eq!(delay, Duration::from_nanos(1 << 40));
        let mut limiter = Exponential::new(Duration::ZERO, Duration::MAX);
        let delay = Limiter::<&str>::delay(&mut limiter, &"a", 100, Instant::ORIGIN);
        assert_eq!(delay, Duration::ZERO);
    }

    // claims: workqueue.limiter.controller
    #[test]
    fn controllers_wait_for_their_key_and_for_all() {
        let mut limiter = controller_limiter::<u32>();
        let start = Instant::ORIGIN;
        let first: Vec<Duration> = (0..5).map(|n| limiter.delay(&1, n, start)).collect();
        assert_eq!(first, [5, 10, 20, 40, 80].map(Duration::from_millis));
        assert_eq!(limiter.delay(&1, 30, start), Duration::from_secs(1000));
        // Six of a hundred are gone. Those after the hundredth come ten a second.
        for key in 6..100 {
            assert_eq!(limiter.delay(&key, 0, start), Duration::from_millis(5));
        }
        assert_eq!(limiter.delay(&1_000, 0, start), Duration::from_millis(100));
        assert_eq!(limiter.delay(&1_001, 0, start), Duration::from_millis(200));
    }

    // claims: workqueue.limiter.item
    #[test]
    fn the_limiter_of_items_knows_no_others() {
        assert_eq!(delays(item_limiter(), 4), [1, 2, 4, 8]);
    }

    // claims: workqueue.limiter.fast-slow
    #[test]
    fn fast_attempts_come_before_slow_ones() {
        let limiter = FastSlow::new(Duration::from_millis(5), Duration::from_secs(10), 3);
        assert_eq!(delays(limiter, 5), [5, 5, 5, 10_000, 10_000]);
    }

    // claims: workqueue.limiter.max-of, workqueue.limiter.max-wait
    #[test]
    fn limiters_are_combined() {
        let fast_slow = FastSlow::new(Duration::from_millis(5), Duration::from_secs(3), 3);
        let exponential = Exponential::new(Duration::from_millis(1), Duration::from_secs(1));
        let both = MaxOf::new().and(fast_slow).and(exponential);
        assert_eq!(delays(both, 5), [5, 5, 5, 3000, 3000]);
        let both = MaxOf::new().and(fast_slow).and(exponential);
        let bounded = AtMost::new(both, Duration::from_millis(500));
        assert_eq!(delays(bounded, 5), [5, 5, 5, 500, 500]);
        assert_eq!(delays(MaxOf::new(), 1), [0]);
    }

    struct Forgets(std::sync::mpsc::Sender<&'static str>);

    impl Limiter<&'static str> for Forgets {
        fn delay(&mut self, _: &&'static str, _: u32, _: Instant) -> Duration {
            Duration::ZERO
        }

        fn forget(&mut self, key: &&'static str) {
            self.0.send(key).unwrap();
        }
    }

    #[test]
    fn combined_limiters_forget_too() {
        let (sender, receiver) = std::sync::mpsc::channel();
        let limiter = Forgets(sender);
        let mut combined = AtMost::new(MaxOf::new().and(limiter), Duration::ZERO);
        combined.forget(&"a");
        assert_eq!(receiver.try_recv(), Ok("a"));
    }
}
