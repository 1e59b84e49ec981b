//! [`Failure`], why a request did not succeed, as far as it matters to what comes next.

use std::time::Duration;

use pintle_meta::v1::Status;

/// Why a list or a watch failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// The server has forgotten the version that was asked for: 410, `Expired` or `Gone`.
    Expired,
    /// The server does not know the version that was asked for yet.
    VersionTooLarge,
    /// The server wants fewer requests: 429.
    TooManyRequests {
        /// How long it wants to be left alone; zero if it does not say.
        retry_after: Duration,
    },
    /// Nobody listens where the server should.
    Refused,
    /// The connection ended in the middle of an answer.
    Broken,
    /// Anything else.
    Other,
}

impl Failure {
    /// What a server's answer means.
    pub fn of_status(status: &Status) -> Self {
        let has = |reason: &str, code: i32| {
            status.reason == reason || (status.reason.is_empty() && status.code == code)
        };
        if has("Expired", 410) || status.reason == "Gone" {
            return Self::Expired;
        }
        let details = status.details.as_deref();
        let causes = details.map_or(&[][..], |details| &details.causes);
        let too_large = "Too large resource version";
        let says_too_large = causes
            .iter()
            .any(|cause| cause.reason == "ResourceVersionTooLarge")
            || (has("Timeout", 504)
                && (causes.iter().any(|cause| cause.message == too_large)
                    || status.message.contains(too_large)));
        if says_too_large {
            return Self::VersionTooLarge;
        }
        if has("TooManyRequests", 429) {
            let seconds = details.map_or(0, |details| details.retry_after_seconds);
            let seconds = u64::try_from(seconds).unwrap_or(0);
            return Self::TooManyRequests {
                retry_after: Duration::from_secs(seconds),
            };
        }
        Self::Other
    }

    /// Whether it says nothing about the version asked for, so that the same watch may be tried
    /// again.
    pub(super) fn is_transient(self) -> bool {
        matches!(self, Self::TooManyRequests { .. } | Self::Refused)
    }

    /// Whether the version that was asked for is not to be had.
    pub(super) fn is_about_version(self) -> bool {
        matches!(self, Self::Expired | Self::VersionTooLarge)
    }

    /// The least time to wait before the next request.
    pub(super) fn retry_after(self) -> Duration {
        match self {
            Self::TooManyRequests { retry_after } => retry_after,
            _ => Duration::ZERO,
        }
    }
}
