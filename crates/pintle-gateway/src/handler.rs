//! From a request to an answer.

use std::sync::Arc;

use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_REQUEST_METHOD, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, HeaderName, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use pintle_env::OpenMetrics;
use tokio::sync::Semaphore;

use crate::answer;
use crate::body::Body;
use crate::guard::{Caller, Callers, Guard, Sender};
use crate::lists::{Access, Failure, Gvr, Query, Resources};
use crate::metrics::Metrics;
use crate::proxy::{Proxy, Tunnel};
use crate::route::Route;

/// Answers requests.
#[derive(Debug)]
pub(crate) struct Handler {
    pub(crate) guard: Guard,
    pub(crate) callers: Callers,
    pub(crate) resources: Resources,
    pub(crate) access: Access,
    /// Places for streams of events.
    pub(crate) streams: Arc<Semaphore>,
    /// Whether errors of lists have statuses of their own.
    pub(crate) http_status: bool,
    pub(crate) proxy: Proxy,
    pub(crate) metrics: Metrics,
}

/// An answer, and what becomes of the connection when both sides have left HTTP.
pub(crate) struct Answered {
    pub(crate) response: Response<Body>,
    pub(crate) tunnel: Option<Tunnel>,
}

impl Handler {
    /// Answers a request that came over a connection of somebody's, where a certificate says whose.
    pub(crate) async fn answer(
        &self,
        request: Request<Incoming>,
        certified: Option<&Caller>,
    ) -> Answered {
        let route = Route::of(request.uri().path());
        let (name, is_page) = (route.name(), matches!(route, Route::Page(_)));
        let other_site = self.guard.other_site(request.headers());
        let mut answered = self.dispatch(route, request, certified).await;
        self.metrics.answered(name, answered.response.status());
        let headers = answered.response.headers_mut();
        for (name, value) in &EVERYWHERE {
            headers.insert(name, value.clone());
        }
        if !is_page {
            headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(NO_PAGE));
        }
        if self.guard.tells_sites_apart() {
            headers.append(VARY, HeaderValue::from_static("origin"));
        }
        if let Some(origin) = other_site {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        }
        answered
    }

    async fn dispatch(
        &self,
        route: Route,
        request: Request<Incoming>,
        certified: Option<&Caller>,
    ) -> Answered {
        let (head, body) = request.into_parts();
        if let Err(refusal) = self.guard.check(&head) {
            return answer::refused(&refusal).into();
        }
        if self.asks_beforehand(&head) {
            return answer::beforehand(&head.headers).into();
        }
        let sender = self.callers.sender(&head, certified);
        if sender == Sender::Unknown && !route.is_public() {
            return answer::unauthorized().into();
        }
        if let Route::Proxy = route {
            let request = Request::from_parts(head, body);
            return self.proxy.forward(request, sender.caller()).await;
        }
        if head.method != Method::GET && head.method != Method::HEAD {
            return answer::not_allowed().into();
        }
        let mut response = match route {
            Route::Page(asset) => asset.answer(&head.headers),
            Route::Ping => answer::message("pong"),
            Route::Health => answer::text(StatusCode::OK, "ok"),
            // Why it is not ready is for those who may look.
            Route::Ready => self.readiness(sender != Sender::Unknown),
            Route::List(gvr) => self.resource(&gvr, false, &head, sender.caller()).await,
            Route::Stream(gvr) => self.resource(&gvr, true, &head, sender.caller()).await,
            Route::Metrics => self.metrics(),
            Route::Proxy | Route::Nothing => answer::not_found(),
        };
        if head.method == Method::HEAD {
            *response.body_mut() = Body::Empty;
        }
        response.into()
    }

    /// Whether a browser asks if a page of another site that is allowed may send a request. It shows nobody's
    /// credentials with that.
    fn asks_beforehand(&self, head: &Parts) -> bool {
        head.method == Method::OPTIONS
            && head.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
            && self.guard.other_site(&head.headers).is_some()
    }

    /// Answers with a list or a stream of a resource.
    async fn resource(
        &self,
        gvr: &Gvr,
        is_stream: bool,
        head: &Parts,
        caller: Option<&Caller>,
    ) -> Response<Body> {
        let query = match Query::parse(head.uri.query().unwrap_or_default()) {
            Ok(query) => query,
            Err(failure) => return failure.answer(self.http_status),
        };
        let http_status = query.http_status.unwrap_or(self.http_status);
        let answer = async {
            if let Some(caller) = caller {
                let verb = if is_stream { "watch" } else { "list" };
                self.access
                    .check(caller, verb, gvr, &query.namespace)
                    .await?;
            }
            if !is_stream {
                return self.resources.list(gvr, &query, &head.headers).await;
            }
            let last_id = head
                .headers
                .get("last-event-id")
                .and_then(|id| id.to_str().ok());
            let place = self.streams.clone().try_acquire_owned();
            let place = place.map_err(|_| {
                let message = "the gateway serves as many streams as it may already";
                Failure::new(StatusCode::SERVICE_UNAVAILABLE, message)
            })?;
            let events = self.resources.stream(gvr, query, last_id, place).await?;
            Ok::<_, Failure>(answer::events(events))
        };
        answer
            .await
            .unwrap_or_else(|failure| failure.answer(http_status))
    }

    fn readiness(&self, may_look: bool) -> Response<Body> {
        match self.resources.unready().join("\n") {
            ready if ready.is_empty() => answer::text(StatusCode::OK, "ok"),
            _ if !may_look => answer::text(StatusCode::SERVICE_UNAVAILABLE, "not yet"),
            unready => answer::with_type(
                StatusCode::SERVICE_UNAVAILABLE,
                "text/plain; charset=utf-8",
                unready.into_bytes(),
            ),
        }
    }

    fn metrics(&self) -> Response<Body> {
        for (resource, objects) in self.resources.counts() {
            self.metrics.objects(&resource, objects);
        }
        let text = self.metrics.text().into_bytes();
        let mut response = answer::with_type(StatusCode::OK, "text/plain", text);
        let media_type = HeaderValue::from_static(OpenMetrics::CONTENT_TYPE);
        response.headers_mut().insert(CONTENT_TYPE, media_type);
        response
    }
}

impl From<Response<Body>> for Answered {
    fn from(response: Response<Body>) -> Self {
        Self {
            response,
            tunnel: None,
        }
    }
}

/// What keeps a browser from taking an answer for something else, and from showing it elsewhere. It stands
/// instead of what the API server says, since what a pod says may come through it.
static EVERYWHERE: [(HeaderName, HeaderValue); 4] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (RESOURCE_POLICY, HeaderValue::from_static("same-origin")),
];

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// What keeps a browser from running what is not the gateway's own page: a pod's page, which the API server's
/// proxy shows, would be one of the gateway's site and could do what the page may.
const NO_PAGE: &str = "sandbox; default-src 'none'; frame-ancestors 'none'";
