//! The attempts of a request: retries, the rate limit before each, and the time limit over all.
//!
//! Invariant: the time limit begins when the rate limit has let the first attempt pass, and no attempt
//! begins after its end.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::request::Parts;
use http::{Method, Request, Response, StatusCode};
use http_body::Body as _;
use pintle_config::Config;
use pintle_env::{Metrics, Time};
use tower::ServiceExt as _;
use tower_layer::Layer;
use tower_service::Service;

use crate::backoff::Backoff;
use crate::body::Body;
use crate::error::{Error, ErrorKind};
use crate::metrics;
use crate::observe::RequestSpan;
use crate::options::{Purpose, RequestOptions};
use crate::race::before;
use crate::retry::Retry;
use crate::throttle::{RequestLine, Throttle};
use crate::timed;

/// Sends requests again that may be, as fast as the rate limit lets them.
#[derive(Clone)]
pub(crate) struct AttemptsLayer(Arc<Rules>);

/// What the attempts of all requests go by.
struct Rules {
    time: Arc<dyn Time>,
    throttle: Throttle,
    backoff: Backoff,
    timeout: Option<Duration>,
    watch_idle_timeout: Option<Duration>,
    metrics: Metrics,
    host: String,
}

impl AttemptsLayer {
    pub(crate) fn new(config: &Config, time: Arc<dyn Time>) -> Self {
        let limiter = config.rate_limit.limiter();
        let throttle = Throttle::new(limiter, Arc::clone(&time), config.metrics.clone());
        Self(Arc::new(Rules {
            time,
            throttle,
            backoff: Backoff::new(config.backoff),
            timeout: config.timeout,
            watch_idle_timeout: config.watch_idle_timeout,
            metrics: config.metrics.clone(),
            host: config.server.authority().to_string(),
        }))
    }
}

impl<S> Layer<S> for AttemptsLayer {
    type Service = Attempts<S>;

    fn layer(&self, inner: S) -> Attempts<S> {
        Attempts {
            inner,
            rules: Arc::clone(&self.0),
        }
    }
}

#[derive(Clone)]
pub(crate) struct Attempts<S> {
    inner: S,
    rules: Arc<Rules>,
}

impl<S> Service<Request<Body>> for Attempts<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Error> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        // Each attempt waits for a clone of its own.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let (inner, rules) = (self.inner.clone(), Arc::clone(&self.rules));
        Box::pin(async move { rules.send(inner, request).await })
    }
}

impl Rules {
    async fn send<S>(&self, inner: S, request: Request<Body>) -> Result<Response<Body>, Error>
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Error> + Clone,
    {
        let (purpose, options) = (Purpose::of(&request), RequestOptions::of(&request));
        let (parts, body) = request.into_parts();
        let line = RequestLine {
            method: parts.method.as_str(),
            host: &self.host,
            path: parts.uri.path(),
        };
        if purpose != Purpose::Watch {
            self.throttle.pass(&line, OWN_LIMIT).await;
        }
        let limit = options.time_limit(self.timeout);
        let mut sleep = limit.map(|limit| self.time.sleep_until(self.time.now() + limit));
        let mut earlier = None;
        let retry = Retry::new(
            purpose,
            parts.method == Method::GET,
            body.try_clone().is_some(),
            options.retries(),
        );
        let attempts = self.attempts(inner, &parts, body, retry, &mut earlier);
        let answer = match (before(sleep.as_mut(), attempts).await, limit) {
            (Some(answer), _) => answer,
            (None, limit) => Err(Error::new(
                ErrorKind::Deadline,
                format!("no answer to {line} within {:?}", limit.unwrap_or_default()),
            )),
        };
        let answer = answer.map_err(|error| error.after(earlier))?;
        let (Some(limit), Some(sleep)) = (limit, sleep) else {
            return Ok(self.watched(answer, purpose, &line));
        };
        Ok(match purpose {
            Purpose::Whole => answer.map(|body| timed::until(body, sleep, &line, limit)),
            Purpose::Watch | Purpose::Stream => self.watched(answer, purpose, &line),
        })
    }

