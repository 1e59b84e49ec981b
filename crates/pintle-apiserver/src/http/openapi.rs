//! The OpenAPI documents over HTTP: formats, hashes, and what clients may keep.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};

use super::{Api, Body, accept, condition, query::Query};
use crate::openapi::Document;

impl Api {
    /// `/openapi/v2`.
    pub(super) fn openapi_v2(&self, headers: &HeaderMap) -> Response<Body> {
        let document = self.openapi.v2();
        served(document, headers, PROTOBUF_V2)
    }

    /// `/openapi/v3`, or a document below it.
    pub(super) fn openapi_v3(
        &self,
        name: Option<&str>,
        query: Query<'_>,
        headers: &HeaderMap,
    ) -> Response<Body> {
        let Some(name) = name else {
            let mut response = Response::new(Body::whole(self.openapi.index()));
            // As kube-apiserver, which does not say what it is.
            let text = HeaderValue::from_static("text/plain; charset=utf-8");
            response.headers_mut().insert(header::CONTENT_TYPE, text);
            return keep_not(response);
        };
        let Some(document) = self.openapi.document(name) else {
            return keep_not(empty(StatusCode::NOT_FOUND));
        };
        let asked = query.text("hash");
        if asked.is_empty() {
            return served(document, headers, PROTOBUF_V3);
        }
        if asked != document.hash() {
            let place = format!("/openapi/v3/{name}?hash={}", document.hash());
            let mut response = empty(StatusCode::MOVED_PERMANENTLY);
            if let Ok(place) = HeaderValue::try_from(place) {
                response.headers_mut().insert(header::LOCATION, place);
            }
            return keep_not(varying(response));
        }
        let mut response = served(document, headers, PROTOBUF_V3);
        if matches!(response.status(), StatusCode::OK | StatusCode::NOT_MODIFIED) {
            let headers = response.headers_mut();
            let for_ever = HeaderValue::from_static("public, immutable");
            headers.insert(header::CACHE_CONTROL, for_ever);
            let seconds = self
                .registry
                .timestamp()
                .unix_seconds()
                .max(0)
                .unsigned_abs();
            let expiry = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds) + YEAR;
            if let Ok(expiry) = HeaderValue::try_from(httpdate::fmt_http_date(expiry)) {
                headers.insert(header::EXPIRES, expiry);
            }
        }
        response
    }
}

/// A document in the format that the client likes best, or word that it has it already.
fn served(document: &Document, headers: &HeaderMap, protobuf: &str) -> Response<Body> {
    let Some(format) = liked(headers, protobuf) else {
        return keep_not(varying(empty(StatusCode::NOT_ACCEPTABLE)));
    };
    let tag = format!("\"{}\"", document.hash());
    let mut response = if condition::has(headers, &tag) {
        empty(StatusCode::NOT_MODIFIED)
    } else {
        let (body, content_type) = match format {
            Format::Json => (document.json(), "application/json".to_owned()),
            Format::Protobuf => (document.protobuf(), format!("{protobuf}.v1.0+protobuf")),
        };
        let mut response = Response::new(Body::whole(body));
        if let Ok(content_type) = HeaderValue::try_from(content_type) {
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, content_type);
        }
        response
    };
    if let Ok(tag) = HeaderValue::try_from(tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    keep_not(varying(response))
}

/// The format that a client likes best, if there is one that it takes.
fn liked(headers: &HeaderMap, protobuf: &str) -> Option<Format> {
    let Some(clauses) = accept::clauses(headers) else {
        return Some(Format::Json);
    };
    let format = |clause: &accept::Clause<'_>| {
        let media_type = clause.media_type.as_str();
        match media_type.strip_prefix(protobuf) {
            // Before there was a name without an at sign, there was one with it.
            Some(".v1.0+protobuf" | "@v1.0+protobuf") => Some(Format::Protobuf),
            _ => matches!(media_type, "application/json" | "application/*" | "*/*")
                .then_some(Format::Json),
        }
    };
    clauses.iter().find_map(format)
}

/// What a document may be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Json,
    Protobuf,
}

fn empty(code: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::whole(Bytes::new()));
    *response.status_mut() = code;
    response
}

fn varying(mut response: Response<Body>) -> Response<Body> {
    let accept = HeaderValue::from_static("Accept");
    response.headers_mut().insert(header::VARY, accept);
    response
}

fn keep_not(mut response: Response<Body>) -> Response<Body> {
    let no_cache = HeaderValue::from_static("no-cache, private");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, no_cache);
    response
}

const PROTOBUF_V2: &str = "application/com.github.proto-openapi.spec.v2";
const PROTOBUF_V3: &str = "application/com.github.proto-openapi.spec.v3";
/// How long a document may be kept whose hash was asked for.
const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
