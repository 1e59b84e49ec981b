//! The headers of requests and answers that are sent on.
//!
//! Invariant: nothing by which a client has shown who it is reaches anybody else.

use std::net::IpAddr;

use http::{HeaderMap, HeaderName, HeaderValue, header, request};

/// Where a request came from, among its extensions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

/// Whether a request asks to leave HTTP.
pub(crate) fn asks_for_upgrade(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::CONNECTION).into_iter();
    let mut values = values.filter_map(|value| value.to_str().ok());
    values.any(|value| value.to_ascii_lowercase().contains("upgrade"))
}

/// The headers of a request as they are sent on. If it asks to leave HTTP, so does this.
pub(crate) fn forwarded(head: &request::Parts) -> HeaderMap {
    let mut headers = head.headers.clone();
    if asks_for_upgrade(&headers) {
        for name in [header::TRANSFER_ENCODING, header::TRAILER] {
            headers.remove(name);
        }
    } else {
        let trailers = accepts_trailers(&headers);
        remove_connection(&mut headers);
        if trailers {
            headers.insert(header::TE, HeaderValue::from_static("trailers"));
        }
    }
    remove_secrets(&mut headers);
    // The body is sent on as it comes, whatever the peer may think of it.
    headers.remove(header::EXPECT);
    if let Some(address) = head.extensions.get::<ClientAddress>() {
        let values = headers.get_all(FORWARDED_FOR).into_iter();
        let mut addresses: Vec<String> = values
            .filter_map(|value| value.to_str().ok().map(str::to_owned))
            .collect();
        addresses.push(address.0.to_string());
        set(&mut headers, FORWARDED_FOR, &addresses.join(", "));
    }
    if !headers.contains_key(header::HOST)
        && let Some(authority) = head.uri.authority()
    {
        set(&mut headers, header::HOST, authority.as_str());
    }
    headers
}

/// Removes from the headers of an answer what is not for the client.
pub(crate) fn remove_private(headers: &mut HeaderMap) {
    remove_connection(headers);
    for name in [
        header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        header::ACCESS_CONTROL_ALLOW_METHODS,
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
    ] {
        headers.remove(name);
    }
}

/// Sets a header, if the value can be one.
pub(crate) fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}

/// Removes what is about the connection, and not about what it carries.
fn remove_connection(headers: &mut HeaderMap) {
    let values = headers.get_all(header::CONNECTION).into_iter();
    let listed: Vec<HeaderName> = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in listed {
        headers.remove(name);
    }
    for name in [
        header::CONNECTION,
        HeaderName::from_static("proxy-connection"),
        HeaderName::from_static("keep-alive"),
        header::PROXY_AUTHENTICATE,
        header::PROXY_AUTHORIZATION,
        header::TE,
        header::TRAILER,
        header::TRANSFER_ENCODING,
        header::UPGRADE,
    ] {
        headers.remove(name);
    }
}

fn remove_secrets(headers: &mut HeaderMap) {
    headers.remove(header::AUTHORIZATION);
    headers.remove(header::PROXY_AUTHORIZATION);
    let private = |name: &&HeaderName| {
        let name = name.as_str();
        name.starts_with("x-remote-") || name.starts_with("impersonate-")
    };
    let names: Vec<HeaderName> = headers.keys().filter(private).cloned().collect();
    for name in names {
        headers.remove(name);
    }
    // Browsers can send a token only as a protocol that they offer to speak.
    let offered = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).into_iter();
    let offered: Vec<&str> = offered
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    if offered.iter().any(|protocol| protocol.starts_with(TOKEN)) {
        let kept = offered
            .iter()
            .filter(|protocol| !protocol.starts_with(TOKEN));
        let kept: Vec<&str> = kept.copied().collect();
        let kept = kept.join(", ");
        headers.remove(header::SEC_WEBSOCKET_PROTOCOL);
        if !kept.is_empty() {
            set(headers, header::SEC_WEBSOCKET_PROTOCOL, &kept);
        }
    }
}

fn accepts_trailers(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::TE).into_iter();
    let values = values.filter_map(|value| value.to_str().ok());
    let mut accepted = values.flat_map(|value| value.split(','));
    accepted.any(|accepted| accepted.trim().eq_ignore_ascii_case("trailers"))
}

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const TOKEN: &str = "base64url.bearer.authorization.k8s.io.";

#[cfg(test)]
mod tests {
    use super::*;

    fn request(headers: &[(&str, &str)]) -> request::Parts {
        let mut request = http::Request::builder().uri("https://server:6443/x");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let address = ClientAddress([192, 0, 2, 1].into());
        request.extension(address).body(()).unwrap().into_parts().0
    }

    fn shown(headers: &HeaderMap) -> Vec<String> {
        let mut shown: Vec<_> = headers
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        shown.sort();
        shown
    }

    // What the real server sends on of such a request, its removal of impersonation apart.
    #[test]
    fn what_is_about_the_connection_or_the_client_stays_behind() {
        let head = request(&[
            ("host", "api:1"),
            ("authorization", "Bearer x"),
            ("proxy-authorization", "y"),
            ("x-remote-user", "me"),
            ("x-remote-extra-a", "b"),
            ("impersonate-user", "you"),
            ("connection", "keep-alive, X-Own"),
            ("x-own", "1"),
            ("keep-alive", "9"),
            ("te", "deflate, Trailers"),
            ("upgrade", "nothing"),
            ("transfer-encoding", "chunked"),
            ("x-forwarded-for", "1.2.3.4"),
            ("cookie", "a=b"),
        ]);
        assert_eq!(
            shown(&forwarded(&head)),
            [
                "cookie: a=b",
                "host: api:1",
                "te: trailers",
                "x-forwarded-for: 1.2.3.4, 192.0.2.1",
            ]
        );
    }

    #[test]
    fn an_upgrade_is_asked_for_as_the_client_did_but_for_its_token() {
        let head = request(&[
            ("connection", "Upgrade"),
            ("upgrade", "websocket"),
            ("sec-websocket-key", "k"),
            ("sec-websocket-protocol", "v5.channel.k8s.io"),
            (
                "sec-websocket-protocol",
                "base64url.bearer.authorization.k8s.io.c2VjcmV0, v4.channel.k8s.io",
            ),
        ]);
        assert_eq!(
            shown(&forwarded(&head)),
            [
                "connection: Upgrade",
                "host: server:6443",
                "sec-websocket-key: k",
                "sec-websocket-protocol: v5.channel.k8s.io, v4.channel.k8s.io",
                "upgrade: websocket",
                "x-forwarded-for: 192.0.2.1",
            ]
        );
    }
}
