//! Requests that are not looked at. Nothing of them may reach the API server.

use crate::backend::{Backend, OK};
use crate::http::{ask, exchange, get};

#[tokio::test]
async fn other_names_and_other_sites_are_refused() {
    let backend = Backend::answering(OK).await;
    let gateway = backend.start().await;
    let address = gateway.address();
    let own = format!("Host: {address}");
    for (headers, status) in [
        (vec!["Host: evil.example"], 421),
        (vec!["Host: evil.example:8888"], 421),
        (vec![&*own, "Host: evil.example"], 400),
        (vec![], 400),
        (vec![&*own, "Origin: http://evil.example"], 403),
        (vec![&*own, "Origin: null"], 403),
        (vec![&*own, "Sec-Fetch-Site: cross-site"], 403),
    ] {
        for target in ["/ping", "/api/v1/secrets", "/"] {
            let reply = ask(address, &format!("GET {target}"), &headers, "").await;
            assert_eq!(reply.status, status, "{target} {headers:?}");
            assert_eq!(reply.header("access-control-allow-origin"), None);
        }
    }
    assert!(backend.seen().is_empty());
    let origin = format!("Origin: http://{address}");
    assert_eq!(
        ask(address, "GET /api", &[&own, &origin], "").await.status,
        200
    );
}

#[tokio::test]
async fn paths_that_lead_elsewhere_are_refused() {
    let backend = Backend::answering(OK).await;
    let gateway = backend.start().await;
    for target in [
        "/apis/../..",
        "/apis/../../etc/passwd",
        "/api/v1/../../metrics",
        "/apis/%2e%2e/metrics",
        "/apis/.%2E/metrics",
        "/apis/%252e%252e/metrics",
        "/api/v1/namespaces/a%2Fb/pods",
        "/api/v1/namespaces/a%5Cb/pods",
        "/api/v1//pods",
        "//api/v1/pods",
        "/api/v1/pods%00",
        "/api/v1/pods/%0d%0aX-A:b",
        "http://127.0.0.1:1/api",
    ] {
        let reply = get(gateway.address(), target).await;
        assert_eq!(reply.status, 400, "{target}: {reply:?}");
    }
    for target in [
        "/metricss",
        "/debug/pprof",
        "/logs/x",
        "/healthz/etcd",
        "/.well-known/openid-configuration",
    ] {
        assert_eq!(get(gateway.address(), target).await.status, 404, "{target}");
    }
    assert!(backend.seen().is_empty(), "{:?}", backend.seen());
}

