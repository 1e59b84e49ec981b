//! The gateway's own answers, and the files of the page.

use crate::backend::{Backend, OK};
use crate::http::{ask, get};

#[tokio::test]
async fn what_the_gateway_knows_comes_in_an_envelope() {
    let backend = Backend::answering(OK).await;
    let gateway = backend.start().await;
    let reply = get(gateway.address(), "/ping").await;
    assert_eq!(reply.body, r#"{"code":20000,"message":"pong"}"#);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    let host = format!("Host: {}", gateway.address());
    let reply = ask(gateway.address(), "POST /ping", &[&host], "").await;
    assert_eq!(reply.status, 405);
    let reply = ask(gateway.address(), "HEAD /ping", &[&host], "").await;
    assert_eq!((reply.status, reply.body.as_str()), (200, ""));
}

#[tokio::test]
async fn the_page_loads_nothing_from_elsewhere() {
    let backend = Backend::answering(OK).await;
    let gateway = backend.start().await;
    for (target, media_type) in [
        ("/", "text/html; charset=utf-8"),
        ("/page.js", "text/javascript; charset=utf-8"),
        ("/page.css", "text/css; charset=utf-8"),
        ("/favicon.svg", "image/svg+xml"),
    ] {
        let reply = get(gateway.address(), target).await;
        assert_eq!(reply.header("content-type"), Some(media_type));
        let policy = reply.header("content-security-policy").unwrap();
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self'"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe"), "{policy}");
        let tag = format!("If-None-Match: {}", reply.header("etag").unwrap());
        let host = format!("Host: {}", gateway.address());
        let again = ask(
            gateway.address(),
            &format!("GET {target}"),
            &[&host, &tag],
            "",
        )
        .await;
        assert_eq!((again.status, again.body.as_str()), (304, ""));
    }
    assert!(backend.seen().is_empty());
}
