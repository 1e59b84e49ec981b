//! Which headers go on, and which come back.

use http::header::{
    ALT_SVC, AUTHORIZATION, CONNECTION, COOKIE, FORWARDED, HOST, HeaderName, LOCATION, ORIGIN,
    PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, REFERER, SET_COOKIE, TE, TRAILER, TRANSFER_ENCODING,
    UPGRADE, WWW_AUTHENTICATE,
};
use http::{HeaderMap, HeaderValue, Uri};

use crate::guard::Caller;

/// Whether a request asks to impersonate somebody by itself.
pub(super) fn impersonates(headers: &HeaderMap) -> bool {
    headers.keys().any(is_impersonation)
}

/// What of a request's headers the API server is to see. A caller that is known is named in them.
pub(super) fn outgoing(headers: &HeaderMap, caller: Option<&Caller>) -> HeaderMap {
    let mut kept = without_hops(headers);
    for name in [AUTHORIZATION, COOKIE, FORWARDED, HOST, ORIGIN, REFERER] {
        kept.remove(name);
    }
    let about_caller: Vec<HeaderName> = kept
        .keys()
        .filter(|name| {
            // Front proxies say by these who is asking; we are none.
            ["x-remote-", "x-forwarded-", "sec-fetch-"]
                .iter()
                .any(|prefix| name.as_str().starts_with(prefix))
                || name.as_str() == "x-real-ip"
        })
        .cloned()
        .collect();
    for name in about_caller {
        kept.remove(name);
    }
    let Some(caller) = caller else {
        return kept;
    };
    let named: Vec<HeaderName> = kept
        .keys()
        .filter(|name| is_impersonation(name))
        .cloned()
        .collect();
    for name in named {
        kept.remove(name);
    }
    for (name, value) in caller.impersonation() {
        kept.append(name, value.clone());
    }
    kept
}

/// Headers by which a request is a caller's own.
pub(crate) fn impersonated(headers: &HeaderMap, caller: &Caller) -> HeaderMap {
    outgoing(headers, Some(caller))
}

/// What of an answer's headers the caller is to see. `server` is the API server's authority.
pub(super) fn incoming(headers: &HeaderMap, server: &str) -> HeaderMap {
    let mut kept = without_hops(headers);
    for name in [ALT_SVC, SET_COOKIE, WWW_AUTHENTICATE] {
        kept.remove(name);
    }
    // To whom a browser shows it, and for what it takes it, is the gateway's affair.
    let to_browsers: Vec<HeaderName> = kept
        .keys()
        .filter(|name| {
            let name = name.as_str();
            name.starts_with("access-control-") || OF_A_SITE.contains(&name)
        })
        .cloned()
        .collect();
    for name in to_browsers {
        kept.remove(name);
    }
    if let Some(location) = kept.remove(LOCATION)
        && let Some(path) = local(&location, server)
    {
        kept.insert(LOCATION, path);
    }
    kept
}

/// What a page says for all of its site.
const OF_A_SITE: [&str; 6] = [
    "clear-site-data",
    "nel",
    "report-to",
    "reporting-endpoints",
    "service-worker-allowed",
    "strict-transport-security",
];

/// The headers that are not meant for one connection alone.
fn without_hops(headers: &HeaderMap) -> HeaderMap {
    let mut kept = headers.clone();
    let named = headers.get_all(CONNECTION).iter();
    let named = named.filter_map(|value| value.to_str().ok());
    for name in named.flat_map(|value| value.split(',')) {
        if let Ok(name) = HeaderName::try_from(name.trim()) {
            kept.remove(name);
        }
    }
    for name in [
        CONNECTION,
        PROXY_AUTHENTICATE,
        PROXY_AUTHORIZATION,
        TE,
        TRAILER,
        TRANSFER_ENCODING,
        UPGRADE,
    ] {
        kept.remove(name);
    }
    for name in ["keep-alive", "proxy-connection", "http2-settings"] {
        kept.remove(name);
    }
    kept
}

/// A place on the API server, by its path alone; nothing for a place elsewhere.
fn local(location: &HeaderValue, server: &str) -> Option<HeaderValue> {
    let uri: Uri = location.to_str().ok()?.parse().ok()?;
    match uri.authority() {
        None => uri.path().starts_with('/').then(|| location.clone()),
        Some(authority) if authority.as_str() == server => {
            HeaderValue::from_str(uri.path_and_query()?.as_str()).ok()
        }
        Some(_) => None,
    }
}

fn is_impersonation(name: &HeaderName) -> bool {
    name.as_str().starts_with("impersonate-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(headers: &[(&'static str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_str(value).unwrap());
        }
        map
    }

    fn text(map: &HeaderMap) -> String {
        let mut lines: Vec<String> = map
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        lines.sort();
        lines.join("\n")
    }

    const SENT: &[(&str, &str)] = &[
        ("accept", "application/json"),
        ("host", "localhost:8888"),
        ("connection", "keep-alive, x-hop"),
        ("x-hop", "1"),
        ("keep-alive", "5"),
        ("te", "trailers"),
        ("upgrade", "websocket"),
        ("proxy-authorization", "Basic x"),
        ("authorization", "Bearer x"),
        ("cookie", "a=b"),
        ("origin", "http://localhost:8888"),
        ("referer", "http://localhost:8888/"),
        ("x-remote-user", "root"),
        ("x-forwarded-for", "1.2.3.4"),
        ("impersonate-user", "root"),
        ("impersonate-extra-scopes", "all"),
    ];

    #[test]
    fn what_is_the_callers_stays_here() {
        let sent = map(SENT);
        assert!(impersonates(&sent));
        assert_eq!(
            text(&outgoing(&sent, None)),
            "accept: application/json\nimpersonate-extra-scopes: all\nimpersonate-user: root"
        );
    }

    #[test]
    fn a_known_caller_is_named_and_nobody_else() {
        let caller = Caller::new("ada", "7", &["devs"]).unwrap();
        assert_eq!(
            text(&outgoing(&map(SENT), Some(&caller))),
            "accept: application/json\nimpersonate-group: devs\nimpersonate-group: system:authenticated\n\
             impersonate-uid: 7\nimpersonate-user: ada"
        );
    }

    #[test]
    fn what_is_the_servers_stays_there() {
        let answered = map(&[
            ("content-type", "application/json"),
            ("set-cookie", "a=b"),
            ("www-authenticate", "Bearer"),
            ("transfer-encoding", "chunked"),
            ("warning", "299 - \"old\""),
            ("location", "https://10.0.0.1:6443/api/v1?x=y"),
        ]);
        assert_eq!(
            text(&incoming(&answered, "10.0.0.1:6443")),
            "content-type: application/json\nlocation: /api/v1?x=y\nwarning: 299 - \"old\""
        );
        let elsewhere = map(&[("location", "https://token@evil.example/api")]);
        assert_eq!(text(&incoming(&elsewhere, "10.0.0.1:6443")), "");
    }
}
