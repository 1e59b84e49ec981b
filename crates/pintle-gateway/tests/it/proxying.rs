//! What goes on to the API server and what comes back.

use pintle_gateway::Gateway;
use pintle_test::Cluster;

use crate::backend::{Backend, OK, SECRET};
use crate::http::{ask, get};

#[tokio::test]
async fn a_request_goes_on_as_it_is_but_for_what_is_the_callers() {
    let backend = Backend::answering(OK).await;
    let gateway = backend.start().await;
    let host = format!("Host: {}", gateway.address());
    let headers = [
        &*host,
        "Accept: application/json",
        "Authorization: Bearer callers-own",
        "Cookie: a=b",
        "X-Remote-User: root",
        "X-Forwarded-For: 1.2.3.4",
        "Proxy-Authorization: Basic x",
        "Content-Length: 4",
        "Content-Type: application/json",
    ];
    let target = "POST /api/v1/namespaces/default/pods?dryRun=All&x=%2F..%20y";
    let reply = ask(gateway.address(), target, &headers, "body").await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "{}"));
    let seen = backend.seen().join("\n");
    assert!(
        seen.starts_with(&format!("{target} HTTP/1.1\r\n")),
        "{seen}"
    );
    assert!(
        seen.ends_with("\r\n\r\nbody") || seen.contains("\r\nbody\r\n"),
        "{seen}"
    );
    let seen = seen.to_lowercase();
    assert!(
        seen.contains(&format!("authorization: bearer {SECRET}")),
        "{seen}"
    );
    for gone in [
        "callers-own",
        "cookie",
        "x-remote",
        "x-forwarded",
        "proxy-auth",
        "impersonate",
    ] {
        assert!(!seen.contains(gone), "{gone}: {seen}");
    }
    gateway.shutdown().await;
}

#[tokio::test]
async fn nothing_that_is_the_gateways_comes_back() {
    let backend = Backend::answering(
        "HTTP/1.1 302 Found\r\nLocation: https://gateway-secret-9b1d@elsewhere.example/x\r\n\
         Set-Cookie: session=gateway-secret-9b1d\r\nWWW-Authenticate: Bearer\r\nConnection: X-Hop\r\n\
         X-Hop: 1\r\nWarning: 299 - \"old\"\r\nContent-Length: 0\r\n\r\n",
    )
    .await;
    let gateway = backend.start().await;
    let reply = get(gateway.address(), "/api/v1/nodes").await;
    assert_eq!(reply.status, 302);
    assert_eq!(reply.header("warning"), Some("299 - \"old\""));
    for gone in ["location", "set-cookie", "www-authenticate", "x-hop"] {
        assert_eq!(reply.header(gone), None, "{reply:?}");
    }
    assert!(!reply.head.contains(SECRET), "{reply:?}");
}

#[tokio::test]
async fn a_server_that_gives_no_answer_is_told_of_without_a_secret() {
    let backend = Backend::answering("nonsense\r\n\r\n").await;
    let gateway = backend.start().await;
    let reply = get(gateway.address(), "/api/v1/pods").await;
    assert_eq!(reply.status, 502);
    assert!(
        reply.body.contains("gave the gateway no answer"),
        "{reply:?}"
    );
    assert!(!format!("{reply:?}").contains(SECRET), "{reply:?}");
    assert_eq!(get(gateway.address(), "/readyz").await.status, 503);
    assert_eq!(get(gateway.address(), "/healthz").await.status, 200);
}

#[tokio::test]
async fn callers_act_under_their_own_names() {
    let backend = Backend::answering(OK).await;
    let directory = tempfile::tempdir().unwrap();
    let tokens = directory.path().join("tokens");
    std::fs::write(&tokens, "sesame-1,ada,7,\"devs,admins\"\n").unwrap();
    let gateway = backend.gateway().tokens(tokens).start().await.unwrap();
    let host = format!("Host: {}", gateway.address());
    let ask = async |line: &str, more: &str| ask(gateway.address(), line, &[&host, more], "").await;
    assert_eq!(ask("GET /api/v1/pods", "Accept: */*").await.status, 401);
    assert_eq!(
        ask("GET /api/v1/pods", "Authorization: Bearer sesame-2")
            .await
            .status,
        401
    );
    assert_eq!(ask("GET /metrics", "Accept: */*").await.status, 401);
    assert_eq!(ask("GET /ping", "Accept: */*").await.status, 200);
    assert_eq!(ask("GET /", "Accept: */*").await.status, 200);
    assert!(backend.seen().is_empty());
    let reply = ask("GET /api/v1/pods", "Authorization: Bearer sesame-1").await;
    assert_eq!(reply.status, 200);
    let seen = backend.seen().join("").to_lowercase();
    for line in [
        "impersonate-user: ada",
        "impersonate-uid: 7",
        "impersonate-group: devs",
        "impersonate-group: admins",
    ] {
        assert!(seen.contains(line), "{seen}");
    }
    assert!(!seen.contains("sesame"), "{seen}");
    let both = "Authorization: Bearer sesame-1\r\nImpersonate-User: root";
    assert_eq!(ask("GET /api/v1/pods", both).await.status, 403);
    assert_eq!(backend.seen().len(), 1);
}

