//! How fast a client may go: the rate of its requests, and the backoff of a host.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use pintle_env::{RateLimiter, TokenBucket};

use crate::environment::Environment;
use crate::error::{Error, ErrorKind};

/// How many requests a client sends.
///
/// One limit for all that a client, or what was made from it, sends; watches begin without it. The
/// server protects itself (priority and fairness); this protects it from mistakes.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct RateLimit {
    /// Requests a second in the long run. Zero stands for 5; a negative number for no limit.
    pub qps: f32,
    /// Requests at once. Zero stands for 10.
    pub burst: u32,
    /// A limiter that replaces rate and burst.
    pub limiter: Option<Arc<dyn RateLimiter>>,
}

impl RateLimit {
    /// What to ask before each request; `None` for no limit. Every call makes a limiter of its own,
    /// unless one was given.
    pub fn limiter(&self) -> Option<Arc<dyn RateLimiter>> {
        if let Some(limiter) = &self.limiter {
            return Some(Arc::clone(limiter));
        }
        let qps = if self.qps == 0.0 {
            DEFAULT_QPS
        } else {
            self.qps
        };
        let burst = if self.burst == 0 {
            DEFAULT_BURST
        } else {
            self.burst
        };
        (qps > 0.0).then(|| Arc::new(TokenBucket::new(qps, burst)) as Arc<dyn RateLimiter>)
    }

    /// The limiter that all clients of a set share, which is asked more of: whoever sets a rate must
    /// say what may come at once.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::RateLimit`] for a rate without a burst.
    pub fn limiter_of_set(&self) -> Result<Option<Arc<dyn RateLimiter>>, Error> {
        if self.limiter.is_none() && self.qps > 0.0 && self.burst == 0 {
            return Err(Error::new(
                ErrorKind::RateLimit,
                "the rate limit of a set of clients has a qps and no burst",
            )
            .with_hint(
                "set burst to what may be sent at once, or give a limiter; a burst of twice the qps is usual",
            ));
        }
        Ok(self.limiter())
    }
}

impl fmt::Debug for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimit")
            .field("qps", &self.qps)
            .field("burst", &self.burst)
            .field("limiter", &self.limiter.is_some())
            .finish()
    }
}

/// How long a host is left alone that has too much to do, beyond what it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HostBackoff {
    /// The wait after the first answer that says so; it doubles with each one that follows.
    pub base: Duration,
    /// The longest wait.
    pub max: Duration,
}

impl HostBackoff {
    /// From a base to a longest wait.
    pub fn new(base: Duration, max: Duration) -> Self {
        Self { base, max }
    }

    /// That of `KUBE_CLIENT_BACKOFF_BASE` and `KUBE_CLIENT_BACKOFF_DURATION`, in seconds, if both are
    /// whole numbers.
    pub fn from_environment(environment: &Environment) -> Option<Self> {
        let seconds = |name| {
            let number: i64 = environment.variable(name)?.to_str()?.parse().ok()?;
            Some(Duration::from_secs(u64::try_from(number).unwrap_or(0)))
        };
        Some(Self {
            base: seconds("KUBE_CLIENT_BACKOFF_BASE")?,
            max: seconds("KUBE_CLIENT_BACKOFF_DURATION")?,
        })
    }
}

/// How HTTP/2 is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Http2 {
    /// Whether it is offered to servers. Without it each watch takes a connection of its own.
    pub enabled: bool,
    /// After how much silence a connection is asked whether it still lives; `None` for never, and then
    /// a watch whose connection was lost may not notice. Default: 30 s.
    pub ping_after: Option<Duration>,
    /// How long the answer to that may take. Default: 15 s.
    pub ping_timeout: Duration,
}

impl Default for Http2 {
    fn default() -> Self {
        Self {
            enabled: true,
            ping_after: Some(Duration::from_secs(30)),
            ping_timeout: Duration::from_secs(15),
        }
    }
}

impl Http2 {
    /// As `DISABLE_HTTP2`, `HTTP2_READ_IDLE_TIMEOUT_SECONDS` and `HTTP2_PING_TIMEOUT_SECONDS` say. What
    /// is not a number leaves the default.
    pub fn from_environment(environment: &Environment) -> Self {
        let mut http2 = Self {
            enabled: environment.variable("DISABLE_HTTP2").is_none(),
            ..Self::default()
        };
        let seconds = |name| {
            let text = environment.variable(name)?;
            let number: Option<i64> = text.to_str().and_then(|text| text.parse().ok());
            if number.is_none() {
                tracing::warn!(variable = name, "not a number of seconds, so it is ignored");
            }
            Some(Duration::from_secs(u64::try_from(number?).unwrap_or(0)))
        };
        if let Some(after) = seconds("HTTP2_READ_IDLE_TIMEOUT_SECONDS") {
            http2.ping_after = Some(after).filter(|after| !after.is_zero());
        }
        if let Some(timeout) = seconds("HTTP2_PING_TIMEOUT_SECONDS") {
            http2.ping_timeout = timeout;
        }
        http2
    }
}

