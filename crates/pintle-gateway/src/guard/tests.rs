//! Heads of requests that pass and that do not.

use http::Request;
use http::request::Parts;

use super::*;

fn head(line: &str, headers: &[(&str, &str)]) -> Parts {
    let (method, target) = line.split_once(' ').unwrap();
    let mut request = Request::builder().method(method).uri(target);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap().into_parts().0
}

fn outcome(line: &str, headers: &[(&str, &str)]) -> u16 {
    let guard = Guard::new(
        [127, 0, 0, 1].into(),
        vec!["gateway.example".to_owned()],
        vec!["https://dashboard.example/".to_owned()],
        &[],
        false,
    );
    match guard.check(&head(line, headers)) {
        Ok(()) => 200,
        Err(refusal) => refusal.status.as_u16(),
    }
}

fn named(host: &str) -> u16 {
    outcome("GET /ping", &[("host", host)])
}

#[test]
fn only_our_own_names_are_answered() {
    for host in [
        "127.0.0.1",
        "127.0.0.1:8888",
        "localhost:1",
        "LOCALHOST",
        "[::1]",
        "[::1]:8888",
        "gateway.example",
    ] {
        assert_eq!(named(host), 200, "{host}");
    }
    for host in [
        "evil.example",
        "127.0.0.2",
        "localhost.evil.example",
        "localhost.",
        "[::2]",
        "",
        ":8888",
        "localhost:x",
        "localhost@evil.example",
        "127.0.0.1.nip.example:8888",
    ] {
        assert_eq!(named(host), 421, "{host}");
    }
    assert_eq!(outcome("GET /ping", &[]), 400);
    assert_eq!(
        outcome(
            "GET /ping",
            &[("host", "localhost"), ("host", "evil.example")]
        ),
        400
    );
}

#[test]
fn pages_of_other_sites_are_refused() {
    let from = |line: &str, headers: &[(&str, &str)]| {
        let headers: Vec<_> = [("host", "localhost:8888")]
            .iter()
            .chain(headers)
            .copied()
            .collect();
        outcome(line, &headers)
    };
    let origin = |origin: &str| from("POST /api/v1/pods", &[("origin", origin)]);
    assert_eq!(origin("http://localhost:8888"), 200);
    assert_eq!(origin("https://dashboard.example"), 200);
    for foreign in [
        "http://evil.example",
        "null",
        "",
        "https://localhost:8888",
        "http://localhost:9999",
        "http://127.0.0.1:8888",
        "http://localhost:8888.evil.example",
    ] {
        assert_eq!(origin(foreign), 403, "{foreign}");
    }
    let twice = [
        ("origin", "http://localhost:8888"),
        ("origin", "http://evil.example"),
    ];
    assert_eq!(from("GET /ping", &twice), 400);
    for (site, mode, path, expected) in [
        ("same-origin", "cors", "/api", 200),
        ("none", "navigate", "/api", 200),
        ("cross-site", "no-cors", "/api", 403),
        ("cross-site", "navigate", "/api/v1/pods", 403),
        ("cross-site", "navigate", "/", 200),
        ("same-site", "no-cors", "/", 403),
    ] {
        let headers = [("sec-fetch-site", site), ("sec-fetch-mode", mode)];
        assert_eq!(
            from(&format!("GET {path}"), &headers),
            expected,
            "{site} {mode} {path}"
        );
    }
}

#[test]
fn paths_that_mean_two_things_are_refused() {
    let path = |path: &str| outcome(&format!("GET {path}"), &[("host", "localhost")]);
    for plain in [
        "/",
        "/pods//v1",
        "/api/v1/namespaces/a/pods/b.c",
        "/a%20b",
        "/a:b",
        "/a/",
    ] {
        assert_eq!(path(plain), 200, "{plain}");
    }
    for other in [
        "/apis/../..",
        "/apis/..",
        "/..",
        "/./a",
        "/apis/%2e%2e/x",
        "/apis/%2E./x",
        "/a%2fb",
        "/a%2Fb",
        "/a%5cb",
        "/a\\b",
        "/a%00b",
        "/a%0d%0ab",
        "/a%252e%252e",
        "/a%",
        "/a%2",
        "/a%zz",
        "/a%ff",
    ] {
        assert_eq!(path(other), 400, "{other}");
    }
    assert!(is_unambiguous("/api/v1/") && is_unambiguous("/api"));
    assert!(!is_unambiguous("//api") && !is_unambiguous("/api//v1") && !is_unambiguous("/api//"));
}

