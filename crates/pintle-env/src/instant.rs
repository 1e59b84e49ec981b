//! Monotonic time. An [`Instant`] only grows, and means something only beside others of its clock.

use std::{
    ops::{Add, Sub},
    time::Duration,
};

/// A point of monotonic time: nanoseconds since an origin that its [`Clock`](crate::Clock) chose.
///
/// Arithmetic saturates: a deadline beyond the end of time never comes, and nothing panics. 2⁶⁴ ns
/// are 584 years.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(u64);

impl Instant {
    /// The clock's origin.
    pub const ORIGIN: Self = Self(0);

    /// The last instant there is: a deadline that never comes.
    pub const FAR_FUTURE: Self = Self(u64::MAX);

    /// The instant `elapsed` after the clock's origin.
    pub fn from_origin(elapsed: Duration) -> Self {
        Self(u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX))
    }

    /// How long after the clock's origin this is.
    pub fn since_origin(self) -> Duration {
        Duration::from_nanos(self.0)
    }

    /// How long after `earlier` this is; zero if it is not after it.
    pub fn saturating_since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    fn add(self, rhs: Duration) -> Self {
        Self(self.0.saturating_add(Self::from_origin(rhs).0))
    }
}

impl Sub<Duration> for Instant {
    type Output = Self;

    fn sub(self, rhs: Duration) -> Self {
        Self(self.0.saturating_sub(Self::from_origin(rhs).0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_saturates() {
        assert_eq!(
            Instant::FAR_FUTURE + Duration::from_secs(1),
            Instant::FAR_FUTURE
        );
        assert_eq!(Instant::ORIGIN - Duration::from_secs(1), Instant::ORIGIN);
        assert_eq!(Instant::ORIGIN + Duration::MAX, Instant::FAR_FUTURE);
        assert_eq!(
            Instant::ORIGIN.saturating_since(Instant::FAR_FUTURE),
            Duration::ZERO
        );
    }
}
