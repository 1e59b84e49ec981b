//! Requests to leave HTTP, as `kubectl exec` sends them.
//!
//! Invariant: only what the API server speaks is asked for, by requests without a body, and what is asked
//! for names no token.

use http::header::{CONNECTION, HeaderName, HeaderValue, UPGRADE};
use http::{HeaderMap, Request, Version};

/// The protocol that a request wants to go on in, if it is one that is passed on.
pub(super) fn protocol<B>(request: &Request<B>) -> Option<HeaderValue> {
    let headers = request.headers();
    let mut upgrades = headers.get_all(UPGRADE).iter();
    let (wanted, other) = (upgrades.next()?, upgrades.next());
    let connection = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut tokens = connection.flat_map(|value| value.split(','));
    let is_meant = tokens.any(|token| token.trim().eq_ignore_ascii_case("upgrade"));
    let is_known = PASSED
        .iter()
        .any(|known| wanted.as_bytes().eq_ignore_ascii_case(known.as_bytes()));
    let is_http1 = request.version() == Version::HTTP_11;
    (is_meant && is_known && is_http1 && other.is_none()).then(|| wanted.clone())
}

/// Says in headers that a connection goes on in a protocol.
pub(super) fn add(headers: &mut HeaderMap, protocol: &HeaderValue) {
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, protocol.clone());
}

/// Browsers, which can set no headers, name a token among the protocols of a WebSocket.
pub(super) fn without_tokens(headers: &mut HeaderMap) {
    let offered = headers
        .get_all(PROTOCOLS)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let offered = offered.flat_map(|value| value.split(',')).map(str::trim);
    let kept: Vec<String> = offered
        .filter(|name| !name.starts_with(TOKEN))
        .map(str::to_owned)
        .collect();
    headers.remove(PROTOCOLS);
    if !kept.is_empty()
        && let Ok(value) = HeaderValue::try_from(kept.join(", "))
    {
        headers.insert(PROTOCOLS, value);
    }
}

const PASSED: [&str; 2] = ["websocket", "SPDY/3.1"];
const PROTOCOLS: HeaderName = HeaderName::from_static("sec-websocket-protocol");
const TOKEN: &str = "base64url.bearer.authorization.k8s.io.";

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(headers: &[(&str, &str)]) -> Option<String> {
        let mut request = Request::get("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let protocol = protocol(&request.body(()).unwrap());
        protocol.map(|value| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn only_what_the_api_server_speaks_is_passed_on() {
        let upgrade = ("connection", "keep-alive, Upgrade");
        assert_eq!(
            wanted(&[upgrade, ("upgrade", "websocket")]).unwrap(),
            "websocket"
        );
        assert_eq!(
            wanted(&[upgrade, ("upgrade", "SPDY/3.1")]).unwrap(),
            "SPDY/3.1"
        );
        for other in ["h2c", "websocket, h2c", "TLS/1.0", ""] {
            assert_eq!(wanted(&[upgrade, ("upgrade", other)]), None, "{other}");
        }
        assert_eq!(wanted(&[("upgrade", "websocket")]), None);
        assert_eq!(
            wanted(&[upgrade, ("upgrade", "websocket"), ("upgrade", "h2c")]),
            None
        );
    }

    #[test]
    fn a_token_among_protocols_stays_here() {
        let mut headers = HeaderMap::new();
        let offered = "base64url.bearer.authorization.k8s.io.c2VjcmV0, v5.channel.k8s.io";
        headers.insert(PROTOCOLS, HeaderValue::from_static(offered));
        without_tokens(&mut headers);
        assert_eq!(headers[PROTOCOLS], "v5.channel.k8s.io");
    }
}
