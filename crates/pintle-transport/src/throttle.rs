//! Waiting for the rate limit.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pintle_env::{Instant, Metrics, RateLimiter, Time};

use crate::metrics;

/// Lets requests pass as fast as a limiter says.
pub(crate) struct Throttle {
    limiter: Option<Arc<dyn RateLimiter>>,
    time: Arc<dyn Time>,
    metrics: Metrics,
    /// When a long wait was last logged for everybody to see.
    loud_at: Mutex<Option<Instant>>,
}

impl Throttle {
    pub(crate) fn new(
        limiter: Option<Arc<dyn RateLimiter>>,
        time: Arc<dyn Time>,
        metrics: Metrics,
    ) -> Self {
        Self {
            limiter,
            time,
            metrics,
            loud_at: Mutex::new(None),
        }
    }

    /// Waits until a request may be sent. Dropped before, it gives its place back.
    pub(crate) async fn pass(&self, request: &RequestLine<'_>, why: &str) {
        let Some(limiter) = &self.limiter else {
            return;
        };
        let asked = self.time.now();
        let place = limiter.reserve(asked);
        let delay = place.saturating_since(asked);
        if !delay.is_zero() {
            self.log(request, delay, why, asked);
            let mut unused = Place {
                limiter: limiter.as_ref(),
                time: self.time.as_ref(),
                place: Some(place),
            };
            self.time.sleep_until(place).await;
            unused.place = None;
        }
        let waited = self.time.now().saturating_since(asked);
        let labels = [request.method, request.host];
        self.metrics
            .record(&metrics::LIMITER_DURATION, &labels, waited.as_secs_f64());
    }

    fn log(&self, request: &RequestLine<'_>, delay: Duration, why: &str, now: Instant) {
        if delay > LONG {
            tracing::debug!(?delay, %request, why, "waiting before the request is sent");
        }
        if delay > VERY_LONG && self.may_be_loud(now) {
            tracing::warn!(
                ?delay,
                %request,
                why,
                "waiting before the request is sent; the client's qps and burst set its rate"
            );
        }
    }

    fn may_be_loud(&self, now: Instant) -> bool {
        let mut loud_at = self.loud_at.lock().unwrap_or_else(PoisonError::into_inner);
        let quiet = loud_at.is_none_or(|at| now.saturating_since(at) >= LOUD_EVERY);
        if quiet {
            *loud_at = Some(now);
        }
        quiet
    }
}

/// What a request is called in logs and metrics.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestLine<'a> {
    pub(crate) method: &'a str,
    pub(crate) host: &'a str,
    pub(crate) path: &'a str,
}

impl fmt::Display for RequestLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// A place in the queue of a limiter, which goes back to it when its owner has gone.
struct Place<'a> {
    limiter: &'a dyn RateLimiter,
    time: &'a dyn Time,
    place: Option<Instant>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            self.limiter.give_back(place, self.time.now());
        }
    }
}

/// Waits that are logged, and those that are logged louder, which is not done more often than that.
const LONG: Duration = Duration::from_millis(50);
const VERY_LONG: Duration = Duration::from_secs(1);
const LOUD_EVERY: Duration = Duration::from_secs(10);