const DEFAULT_QPS: f32 = 5.0;
const DEFAULT_BURST: u32 = 10;

#[cfg(test)]
mod tests {
    use pintle_env::Instant;

    use super::*;

    /// How many pass at once, and how long the next one waits; `None` for no limit.
    fn passes(limit: &RateLimit) -> Option<(u32, Duration)> {
        let limiter = limit.limiter()?;
        let now = Instant::ORIGIN;
        let places = (0..1000).map(|_| limiter.reserve(now));
        let places: Vec<Instant> = places.take_while(|place| *place < now + HOUR).collect();
        let at_once = places.iter().filter(|place| **place == now).count();
        let next = places[at_once].saturating_since(now);
        Some((u32::try_from(at_once).unwrap(), next))
    }

    const HOUR: Duration = Duration::from_secs(3600);

    // claims: rest.limiter.defaults, rest.limiter.off, rest.limiter.default-burst
    #[test]
    fn zero_stands_for_the_default_and_less_for_no_limit() {
        let limit = |qps, burst| RateLimit {
            qps,
            burst,
            limiter: None,
        };
        let milliseconds = Duration::from_millis;
        assert_eq!(passes(&RateLimit::default()), Some((10, milliseconds(200))));
        assert_eq!(passes(&limit(50.0, 0)), Some((10, milliseconds(20))));
        assert_eq!(passes(&limit(0.0, 3)), Some((3, milliseconds(200))));
        assert_eq!(passes(&limit(20.0, 40)), Some((40, milliseconds(50))));
        assert_eq!(passes(&limit(-1.0, 3)), None);
    }

    // claims: rest.limiter.own
    #[test]
    fn a_limiter_that_is_given_is_used() {
        let own = Arc::new(TokenBucket::new(1.0, 1));
        let limit = RateLimit {
            qps: -1.0,
            burst: 100,
            limiter: Some(own),
        };
        assert_eq!(passes(&limit), Some((1, Duration::from_secs(1))));
        assert!(limit.limiter_of_set().unwrap().is_some());
    }

    #[test]
    fn a_set_with_a_rate_needs_a_burst() {
        let mut limit = RateLimit {
            qps: 20.0,
            ..RateLimit::default()
        };
        let error = limit.limiter_of_set().err().unwrap();
        assert_eq!(
            error.to_string(),
            "the rate limit of a set of clients has a qps and no burst"
        );
        limit.burst = 40;
        assert!(limit.limiter_of_set().unwrap().is_some());
        assert!(RateLimit::default().limiter_of_set().unwrap().is_some());
    }

    // claims: rest.backoff.off
    #[test]
    fn a_backoff_needs_both_variables() {
        let backoff = |base: &str, max: &str| {
            let environment = Environment::empty()
                .with_variable("KUBE_CLIENT_BACKOFF_BASE", base)
                .with_variable("KUBE_CLIENT_BACKOFF_DURATION", max);
            HostBackoff::from_environment(&environment)
        };
        assert_eq!(
            backoff("1", "120"),
            Some(HostBackoff::new(
                Duration::from_secs(1),
                Duration::from_secs(120)
            ))
        );
        for (base, max) in [("", "120"), ("1", ""), ("1s", "120"), ("1", "1.5")] {
            assert_eq!(backoff(base, max), None, "{base} {max}");
        }
    }

    // claims: rest.transport.ping
    #[test]
    fn variables_change_how_http2_is_spoken() {
        let http2 = |name: &str, value: &str| {
            Http2::from_environment(&Environment::empty().with_variable(name, value))
        };
        let default = Http2::default();
        assert_eq!(Http2::from_environment(&Environment::empty()), default);
        assert!(default.enabled && !http2("DISABLE_HTTP2", "no").enabled);
        let idle = |value| http2("HTTP2_READ_IDLE_TIMEOUT_SECONDS", value).ping_after;
        assert_eq!(idle("7"), Some(Duration::from_secs(7)));
        assert_eq!(idle("0"), None);
        assert_eq!(idle("soon"), default.ping_after);
        let timeout = |value| http2("HTTP2_PING_TIMEOUT_SECONDS", value).ping_timeout;
        assert_eq!(timeout("7"), Duration::from_secs(7));
        assert_eq!(timeout("soon"), default.ping_timeout);
    }
}
