//! Passing a request on, and its answer back.

use std::fmt;

use http::header::{CONTENT_LENGTH, UPGRADE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri};
use http_body::Body as _;
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use pintle_transport::{Transport, Upgrade};
use tracing::warn;

use super::limited::Limited;
use super::{Tunnel, headers, upgrade};
use crate::answer;
use crate::body::Body;
use crate::guard::{Caller, Refusal, is_unambiguous};
use crate::handler::Answered;

/// The way to one API server.
pub(crate) struct Proxy {
    transport: Transport,
    /// As answers name it where they lead somewhere.
    server: String,
    read_only: bool,
    longest_body: u64,
}

impl Proxy {
    pub(crate) fn new(transport: Transport, read_only: bool, longest_body: u64) -> Self {
        Self {
            server: transport.server().authority().to_string(),
            transport,
            read_only,
            longest_body,
        }
    }

    /// Passes a request on. A caller that is known acts under its own name.
    pub(crate) async fn forward(
        &self,
        request: Request<Incoming>,
        caller: Option<&Caller>,
    ) -> Answered {
        let leaving = upgrade::protocol(&request);
        let (head, body) = request.into_parts();
        if let Some(refused) = self.refuse(&head, caller) {
            return refused.into();
        }
        if let Some(protocol) = leaving {
            if !body.is_end_stream() {
                let text = "a request to leave HTTP has a body";
                return answer::refused(&Refusal::bad_request(text)).into();
            }
            return self.leave(head, protocol, caller).await;
        }
        let mut outgoing = Request::new(pintle_transport::Body::new(Limited::new(
            body,
            self.longest_body,
        )));
        *outgoing.method_mut() = head.method;
        *outgoing.uri_mut() = target(&head.uri);
        *outgoing.headers_mut() = headers::outgoing(&head.headers, caller);
        match self.transport.send(outgoing).await {
            Ok(answer) => self.pass_back(answer).into(),
            Err(error) => failure(&error).into(),
        }
    }

    /// Asks the API server to leave HTTP, and joins both connections if it does.
    async fn leave(
        &self,
        mut head: Parts,
        protocol: HeaderValue,
        caller: Option<&Caller>,
    ) -> Answered {
        let mut outgoing = Request::new(pintle_transport::Body::empty());
        *outgoing.method_mut() = head.method;
        *outgoing.uri_mut() = target(&head.uri);
        let mut sent = headers::outgoing(&head.headers, caller);
        upgrade::add(&mut sent, &protocol);
        upgrade::without_tokens(&mut sent);
        *outgoing.headers_mut() = sent;
        let switched = match self.transport.upgrade(outgoing).await {
            Ok(Upgrade::Switched(switched)) => switched,
            Ok(Upgrade::Refused(answer)) => return self.pass_back(answer).into(),
            Ok(_) => return answer::not_found().into(),
            Err(error) => return failure(&error).into(),
        };
        let Some(caller) = head.extensions.remove::<OnUpgrade>() else {
            let text = "this connection cannot leave HTTP";
            return answer::failure(StatusCode::BAD_REQUEST, "BadRequest", text).into();
        };
        let (answer, server) = switched.into_parts();
        let mut response = Response::new(Body::Empty);
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let mut kept = headers::incoming(&answer.headers, &self.server);
        upgrade::add(&mut kept, answer.headers.get(UPGRADE).unwrap_or(&protocol));
        *response.headers_mut() = kept;
        Answered {
            response,
            tunnel: Some(Tunnel::new(caller, server)),
        }
    }

    fn refuse(&self, head: &Parts, caller: Option<&Caller>) -> Option<Response<Body>> {
        let refuse = |status, reason, text| Some(answer::failure(status, reason, text));
        if !is_unambiguous(head.uri.path()) {
            let text = "the path has an empty part";
            return refuse(StatusCode::BAD_REQUEST, "BadRequest", text);
        }
        if caller.is_some() && headers::impersonates(&head.headers) {
            let text = "the gateway names its callers itself; leave impersonation out";
            return refuse(StatusCode::FORBIDDEN, "Forbidden", text);
        }
        let reads = head.method == Method::GET || head.method == Method::HEAD;
        if self.read_only && (!reads || head.headers.contains_key(UPGRADE)) {
            let text = "the gateway passes on only requests that read";
            return refuse(StatusCode::FORBIDDEN, "Forbidden", text);
        }
        if length(&head.headers).is_some_and(|length| length > self.longest_body) {
            let text = "the body of the request is too long";
            return refuse(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", text);
        }
        None
    }

    fn pass_back(&self, answer: Response<pintle_transport::Body>) -> Response<Body> {
        let (head, body) = answer.into_parts();
        let mut response = Response::new(Body::Passed(body));
        *response.status_mut() = head.status;
        *response.headers_mut() = headers::incoming(&head.headers, &self.server);
        response
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}

/// Path and query alone, as they came.
fn target(uri: &Uri) -> Uri {
    let path = uri.path_and_query().cloned();
    let mut parts = http::uri::Parts::default();
    parts.path_and_query = path;
    Uri::from_parts(parts).unwrap_or_default()
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// What a caller learns when the API server gave no answer; the log has the rest.
fn failure(error: &pintle_transport::Error) -> Response<Body> {
    if let Some(super::limited::Error::TooLong) = cause(error) {
        let text = "the body of the request is too long";
        return answer::failure(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", text);
    }
    warn!(
        error = error as &dyn std::error::Error,
        "the API server gave no answer"
    );
    answer::failure(
        StatusCode::BAD_GATEWAY,
        "ServiceUnavailable",
        "the API server gave the gateway no answer",
    )
}

fn cause(error: &pintle_transport::Error) -> Option<&super::limited::Error> {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}
