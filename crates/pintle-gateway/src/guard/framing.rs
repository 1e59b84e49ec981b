//! Where a request begins and ends.
//!
//! hyper refuses most of what is malformed. What it takes and another server could take differently
//! is refused here.

use http::header::{CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING};
use http::request::Parts;
use http::{Method, Version};

use super::Refusal;

/// Refuses a head whose message another server could cut differently, or that is not for an origin
/// server.
pub(super) fn check(head: &Parts) -> Result<(), Refusal> {
    if head.method == Method::CONNECT || head.method == Method::TRACE {
        return Err(Refusal {
            status: http::StatusCode::METHOD_NOT_ALLOWED,
            message: "this method is not served",
        });
    }
    if head.version <= Version::HTTP_11 && head.uri.authority().is_some() {
        return Err(Refusal::bad_request(
            "the request is for a proxy: its target is a whole URL",
        ));
    }
    let mut encodings = head.headers.get_all(TRANSFER_ENCODING).iter();
    if let Some(encoding) = encodings.next() {
        if head.headers.contains_key(CONTENT_LENGTH) {
            return Err(Refusal::bad_request("the body has two lengths"));
        }
        let chunked = encoding.as_bytes().eq_ignore_ascii_case(b"chunked");
        if !chunked || encodings.next().is_some() {
            return Err(Refusal::bad_request(
                "the body is in an encoding that is not chunked",
            ));
        }
    }
    if head.headers.get_all(CONTENT_LENGTH).iter().count() > 1 {
        return Err(Refusal::bad_request("the body has two lengths"));
    }
    // Who could name these as meant for one hop only could hide them from the checks that follow.
    let named = head.headers.get_all(CONNECTION).iter();
    let named = named.filter_map(|value| value.to_str().ok());
    let mut named = named.flat_map(|value| value.split(',').map(str::trim));
    let hides = |name: &str| {
        [
            "host",
            "origin",
            "authorization",
            "content-length",
            "transfer-encoding",
            "cookie",
        ]
        .iter()
        .any(|kept| name.eq_ignore_ascii_case(kept))
    };
    if named.any(hides) {
        return Err(Refusal::bad_request(
            "the connection header names a header of the request",
        ));
    }
    Ok(())
}
