//! [`KeyedBackoff`], how long to leave each of many alone.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use pintle_env::Instant;

/// How long to leave each of many alone: twice as long after each failure, from the start again after
/// a time without one.
///
/// client-go's `flowcontrol.Backoff`. The time comes in, so that nothing here waits.
///
/// ```
/// use std::time::Duration;
/// use pintle_env::Instant;
/// use pintle_workqueue::KeyedBackoff;
///
/// let mut backoff = KeyedBackoff::new(Duration::from_secs(1), Duration::from_secs(60));
/// let now = Instant::ORIGIN;
/// assert_eq!(backoff.failed("pull nginx", now, 0.0), Duration::from_secs(1));
/// assert_eq!(backoff.failed("pull nginx", now, 0.0), Duration::from_secs(2));
/// assert!(backoff.is_waiting("pull nginx", now + Duration::from_secs(1)));
/// assert!(!backoff.is_waiting("pull nginx", now + Duration::from_secs(2)));
/// ```
#[derive(Clone, Debug)]
pub struct KeyedBackoff<K> {
    first: Duration,
    longest: Duration,
    jitter: f64,
    entries: HashMap<K, Entry>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    delay: Duration,
    failed: Instant,
}

impl<K: Eq + Hash> KeyedBackoff<K> {
    /// The first wait, and the longest.
    pub fn new(first: Duration, longest: Duration) -> Self {
        Self {
            first,
            longest,
            jitter: 0.0,
            entries: HashMap::new(),
        }
    }

    /// Each wait is longer by a random part, up to this part of the wait before. The default is 0.
    #[must_use]
    pub fn jitter(mut self, jitter: f64) -> Self {
        self.jitter = jitter.max(0.0);
        self
    }

    /// It failed. Returns how long to leave it alone from now on; `random` is from 0 to 1 and counts
    /// only with [`jitter`](Self::jitter).
    ///
    /// After twice the longest wait without a failure it begins anew.
    pub fn failed(&mut self, key: K, now: Instant, random: f64) -> Duration {
        let (first, longest) = (self.first, self.longest);
        let part = |of: Duration| {
            let seconds = of.as_secs_f64() * self.jitter * random.clamp(0.0, 1.0);
            Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
        };
        let delay = match self.entries.get(&key) {
            Some(entry) if !entry.has_expired(longest, now) => {
                let doubled = entry.delay.saturating_mul(2);
                doubled.saturating_add(part(entry.delay)).min(longest)
            }
            _ => first.saturating_add(part(first)),
        };
        self.entries.insert(key, Entry { delay, failed: now });
        delay
    }

    /// How long it is left alone after its last failure; zero if it has not failed.
    pub fn delay<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Duration
    where
        K: Borrow<Q>,
    {
        self.entries
            .get(key)
            .map_or(Duration::ZERO, |entry| entry.delay)
    }

    /// Whether it is to be left alone now, counted from its last failure.
    pub fn is_waiting<Q: Eq + Hash + ?Sized>(&self, key: &Q, now: Instant) -> bool
    where
        K: Borrow<Q>,
    {
        self.entries
            .get(key)
            .is_some_and(|entry| self.waits(entry, now, entry.failed, now))
    }

    /// Whether it is to be left alone now, counted from an event such as its last start.
    pub fn is_waiting_since<Q: Eq + Hash + ?Sized>(
        &self,
        key: &Q,
        event: Instant,
        now: Instant,
    ) -> bool
    where
        K: Borrow<Q>,
    {
        self.entries
            .get(key)
            .is_some_and(|entry| self.waits(entry, event, event, now))
    }

    /// It begins anew.
    pub fn reset<Q: Eq + Hash + ?Sized>(&mut self, key: &Q)
    where
        K: Borrow<Q>,
    {
        self.entries.remove(key);
    }

    /// Forgets all that would begin anew: to be called now and then.
    pub fn forget_expired(&mut self, now: Instant) {
        let longest = self.longest;
        self.entries
            .retain(|_, entry| !entry.has_expired(longest, now));
    }

    /// How many are remembered.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether none is remembered.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn waits(&self, entry: &Entry, at: Instant, since: Instant, now: Instant) -> bool {
        !entry.has_expired(self.longest, at) && now.saturating_since(since) < entry.delay
    }
}

impl Entry {
    fn has_expired(&self, longest: Duration, now: Instant) -> bool {
        now.saturating_since(self.failed) > longest.saturating_mul(2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Instant {
        Instant::from_origin(Duration::from_secs(seconds))
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    // claims: flowcontrol.backoff
    #[test]
    fn waits_double_for_each_key_up_to_the_longest() {
        let mut backoff = KeyedBackoff::new(seconds(1), seconds(10));
        let waits: Vec<u64> = (0..6)
            .map(|n| backoff.failed("a", at(n), 0.5).as_secs())
            .collect();
        assert_eq!(waits, [1, 2, 4, 8, 10, 10]);
        assert_eq!(backoff.failed("b", at(6), 0.5), seconds(1));
        assert_eq!(backoff.delay("a"), seconds(10));
        assert_eq!(backoff.delay("c"), Duration::ZERO);
        backoff.reset("a");
        assert_eq!(backoff.failed("a", at(6), 0.5), seconds(1));
    }

    // claims: flowcontrol.backoff.expiry
    #[test]
    fn twice_the_longest_wait_without_a_failure_is_a_new_beginning() {
        let mut backoff = KeyedBackoff::new(seconds(1), seconds(10));
        backoff.failed("a", at(0), 0.0);
        assert_eq!(backoff.failed("a", at(20), 0.0), seconds(2));
        assert_eq!(backoff.failed("a", at(41), 0.0), seconds(1));
        backoff.failed("b", at(50), 0.0);
        backoff.forget_expired(at(61));
        assert_eq!(backoff.len(), 2);
        backoff.forget_expired(at(62));
        assert_eq!((backoff.len(), backoff.delay("b")), (1, seconds(1)));
        assert!(!backoff.is_empty());
    }

    #[test]
    fn it_is_left_alone_since_its_failure_or_since_an_event() {
        let mut backoff = KeyedBackoff::new(seconds(4), seconds(10));
        assert!(!backoff.is_waiting("a", at(0)));
        backoff.failed("a", at(10), 0.0);
        assert!(backoff.is_waiting("a", at(13)));
        assert!(!backoff.is_waiting("a", at(14)));
        assert!(backoff.is_waiting_since("a", at(12), at(15)));
        assert!(!backoff.is_waiting_since("a", at(12), at(16)));
        assert!(
            !backoff.is_waiting_since("a", at(31), at(32)),
            "it has expired"
        );
        assert!(!backoff.is_waiting_since("b", at(12), at(12)));
    }

    // claims: flowcontrol.backoff.jitter
    #[test]
    fn waits_are_longer_by_a_random_part() {
        let mut backoff = KeyedBackoff::new(seconds(10), seconds(100)).jitter(0.5);
        assert_eq!(backoff.failed("a", at(0), 1.0), seconds(15));
        assert_eq!(backoff.failed("a", at(1), 0.0), seconds(30));
        assert_eq!(backoff.failed("a", at(2), 1.0), seconds(75));
        assert_eq!(backoff.failed("a", at(3), 1.0), seconds(100));
    }
}
