//! Whether a caller may see what the gateway knows.
//!
//! The gateway knows things by its own rights. A caller with a name of its own sees what that name may
//! see at the API server, which is asked each time.

use http::{HeaderMap, Method, Request, StatusCode};
use pintle_codec::{Value, json};
use pintle_transport::{Body, Transport};

use super::{Failure, Gvr};
use crate::guard::Caller;
use crate::proxy::impersonated;

/// Asks the API server who may see what.
#[derive(Clone, Debug)]
pub(crate) struct Access(Transport);

impl Access {
    pub(crate) fn new(transport: Transport) -> Self {
        Self(transport)
    }

    /// Refuses a caller that may not list a resource in a namespace, or in all where that is empty.
    pub(crate) async fn check(
        &self,
        caller: &Caller,
        verb: &str,
        gvr: &Gvr,
        namespace: &str,
    ) -> Result<(), Failure> {
        match self.is_allowed(caller, verb, gvr, namespace).await {
            Some(true) => Ok(()),
            Some(false) => {
                let message = format!("{} may not {verb} {}", caller.user(), gvr.resource);
                Err(Failure::new(StatusCode::FORBIDDEN, message))
            }
            None => {
                let message = "the API server did not say whether this is allowed";
                Err(Failure::new(StatusCode::BAD_GATEWAY, message))
            }
        }
    }

    async fn is_allowed(
        &self,
        caller: &Caller,
        verb: &str,
        gvr: &Gvr,
        namespace: &str,
    ) -> Option<bool> {
        let mut request = Request::new(Body::new(body(verb, gvr, namespace)));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
            .parse()
            .ok()?;
        let mut headers = impersonated(&HeaderMap::new(), caller);
        headers.insert("content-type", "application/json".parse().ok()?);
        headers.insert("accept", "application/json".parse().ok()?);
        *request.headers_mut() = headers;
        let answer = self.0.send(request).await.ok()?;
        if !answer.status().is_success() {
            return None;
        }
        let review = answer.into_body().read_all(LONGEST).await.ok()?;
        let review = json::parse(&review).ok()?;
        review
            .at(&["status", "allowed"])
            .and_then(Value::as_bool)
            .or(Some(false))
    }
}

fn body(verb: &str, gvr: &Gvr, namespace: &str) -> http_body_util::Full<bytes::Bytes> {
    let mut out = Vec::new();
    let text = |out: &mut Vec<u8>, name: &str, text: &str| {
        json::Writer::new(out).string(name);
        out.push(b':');
        json::Writer::new(out).string(text);
    };
    out.extend_from_slice(
        br#"{"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","spec":{"resourceAttributes":{"#,
    );
    let attributes = [
        ("verb", verb),
        ("group", &gvr.group),
        ("version", &gvr.version),
        ("resource", &gvr.resource),
        ("namespace", namespace),
    ];
    for (index, (name, value)) in attributes.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        text(&mut out, name, value);
    }
    out.extend_from_slice(b"}}}");
    http_body_util::Full::new(out.into())
}

/// How much of a review is read, in bytes.
const LONGEST: usize = 64 << 10;
