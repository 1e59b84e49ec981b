//! [`Health`], whether a leader has failed to renew its lease and goes on nevertheless.

use std::error::Error as StdError;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pintle_env::{Instant, Time};

/// What a replica has seen of an election.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Who held the lease.
    pub(crate) leader: String,
    /// When it was last seen to change, by our clock.
    pub(crate) at: Option<Instant>,
}

/// The health of a replica in an election, for a health endpoint. Clones are the same.
///
/// client-go's `HealthzAdaptor`.
#[derive(Clone)]
pub struct Health {
    pub(crate) seen: Arc<Mutex<Seen>>,
    pub(crate) time: Arc<dyn Time>,
    pub(crate) identity: String,
    pub(crate) lease: String,
    pub(crate) lease_duration: Duration,
}

/// A leader has not renewed its lease, and should have ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unhealthy {
    lease: String,
    late: Duration,
}

impl Health {
    /// Whether all is well. A replica that holds the lease is not when it has not renewed it for longer
    /// than it lasts and `tolerance`: it should have stopped, and something keeps it from that.
    ///
    /// # Errors
    ///
    /// When it is not.
    pub fn check(&self, tolerance: Duration) -> Result<(), Unhealthy> {
        let seen = self.lock();
        let Some(at) = seen.at.filter(|_| seen.leader == self.identity) else {
            return Ok(());
        };
        let age = self.time.now().saturating_since(at);
        if age <= self.lease_duration.saturating_add(tolerance) {
            return Ok(());
        }
        Err(Unhealthy {
            lease: self.lease.clone(),
            late: age - self.lease_duration,
        })
    }

    /// Who held the lease when it was last seen; empty if nobody did, or it was not seen yet.
    pub fn leader(&self) -> String {
        self.lock().leader.clone()
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Seen> {
        // Its fields are whole at any time, whoever panicked.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Health")
            .field("lease", &self.lease)
            .field("leader", &self.leader())
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Unhealthy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the lease {} ran out {:?} ago and was not renewed",
            self.lease, self.late
        )
    }
}

impl StdError for Unhealthy {}

#[cfg(test)]
mod tests {
    use pintle_env::{Clock as _, ManualClock};

    use super::*;

    // claims: leader.health
    #[test]
    fn a_holder_that_has_not_renewed_for_longer_than_is_tolerated_is_unwell() {
        let clock = ManualClock::new();
        let tolerance = Duration::from_secs(5);
        let health = Health {
            seen: Arc::default(),
            time: Arc::new(clock.clone()),
            identity: "me".to_owned(),
            lease: "ns/lock".to_owned(),
            lease_duration: Duration::from_secs(15),
        };
        assert!(health.check(tolerance).is_ok(), "it has not begun");
        *health.lock() = Seen {
            leader: "me".to_owned(),
            at: Some(clock.now()),
        };
        assert_eq!(health.leader(), "me");
        clock.advance(Duration::from_secs(20));
        assert!(health.check(tolerance).is_ok());
        clock.advance(Duration::from_millis(1));
        let unhealthy = health.check(tolerance).unwrap_err();
        let said = "the lease ns/lock ran out 5.001s ago and was not renewed";
        assert_eq!(unhealthy.to_string(), said);
        assert_eq!(
            format!("{health:?}"),
            r#"Health { lease: "ns/lock", leader: "me", .. }"#
        );
        // Another's lease is another's business.
        health.lock().leader = "other".to_owned();
        assert!(health.check(tolerance).is_ok());
    }
}
