//! Wall-clock time: a date, for people and for what is stored.

use std::{ops::Add, time::Duration};

/// A date, as the time since 1970-01-01T00:00:00Z, without leap seconds. Earlier dates are negative.
///
/// It is not monotonic: the wall clock may be set back. How it is written (RFC 3339 with seconds or
/// with microseconds) is the business of who writes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    seconds: i64,
    nanoseconds: u32,
}

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const UNIX_EPOCH: Self = Self {
        seconds: 0,
        nanoseconds: 0,
    };

    /// The date `seconds` after the Unix epoch, or before it when negative, plus `nanoseconds`
    /// (those beyond a second are cut off).
    pub const fn from_unix(seconds: i64, nanoseconds: u32) -> Self {
        let nanoseconds = if nanoseconds > 999_999_999 {
            999_999_999
        } else {
            nanoseconds
        };
        Self {
            seconds,
            nanoseconds,
        }
    }

    /// Whole seconds since the Unix epoch, rounded towards the past.
    pub const fn unix_seconds(self) -> i64 {
        self.seconds
    }

    /// Nanoseconds past [`unix_seconds`](Self::unix_seconds), below 10⁹.
    pub const fn subsecond_nanoseconds(self) -> u32 {
        self.nanoseconds
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, rhs: Duration) -> Self {
        let nanoseconds = self.nanoseconds + rhs.subsec_nanos();
        let carry = i64::from(nanoseconds / 1_000_000_000);
        let seconds = i64::try_from(rhs.as_secs()).unwrap_or(i64::MAX);
        Self {
            seconds: self.seconds.saturating_add(seconds).saturating_add(carry),
            nanoseconds: nanoseconds % 1_000_000_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adding_carries_nanoseconds() {
        let date = Timestamp::from_unix(-1, 999_999_999) + Duration::from_nanos(2);
        assert_eq!(date, Timestamp::from_unix(0, 1));
        let end = Timestamp::from_unix(i64::MAX, 0) + Duration::MAX;
        assert_eq!(end.unix_seconds(), i64::MAX);
    }
}