#[test]
fn bodies_that_end_in_two_places_are_refused() {
    let with = |headers: &[(&str, &str)]| {
        let headers: Vec<_> = [("host", "localhost")]
            .iter()
            .chain(headers)
            .copied()
            .collect();
        outcome("POST /api", &headers)
    };
    assert_eq!(with(&[("content-length", "3")]), 200);
    assert_eq!(with(&[("transfer-encoding", "chunked")]), 200);
    assert_eq!(
        with(&[("content-length", "3"), ("transfer-encoding", "chunked")]),
        400
    );
    assert_eq!(
        with(&[("content-length", "3"), ("content-length", "3")]),
        400
    );
    assert_eq!(with(&[("transfer-encoding", "gzip, chunked")]), 400);
    assert_eq!(
        with(&[
            ("transfer-encoding", "chunked"),
            ("transfer-encoding", "chunked")
        ]),
        400
    );
    assert_eq!(with(&[("transfer-encoding", "xchunked")]), 400);
    assert_eq!(with(&[("connection", "close, Authorization")]), 400);
    assert_eq!(with(&[("connection", "keep-alive, x-a")]), 200);
}

#[test]
fn a_gateway_is_no_forward_proxy() {
    assert_eq!(
        outcome("GET http://localhost/ping", &[("host", "localhost")]),
        400
    );
    assert_eq!(
        outcome("CONNECT localhost:80", &[("host", "localhost")]),
        405
    );
    assert_eq!(outcome("TRACE /ping", &[("host", "localhost")]), 405);
}

#[test]
fn callers_are_known_by_their_tokens() {
    let tokens = "# a comment\n\nsesame-1,ada,7\nsesame-2, bob ,8,\"devs, admins\"\n";
    let tokens = Tokens::parse(tokens).unwrap();
    let caller = |value: &str| {
        let head = head("GET /", &[("authorization", value)]);
        tokens.caller(&head).map(Caller::user)
    };
    assert_eq!(caller("Bearer sesame-1"), Some("ada"));
    assert_eq!(caller("bearer sesame-2"), Some("bob"));
    for other in [
        "Bearer sesame-3",
        "Bearer ",
        "Basic sesame-1",
        "sesame-1",
        "Bearer sesame-1x",
    ] {
        assert_eq!(caller(other), None, "{other}");
    }
    let twice = head(
        "GET /",
        &[
            ("authorization", "Bearer sesame-1"),
            ("authorization", "Bearer x"),
        ],
    );
    assert_eq!(tokens.caller(&twice), None);
    assert!(!format!("{tokens:?}").contains("sesame"));
    for (text, problem) in [
        ("", "no token"),
        ("sesame-1,ada", "line 1"),
        ("sesame-1,ada\tb\u{7f},7", "line 1"),
        ("sesame-1,ada,7,\"devs,a\0b\"", "line 1"),
        ("sesame-1,ada,7\nsesame-1,bob,8", "line 2"),
    ] {
        let error = Tokens::parse(text).unwrap_err();
        assert!(
            error.contains(problem) && !error.contains("sesame"),
            "{error}"
        );
    }
}

#[test]
fn only_paths_that_are_named_are_served() {
    let patterns = [
        "/pod/list",
        "/pods//v1",
        "/stream/**",
        "/api/v1/namespaces/*/pods",
        "/apis/apps/v1/**",
        "/",
    ];
    let guard = Guard::new(
        [127, 0, 0, 1].into(),
        Vec::new(),
        Vec::new(),
        &patterns.map(str::to_owned),
        false,
    );
    let status = |path: &str| {
        let head = head(&format!("GET {path}"), &[("host", "localhost")]);
        guard
            .check(&head)
            .map_or_else(|refusal| refusal.status.as_u16(), |()| 200)
    };
    for served in [
        "/",
        "/pod/list",
        "/pod/list?namespace=a",
        "/pods//v1",
        "/stream",
        "/stream/pods/core/v1",
        "/api/v1/namespaces/team/pods",
        "/apis/apps/v1",
        "/apis/apps/v1/deployments",
    ] {
        assert_eq!(status(served), 200, "{served}");
    }
    for refused in [
        "/pod/list/",
        "/pod/lis%74",
        "/pods/core/v1",
        "/streams",
        "/api/v1/pods",
        "/api/v1/namespaces/team/pods/a",
        "/api/v1/namespaces/team/secrets",
        "/apis/apps/v1beta1/deployments",
        "/healthz",
        "/page.js",
    ] {
        assert_eq!(status(refused), 403, "{refused}");
    }
    assert_eq!(status("/stream/../metrics"), 400);
}
