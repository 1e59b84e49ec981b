//! Where a gateway starts and where it does not.

use std::time::Duration;

use pintle_gateway::StartErrorKind;
use pintle_pki::{CertificateAuthority, ServerNames, Validity};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::backend::{Backend, OK, SECRET};
use crate::http::{PATIENCE, get};

fn files() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let validity = Validity::new(946_684_800, 4_102_444_800).unwrap();
    let authority = CertificateAuthority::generate("test", validity).unwrap();
    let names = ServerNames::new().ip([127, 0, 0, 1]);
    let identity = authority.issue_server("gateway", &names, validity).unwrap();
    std::fs::write(
        directory.path().join("cert.pem"),
        identity.certificate_pem(),
    )
    .unwrap();
    std::fs::write(directory.path().join("key.pem"), identity.private_key_pem()).unwrap();
    std::fs::write(directory.path().join("tokens"), "sesame-1,ada,7\n").unwrap();
    directory
}

#[tokio::test]
async fn beyond_loopback_nobody_gets_in_unknown_or_in_the_clear() {
    let backend = Backend::answering(OK).await;
    let files = files();
    let path = |name: &str| files.path().join(name);
    let anywhere = || backend.gateway().listen(([0, 0, 0, 0], 0).into());
    let bare = anywhere().start().await.unwrap_err();
    assert!(
        bare.to_string()
            .contains("without TLS and a way to know callers"),
        "{bare}"
    );
    let clear = anywhere().tokens(path("tokens")).start().await.unwrap_err();
    assert!(clear.to_string().contains("without TLS"), "{clear}");
    let unknown = anywhere()
        .tls(path("cert.pem"), path("key.pem"))
        .start()
        .await
        .unwrap_err();
    assert!(
        unknown
            .to_string()
            .contains("without a way to know callers"),
        "{unknown}"
    );
    for error in [bare, clear, unknown] {
        assert_eq!(error.kind(), StartErrorKind::Exposed);
    }
    let both = anywhere()
        .tokens(path("tokens"))
        .tls(path("cert.pem"), path("key.pem"));
    let both = both.start().await.unwrap();
    assert!(both.url().starts_with("https://"));
    let danger = anywhere()
        .danger_allow_exposure(true)
        .start()
        .await
        .unwrap();
    danger.shutdown().await;
}

#[tokio::test]
async fn files_that_cannot_be_used_are_named_without_their_secrets() {
    let backend = Backend::answering(OK).await;
    let files = files();
    let path = |name: &str| files.path().join(name);
    let swapped = backend
        .gateway()
        .tls(path("key.pem"), path("cert.pem"))
        .start()
        .await;
    assert_eq!(swapped.unwrap_err().kind(), StartErrorKind::Credentials);
    let missing = backend
        .gateway()
        .tls(path("no"), path("key.pem"))
        .start()
        .await
        .unwrap_err();
    assert!(
        missing.to_string().contains("no cannot be used"),
        "{missing}"
    );
    std::fs::write(path("tokens"), "sesame-1,ada\n").unwrap();
    let tokens = backend
        .gateway()
        .tokens(path("tokens"))
        .start()
        .await
        .unwrap_err();
    assert!(tokens.to_string().contains("line 1"), "{tokens}");
    assert!(!tokens.to_string().contains("sesame"), "{tokens}");
    assert!(!format!("{:?}", backend.gateway()).contains(SECRET));
}

#[tokio::test]
async fn an_address_that_is_taken_is_named() {
    let backend = Backend::answering(OK).await;
    let error = backend
        .gateway()
        .listen(backend.address)
        .start()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), StartErrorKind::Address);
    assert!(
        error.to_string().contains(&backend.address.to_string()),
        "{error}"
    );
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_given_up() {
    // More than the buffers of any loopback connection.
    let backend = Backend::answering(long_answer()).await;
    let gateway = backend
        .gateway()
        .patience(Duration::from_millis(300))
        .start()
        .await
        .unwrap();
    let mut stream = TcpStream::connect(gateway.address()).await.unwrap();
    let request = format!(
        "GET /api/v1/pods HTTP/1.1\r\nHost: {}\r\n\r\n",
        gateway.address()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let mut all = Vec::new();
    // What was on the way comes, and then the end, long before all of it.
    let read = timeout(PATIENCE, stream.read_to_end(&mut all))
        .await
        .expect("it ends");
    assert!(read.is_err() || all.len() < LONG, "{}", all.len());
    assert_eq!(get(gateway.address(), "/ping").await.status, 200);
}

#[tokio::test]
async fn who_comes_while_all_places_are_taken_waits() {
    let backend = Backend::answering(OK).await;
    let gateway = backend.gateway().max_connections(1).start().await.unwrap();
    let first = TcpStream::connect(gateway.address()).await.unwrap();
    let second = get(gateway.address(), "/ping");
    tokio::pin!(second);
    let early = timeout(Duration::from_millis(200), &mut second).await;
    assert!(early.is_err(), "{early:?}");
    drop(first);
    assert_eq!(second.await.status, 200);
}

const LONG: usize = 64 << 20;

/// An answer that no buffer holds.
fn long_answer() -> &'static str {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length:";
    let answer = format!("{head} {LONG}\r\n\r\n{}", "x".repeat(LONG));
    Box::leak(answer.into_boxed_str())
}
