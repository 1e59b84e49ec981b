//! What others are told of a request: a tracing span, and how long it took.
//!
//! Invariant: neither says what is in a query, a header or a body.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body::{Frame, SizeHint};
use pintle_config::Config;
use pintle_env::{Instant, Metrics, Time};
use tower_layer::Layer;
use tower_service::Service;
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use crate::body::Body;
use crate::error::Error;
use crate::metrics;
use crate::options::Purpose;

/// Puts a span around each request, named after OpenTelemetry's conventions for HTTP clients, and
/// measures it.
#[derive(Clone)]
pub(crate) struct ObserveLayer(Arc<Observer>);

struct Observer {
    time: Arc<dyn Time>,
    metrics: Metrics,
    host: String,
}

impl ObserveLayer {
    pub(crate) fn new(config: &Config, time: Arc<dyn Time>) -> Self {
        Self(Arc::new(Observer {
            time,
            metrics: config.metrics.clone(),
            host: config.server.authority().to_string(),
        }))
    }
}

impl<S> Layer<S> for ObserveLayer {
    type Service = Observe<S>;

    fn layer(&self, inner: S) -> Observe<S> {
        Observe {
            inner,
            observer: Arc::clone(&self.0),
        }
    }
}

#[derive(Clone)]
pub(crate) struct Observe<S> {
    inner: S,
    observer: Arc<Observer>,
}

impl<S> Service<Request<Body>> for Observe<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Error>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let span = span_of(&request);
        request.extensions_mut().insert(RequestSpan(span.clone()));
        let ended = Ended {
            observer: Arc::clone(&self.observer),
            purpose: Purpose::of(&request),
            method: request.method().clone(),
            begun: self.observer.time.now(),
            received: None,
        };
        let sent = span.in_scope(|| self.inner.call(request));
        let outer = span.clone();
        let observed = async move {
            let mut ended = ended;
            match sent.await {
                Ok(response) => {
                    let status = response.status();
                    span.record("http.response.status_code", status.as_u16());
                    if status.is_client_error() || status.is_server_error() {
                        span.record("error.type", status.as_str());
                    }
                    ended.received = Some(0);
                    let ended = Some(ended);
                    Ok(response.map(|body| Body::new(Observed { body, ended, span })))
                }
                Err(error) => {
                    span.record("error.type", tracing::field::debug(error.kind()));
                    Err(error)
                }
            }
        };
        Box::pin(observed.instrument(outer))
    }
}

/// The span of a request, among its extensions: for what only its attempts know.
#[derive(Clone)]
pub(crate) struct RequestSpan(pub(crate) Span);

fn span_of(request: &Request<Body>) -> Span {
    let uri = request.uri();
    tracing::debug_span!(
        "request",
        otel.kind = "client",
        otel.name = request.method().as_str(),
        http.request.method = request.method().as_str(),
        server.address = uri.host().unwrap_or_default(),
        server.port = uri.port_u16().unwrap_or_else(|| default_port(uri)),
        url.full = %WithoutQuery(uri),
        http.request.resend_count = Empty,
        http.response.status_code = Empty,
        "error.type" = Empty,
    )
}

fn default_port(uri: &Uri) -> u16 {
    if uri.scheme_str() == Some("https") {
        443
    } else {
        80
    }
}

/// A query may hold what a user types into a container.
struct WithoutQuery<'a>(&'a Uri);

impl std::fmt::Display for WithoutQuery<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scheme = self.0.scheme_str().unwrap_or("http");
        let authority = self
            .0
            .authority()
            .map_or("", |authority| authority.as_str());
        write!(f, "{scheme}://{authority}{}", self.0.path())
    }
}

/// The body of an answer, within the span of its request.
struct Observed {
    body: Body,
    /// None once it was read, or broke off.
    ended: Option<Ended>,
    span: Span,
}

impl http_body::Body for Observed {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = &mut *self;
        let frame = {
            let _entered = this.span.enter();
            Pin::new(&mut this.body).poll_frame(cx)
        };
        match &frame {
            Poll::Ready(Some(Ok(frame))) => {
                let length = frame.data_ref().map_or(0, Bytes::len);
                let received = this.ended.as_mut();
                if let Some(received) = received.and_then(|ended| ended.received.as_mut()) {
                    *received += length as u64;
                }
            }
            Poll::Ready(Some(Err(error))) => {
                this.ended = None;
                this.span
                    .record("error.type", tracing::field::debug(error.kind()));
            }
            Poll::Ready(None) => this.ended = None,
            Poll::Pending => {}
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Measures a request when it is over, however it ends. Watches and streams last as long as they are
/// wanted, which is no measure.
struct Ended {
    observer: Arc<Observer>,
    purpose: Purpose,
    method: http::Method,
    begun: Instant,
    /// Bytes of the answer's body, if there is an answer.
    received: Option<u64>,
}

impl Drop for Ended {
    fn drop(&mut self) {
        let Observer {
            time,
            metrics,
            host,
        } = &*self.observer;
        if self.purpose != Purpose::Whole || !metrics.is_some() {
            return;
        }
        let labels = [self.method.as_str(), host.as_str()];
        let took = time.now().saturating_since(self.begun);
        metrics.record(&metrics::REQUEST_DURATION, &labels, took.as_secs_f64());
        if let Some(received) = self.received {
            metrics.record(&metrics::RESPONSE_SIZE, &labels, received as f64);
        }
    }
}