#[tokio::test]
async fn messages_with_two_ends_are_refused() {
    let backend = Backend::answering(OK).await;
    let gateway = backend.start().await;
    let host = gateway.address();
    let smuggled = "GET /api/v1/secrets HTTP/1.1\r\nHost: localhost\r\n\r\n";
    for framing in [
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
        "Content-Length: 4\r\nContent-Length: 60\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Content-Length: +4\r\n",
        "Content-Length: 4, 4\r\n",
        " Content-Length: 4\r\n",
        "X: a\r\n b\r\n",
        "Connection: Authorization\r\n",
    ] {
        let request = format!(
            "POST /api/v1/pods HTTP/1.1\r\nHost: {host}\r\n{framing}\r\n0\r\n\r\n{smuggled}"
        );
        let reply = exchange(host, request.as_bytes()).await;
        // Where only one way to read it is left, it is answered, and nothing that follows is read.
        let is_last = reply.header("connection") == Some("close");
        assert!(
            matches!(reply.status, 400 | 0) || is_last,
            "{framing:?}: {reply:?}"
        );
        assert!(!reply.body.contains("HTTP/1.1"), "{framing:?}: {reply:?}");
    }
    for seen in backend.seen() {
        let seen = seen.to_lowercase();
        assert!(!seen.contains("secrets"), "{seen}");
        let framings =
            seen.matches("content-length:").count() + seen.matches("transfer-encoding:").count();
        assert!(framings <= 1, "{seen}");
    }
    let passed_on = backend.seen().len();
    for request in [
        format!("CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n\r\n"),
        format!("TRACE /api HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
    ] {
        assert!(
            matches!(exchange(host, request.as_bytes()).await.status, 400 | 405),
            "{request}"
        );
    }
    // Asks for HTTP/2 in the clear, with a request that only the other side would see.
    let h2c = [
        &*format!("Host: {host}"),
        "Upgrade: h2c",
        "HTTP2-Settings: AAMAAABkAAQAAP__",
    ];
    let reply = ask(host, "GET /ping", &h2c, "").await;
    assert_eq!(reply.status, 200);
    assert_eq!(backend.seen().len(), passed_on, "{:?}", backend.seen());
}

#[tokio::test]
async fn nobody_leaves_http_by_a_trick() {
    let backend = Backend::answering(OK).await;
    let gateway = backend.start().await;
    let host = gateway.address();
    let hidden = "GET /api/v1/secrets HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let length = hidden.len();
    for (line, headers) in [
        (
            "GET /api HTTP/1.1",
            "Connection: Upgrade\r\nUpgrade: h2c\r\n",
        ),
        (
            "GET /api HTTP/1.1",
            "Connection: Upgrade\r\nUpgrade: TLS/1.0\r\n",
        ),
        (
            "GET /api HTTP/1.1",
            "Connection: Upgrade\r\nUpgrade: websocket, h2c\r\n",
        ),
        (
            "GET /api HTTP/1.1",
            "Connection: Upgrade\r\nUpgrade: websocket\r\nUpgrade: SPDY/3.1\r\n",
        ),
        ("GET /api HTTP/1.1", "Upgrade: websocket\r\n"),
        (
            "GET /api HTTP/1.0",
            "Connection: Upgrade\r\nUpgrade: websocket\r\n",
        ),
        (
            "GET /ping HTTP/1.1",
            "Connection: Upgrade\r\nUpgrade: websocket\r\n",
        ),
        (
            "GET /pod/list HTTP/1.1",
            "Connection: Upgrade\r\nUpgrade: websocket\r\n",
        ),
        (
            "GET /api HTTP/1.1",
            "Connection: Upgrade, Authorization\r\nUpgrade: websocket\r\n",
        ),
    ] {
        let request = format!(
            "{line}\r\nHost: {host}\r\n{headers}Connection: close\r\nContent-Length: {length}\r\n\r\n{hidden}"
        );
        let reply = exchange(host, request.as_bytes()).await;
        assert_ne!(reply.status, 101, "{line} {headers}: {reply:?}");
        for seen in backend.seen() {
            assert!(!seen.starts_with("GET /api/v1/secrets"), "{seen}");
            assert!(
                !seen.to_lowercase().contains("upgrade"),
                "{headers}: {seen}"
            );
        }
    }
    // What may be asked for has no body that could be taken for something else.
    let before = backend.seen().len();
    let request = format!(
        "GET /api HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Content-Length: {length}\r\n\r\n{hidden}"
    );
    let reply = exchange(host, request.as_bytes()).await;
    assert_eq!(reply.status, 400, "{reply:?}");
    assert_eq!(backend.seen().len(), before);
}

#[tokio::test]
async fn answers_cannot_be_taken_for_something_else() {
    let backend = Backend::answering(OK).await;
    let gateway = backend.start().await;
    for target in ["/", "/ping", "/api/v1/pods", "/nothing"] {
        let reply = get(gateway.address(), target).await;
        assert_eq!(
            reply.header("x-content-type-options"),
            Some("nosniff"),
            "{target}"
        );
        assert_eq!(reply.header("x-frame-options"), Some("DENY"), "{target}");
        assert_eq!(
            reply.header("cross-origin-resource-policy"),
            Some("same-origin"),
            "{target}"
        );
        assert_eq!(
            reply.header("access-control-allow-origin"),
            None,
            "{target}"
        );
    }
}

#[tokio::test]
async fn a_pods_page_is_not_one_of_the_gateways() {
    let backend = Backend::answering(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 33\r\n\
         Content-Security-Policy: script-src 'unsafe-inline'\r\nX-Content-Type-Options: sniff\r\n\
         X-Frame-Options: ALLOWALL\r\nAccess-Control-Allow-Origin: *\r\nService-Worker-Allowed: /\r\n\
         Strict-Transport-Security: max-age=1; includeSubDomains\r\nNEL: {}\r\nReport-To: {}\r\n\
         Reporting-Endpoints: a=\"https://evil.example\"\r\n\r\n\
         <script>fetch('/api/v1')</script>",
    )
    .await;
    let gateway = backend.start().await;
    let target = "/api/v1/namespaces/a/pods/evil/proxy/";
    let reply = get(gateway.address(), target).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let head = reply.head.to_lowercase();
    let policies: Vec<&str> = head
        .lines()
        .filter(|line| line.starts_with("content-security-policy"))
        .collect();
    assert!(
        matches!(policies[..], [policy] if policy.starts_with("content-security-policy: sandbox; default-src 'none'")),
        "{head}"
    );
    assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(reply.header("x-frame-options"), Some("DENY"));
    for of_the_site in [
        "access-control-allow-origin",
        "service-worker-allowed",
        "strict-transport-security",
        "nel",
        "report-to",
        "reporting-endpoints",
    ] {
        assert_eq!(reply.header(of_the_site), None, "{head}");
    }
}

#[tokio::test]
async fn a_site_that_is_allowed_may_read_what_it_asks_for_and_no_other() {
    let backend = Backend::answering(OK).await;
    let gateway = backend
        .gateway()
        .allow_origin("https://dashboard.example")
        .start()
        .await
        .unwrap();
    let address = gateway.address();
    let host = format!("Host: {address}");
    let origin = "Origin: https://dashboard.example";
    let reply = ask(address, "GET /api/v1/pods", &[&host, origin], "").await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.header("access-control-allow-origin"),
        Some("https://dashboard.example")
    );
    assert_eq!(reply.header("vary"), Some("origin"));
    assert_eq!(reply.header("access-control-allow-credentials"), None);
    let passed_on = backend.seen().len();
    let asks = [
        &*host,
        origin,
        "Access-Control-Request-Method: PATCH",
        "Access-Control-Request-Headers: authorization,content-type",
    ];
    let reply = ask(address, "OPTIONS /api/v1/pods", &asks, "").await;
    assert_eq!(reply.status, 204, "{reply:?}");
    assert_eq!(reply.header("access-control-allow-methods"), Some("PATCH"));
    assert_eq!(
        reply.header("access-control-allow-headers"),
        Some("authorization,content-type")
    );
    let evil = [&*host, "Origin: https://evil.example", asks[2]];
    let reply = ask(address, "OPTIONS /api/v1/pods", &evil, "").await;
    assert_eq!(reply.status, 403, "{reply:?}");
    assert_eq!(reply.header("access-control-allow-origin"), None);
    // A browser must not take this one's answer for that one's.
    assert_eq!(reply.header("vary"), Some("origin"));
    assert_eq!(backend.seen().len(), passed_on);
}