    /// Sends until there is an answer, or an error, that is final. `earlier` is what the last attempt
    /// came to that was not.
    async fn attempts<S>(
        &self,
        inner: S,
        parts: &Parts,
        body: Body,
        mut retry: Retry,
        earlier: &mut Option<String>,
    ) -> Result<Response<Body>, Error>
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Error> + Clone,
    {
        let line = RequestLine {
            method: parts.method.as_str(),
            host: &self.host,
            path: parts.uri.path(),
        };
        let mut body = Some(body);
        let backoff = self.backoff.wait();
        let mut wait =
            (!backoff.is_zero()).then(|| self.time.sleep_until(self.time.now() + backoff));
        loop {
            if let Some(wait) = wait.take() {
                wait.await;
            }
            if let Some(why) = earlier.as_deref() {
                self.throttle.pass(&line, why).await;
            }
            let copy = body.as_ref().and_then(Body::try_clone);
            let sent = copy.or_else(|| body.take());
            let sent = sent.expect("a body that is gone is not sent again");
            self.record_size(&line, &sent);
            let request = Request::from_parts(parts.clone(), sent);
            let outcome = inner.clone().oneshot(request).await;

            let status = outcome.as_ref().ok().map(Response::status);
            self.record_outcome(&line, status, retry.resent());
            self.backoff.learn(status, self.time.now());
            let again = match &outcome {
                Ok(answer) => retry.after_answer(answer.status(), answer.headers()),
                Err(error) => retry.after_error(error),
            };
            let Some(delay) = again else {
                return outcome;
            };
            let delay = delay.max(self.backoff.wait());
            let why = match &outcome {
                Ok(answer) => format!("the server answered {}", answer.status()),
                Err(error) => error.to_string(),
            };
            tracing::debug!(request = %line, resent = retry.resent(), ?delay, why, "sending again");
            if let Some(RequestSpan(span)) = parts.extensions.get() {
                span.record("http.request.resend_count", retry.resent());
            }
            *earlier = Some(why);
            let mut sleep = self.time.sleep_until(self.time.now() + delay);
            let is_over = match outcome {
                // Where it takes longer than the wait, a connection is not worth it.
                Ok(answer) => {
                    let drained = drain(answer.into_body());
                    before(Some(&mut sleep), drained).await.is_none()
                }
                Err(_) => false,
            };
            wait = (!is_over && !delay.is_zero()).then_some(sleep);
        }
    }

    /// The answer, given up when it is silent for too long, if it is a watch.
    fn watched(
        &self,
        answer: Response<Body>,
        purpose: Purpose,
        line: &RequestLine<'_>,
    ) -> Response<Body> {
        let idle = self.watch_idle_timeout;
        match idle.filter(|_| purpose == Purpose::Watch) {
            Some(idle) => answer.map(|body| timed::while_busy(body, &self.time, line, idle)),
            None => answer,
        }
    }

    fn record_size(&self, line: &RequestLine<'_>, body: &Body) {
        if let Some(size) = body.size_hint().exact().filter(|size| *size > 0) {
            let labels = [line.method, line.host];
            self.metrics
                .record(&metrics::REQUEST_SIZE, &labels, size as f64);
        }
    }

    fn record_outcome(&self, line: &RequestLine<'_>, status: Option<StatusCode>, resent: u32) {
        let code = status.as_ref().map_or(metrics::NO_CODE, StatusCode::as_str);
        let labels = [code, line.method, line.host];
        self.metrics.count(&metrics::REQUESTS, &labels);
        if resent > 0 {
            self.metrics.count(&metrics::RETRIES, &labels);
        }
    }
}

/// Reads what is left of an answer that nobody wants, if it is short, so that its connection can be used
/// again.
pub(crate) async fn drain(mut body: Body) {
    if body.size_hint().lower() > SHORT {
        return;
    }
    let mut room = SHORT;
    while let Some(Ok(chunk)) = body.chunk().await {
        room = room.saturating_sub(chunk.len() as u64);
        if room == 0 {
            return;
        }
    }
}

/// Why a request waits that was not sent yet.
const OWN_LIMIT: &str = "the client limits its own rate";

/// Bytes of an answer that are read for the sake of its connection.
const SHORT: u64 = 2 << 10;