#[tokio::test]
async fn long_bodies_and_many_headers_are_refused() {
    let backend = Backend::answering(OK).await;
    let gateway = backend.gateway().max_body(10).start().await.unwrap();
    let host = format!("Host: {}", gateway.address());
    let line = "POST /api/v1/pods";
    let reply = ask(
        gateway.address(),
        line,
        &[&host, "Content-Length: 11"],
        "12345678901",
    )
    .await;
    assert_eq!(reply.status, 413);
    assert!(backend.seen().is_empty());
    let chunked = "b\r\n12345678901\r\n0\r\n\r\n";
    let reply = ask(
        gateway.address(),
        line,
        &[&host, "Transfer-Encoding: chunked"],
        chunked,
    )
    .await;
    assert_eq!(reply.status, 413, "{reply:?}");
    let many: Vec<String> = (0..120).map(|index| format!("X-{index}: 1")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).chain([&*host]).collect();
    assert_eq!(ask(gateway.address(), line, &many, "").await.status, 431);
    let long = format!("X-Long: {}", "x".repeat(200_000));
    assert_eq!(
        ask(gateway.address(), line, &[&host, &long], "")
            .await
            .status,
        431
    );
}

#[tokio::test]
async fn a_gateway_that_only_reads_passes_on_only_what_reads() {
    let backend = Backend::answering(OK).await;
    let gateway = backend.gateway().read_only(true).start().await.unwrap();
    let host = format!("Host: {}", gateway.address());
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        let reply = ask(
            gateway.address(),
            &format!("{method} /api/v1/pods"),
            &[&host],
            "",
        )
        .await;
        assert_eq!(reply.status, 403, "{method}");
    }
    let upgrade = ["Upgrade: websocket", &*host];
    let reply = ask(
        gateway.address(),
        "GET /api/v1/namespaces/a/pods/b/exec",
        &upgrade,
        "",
    )
    .await;
    assert_eq!(reply.status, 403);
    assert!(backend.seen().is_empty());
    assert_eq!(get(gateway.address(), "/api/v1/pods").await.status, 200);
}

#[tokio::test]
async fn a_cluster_is_read_and_written_through_it() {
    let cluster = Cluster::start().await.unwrap();
    let gateway = Gateway::builder(cluster.config().unwrap()).listen(([127, 0, 0, 1], 0).into());
    let gateway = gateway.start().await.unwrap();
    let address = gateway.address();
    let host = format!("Host: {address}");
    let body = r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"v"}}"#;
    let length = format!("Content-Length: {}", body.len());
    let headers = [&*host, "Content-Type: application/json", &length];
    let maps = "/api/v1/namespaces/default/configmaps";
    let made = ask(address, &format!("POST {maps}"), &headers, body).await;
    assert_eq!(made.status, 201, "{made:?}");
    let list = get(address, &format!("{maps}?limit=1")).await;
    assert!(list.body.contains(r#""kind":"ConfigMapList""#), "{list:?}");
    let watch = get(
        address,
        &format!("{maps}?watch=true&timeoutSeconds=1&fieldSelector=metadata.name%3Da"),
    )
    .await;
    assert!(watch.body.starts_with(r#"{"type":"ADDED""#), "{watch:?}");
    let missing = get(address, &format!("{maps}/b")).await;
    assert_eq!(missing.status, 404);
    assert!(
        missing.body.contains("\"reason\":\"NotFound\""),
        "{missing:?}"
    );
    assert!(get(address, "/version").await.body.contains("gitVersion"));
    assert!(get(address, "/openapi/v3").await.body.contains("api/v1"));
    assert_eq!(get(address, "/pods/core/v1").await.status, 200);
    for _ in 0..100 {
        if get(address, "/readyz").await.status == 200 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(get(address, "/readyz").await.body, "ok");
    let metrics = get(address, "/metrics").await;
    assert!(
        metrics
            .body
            .contains(r#"pintle_gateway_requests_total{route="proxy",status="201"} 1"#),
        "{metrics:?}"
    );
    gateway.shutdown().await;
}

#[tokio::test]
async fn a_connection_that_leaves_http_is_passed_through_untouched() {
    let backend = Backend::answering(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\
         X-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n\u{0}\u{1}hello from the other side",
    )
    .await;
    let gateway = backend.start().await;
    let host = format!("Host: {}", gateway.address());
    let request = format!(
        "POST /api/v1/namespaces/a/pods/b/exec?command=x HTTP/1.1\r\n{host}\r\nConnection: Upgrade\r\n\
         Upgrade: SPDY/3.1\r\nAuthorization: Bearer callers-own\r\nContent-Length: 0\r\n\r\n"
    );
    let reply = crate::http::exchange(gateway.address(), request.as_bytes()).await;
    assert_eq!(reply.status, 101, "{reply:?}");
    assert_eq!(reply.header("upgrade"), Some("SPDY/3.1"));
    assert_eq!(
        reply.header("x-stream-protocol-version"),
        Some("v4.channel.k8s.io")
    );
    assert_eq!(reply.body, "\u{0}\u{1}hello from the other side");
    let seen = backend.seen().join("").to_lowercase();
    assert!(
        seen.contains("upgrade: spdy/3.1") && seen.contains(&format!("bearer {SECRET}")),
        "{seen}"
    );
    assert!(!seen.contains("callers-own"), "{seen}");
    assert!(!format!("{reply:?}").contains(SECRET));
}

#[tokio::test]
async fn who_may_not_leave_http_is_told_in_http() {
    let backend = Backend::answering("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno").await;
    let gateway = backend.start().await;
    let host = format!("Host: {}", gateway.address());
    let request = format!(
        "GET /api/v1/namespaces/a/pods/b/exec HTTP/1.1\r\n{host}\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n"
    );
    let reply = crate::http::exchange(gateway.address(), request.as_bytes()).await;
    assert_eq!((reply.status, reply.body.as_str()), (403, "no"));
}
