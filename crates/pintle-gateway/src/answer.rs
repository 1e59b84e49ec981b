//! Answers that the gateway makes itself.

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HeaderValue,
    WWW_AUTHENTICATE,
};
use http::{HeaderMap, Response, StatusCode};
use pintle_codec::json;

use crate::body::Body;
use crate::guard::Refusal;
use crate::lists::Events;

/// A text.
pub(crate) fn text(status: StatusCode, text: &'static str) -> Response<Body> {
    with_type(status, "text/plain; charset=utf-8", text.into())
}

/// The envelope of what the gateway itself knows, with a message and no data.
pub(crate) fn message(text: &str) -> Response<Body> {
    with_type(StatusCode::OK, JSON, envelope(20000, text))
}

/// A refusal, in the form in which the API server refuses, so that its clients can read it.
pub(crate) fn failure(status: StatusCode, reason: &str, text: &str) -> Response<Body> {
    let mut body = Vec::new();
    body.extend_from_slice(
        br#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"#,
    );
    json::Writer::new(&mut body).string(text);
    body.extend_from_slice(br#","reason":"#);
    json::Writer::new(&mut body).string(reason);
    body.extend_from_slice(format!(r#","code":{}}}"#, status.as_u16()).as_bytes());
    with_type(status, JSON, body)
}

/// What the guard does not let pass. Where a request ends that may be read in two ways nobody knows, so
/// nothing more of its connection is read.
pub(crate) fn refused(refusal: &Refusal) -> Response<Body> {
    let reason = match refusal.status {
        StatusCode::FORBIDDEN => "Forbidden",
        StatusCode::METHOD_NOT_ALLOWED => "MethodNotAllowed",
        _ => "BadRequest",
    };
    let mut answer = failure(refusal.status, reason, refusal.message);
    let close = HeaderValue::from_static("close");
    answer.headers_mut().insert(CONNECTION, close);
    answer
}

/// A page of a site that is allowed may send what it says it would.
pub(crate) fn beforehand(asked: &HeaderMap) -> Response<Body> {
    let mut answer = Response::new(Body::Empty);
    *answer.status_mut() = StatusCode::NO_CONTENT;
    for (asks, allows) in [
        (ACCESS_CONTROL_REQUEST_METHOD, ACCESS_CONTROL_ALLOW_METHODS),
        (ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_ALLOW_HEADERS),
    ] {
        if let Some(value) = asked.get(asks) {
            answer.headers_mut().insert(allows, value.clone());
        }
    }
    answer
}

/// Nobody is known by what the request shows.
pub(crate) fn unauthorized() -> Response<Body> {
    let mut answer = failure(
        StatusCode::UNAUTHORIZED,
        "Unauthorized",
        "the gateway wants a bearer token or a client certificate that it knows",
    );
    let challenge = HeaderValue::from_static("Bearer realm=\"pintle\"");
    answer.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    answer
}

/// Events for as long as the client listens.
pub(crate) fn events(events: Events) -> Response<Body> {
    let mut answer = Response::new(Body::Events(Box::new(events)));
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // What stands in between does not wait for more.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    answer
}

pub(crate) fn not_found() -> Response<Body> {
    failure(
        StatusCode::NOT_FOUND,
        "NotFound",
        "the gateway has nothing at this path",
    )
}

pub(crate) fn not_allowed() -> Response<Body> {
    failure(
        StatusCode::METHOD_NOT_ALLOWED,
        "MethodNotAllowed",
        "this path is only read",
    )
}

/// An answer that nobody keeps.
pub(crate) fn with_type(
    status: StatusCode,
    media_type: &'static str,
    body: Vec<u8>,
) -> Response<Body> {
    let mut answer = Response::new(Body::text(body));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

fn envelope(code: u32, text: &str) -> Vec<u8> {
    let mut body = format!(r#"{{"code":{code},"message":"#).into_bytes();
    json::Writer::new(&mut body).string(text);
    body.push(b'}');
    body
}

const JSON: &str = "application/json";
