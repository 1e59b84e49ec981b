//! [`Timing`], how long things take in an election.

use std::time::Duration;

use crate::Error;

/// How long a lease lasts, how long its holder tries to renew it, and how often anybody tries anything.
///
/// The defaults are those of Kubernetes' own components: 15, 10 and 2 seconds. A shorter lease is taken
/// over sooner and is lost sooner when the API server is slow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    pub(crate) lease_duration: Duration,
    pub(crate) renew_deadline: Duration,
    pub(crate) retry_period: Duration,
}

impl Timing {
    /// For how long others leave a lease alone after they have seen it renewed. Whole seconds; what is
    /// less is cut off.
    #[must_use]
    pub fn lease_duration(mut self, duration: Duration) -> Self {
        self.lease_duration = duration;
        self
    }

    /// For how long the holder tries to renew its lease before it gives up.
    #[must_use]
    pub fn renew_deadline(mut self, deadline: Duration) -> Self {
        self.renew_deadline = deadline;
        self
    }

    /// How long to wait between two attempts. Who waits for a lease waits up to 1.2 times longer, at
    /// random.
    #[must_use]
    pub fn retry_period(mut self, period: Duration) -> Self {
        self.retry_period = period;
        self
    }

    /// Checks what client-go checks: the lease lasts longer than its holder tries to renew it, and that
    /// is longer than the longest wait between two attempts. It lasts a second at least, for that is
    /// how it is written.
    pub(crate) fn validate(&self) -> Result<(), Error> {
        let longest_wait = self.retry_period.mul_f64(JITTER_FACTOR);
        if self.retry_period.is_zero() {
            return Err(Error::misuse("the retry period is zero"));
        }
        if self.renew_deadline <= longest_wait {
            return Err(Error::misuse(format!(
                "the renew deadline ({:?}) must be longer than {JITTER_FACTOR} times the retry period ({:?})",
                self.renew_deadline, self.retry_period
            )));
        }
        if self.lease_duration <= self.renew_deadline {
            return Err(Error::misuse(format!(
                "the lease duration ({:?}) must be longer than the renew deadline ({:?})",
                self.lease_duration, self.renew_deadline
            )));
        }
        if i32::try_from(self.lease_duration.as_secs()).is_err() || self.whole_lease().is_zero() {
            return Err(Error::misuse(format!(
                "the lease duration ({:?}) must be between a second and 68 years",
                self.lease_duration
            )));
        }
        Ok(())
    }

    /// What is written as the duration of the lease, and so what others go by.
    pub(crate) fn whole_lease(&self) -> Duration {
        Duration::from_secs(self.lease_duration.as_secs())
    }

    /// For how long after a renewal was sent its holder may think that it leads.
    ///
    /// client-go counts the retry period and the renew deadline from when the answer came; here they
    /// count from when the request was sent, for others may have seen it then. And never longer than
    /// others leave the lease alone.
    pub(crate) fn leads_for(&self) -> Duration {
        let tried = self.retry_period.saturating_add(self.renew_deadline);
        tried.min(self.whole_lease())
    }
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            lease_duration: Duration::from_secs(15),
            renew_deadline: Duration::from_secs(10),
            retry_period: Duration::from_secs(2),
        }
    }
}

/// By how much of itself a wait for a lease is longer at most.
pub(crate) const JITTER_FACTOR: f64 = 1.2;

#[cfg(test)]
mod tests {
    use super::*;

    fn timing(lease: u64, renew: u64, retry: u64) -> Timing {
        Timing::default()
            .lease_duration(Duration::from_millis(lease))
            .renew_deadline(Duration::from_millis(renew))
            .retry_period(Duration::from_millis(retry))
    }

    // claims: leader.validation, leader.defaults
    #[test]
    fn a_lease_outlasts_the_renewal_and_that_the_wait() {
        let usual = Timing::default();
        assert_eq!(usual, timing(15_000, 10_000, 2_000));
        assert!(usual.validate().is_ok());
        for (lease, renew, retry, why) in [
            (10_000, 10_000, 2_000, "longer than the renew deadline"),
            (15_000, 2_400, 2_000, "1.2 times the retry period"),
            (15_000, 10_000, 0, "the retry period is zero"),
            (900, 800, 100, "between a second"),
            (1 << 60, 10_000, 2_000, "and 68 years"),
        ] {
            let error = timing(lease, renew, retry).validate().unwrap_err();
            assert!(error.to_string().contains(why), "{error}");
        }
        assert!(timing(15_000, 2_401, 2_000).validate().is_ok());
    }
}
