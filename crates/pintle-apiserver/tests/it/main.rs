//! The server over its sockets: TLS, both versions of HTTP, and its end.
#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

mod client;
mod connect;
mod limits;
mod sockets;

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use pintle_apiserver::{ApiServer, RunningServer};
use pintle_env::{ManualClock, Random, SystemRandom};
use pintle_pki::{CertificateAuthority, Validity};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use client::{Client, Credentials, Protocol};

const NAMESPACES: &str = "/api/v1/namespaces";
const WATCH: &str = "/api/v1/namespaces?watch=1&resourceVersion=LATEST";
const PROTOCOLS: [Protocol; 2] = [Protocol::Http1, Protocol::Http2];

async fn start() -> (RunningServer, Credentials) {
    let server = ApiServer::builder().start().await.unwrap();
    let credentials = Credentials::from_kubeconfig(server.kubeconfig().unwrap());
    (server, credentials)
}

fn namespace(name: &str) -> String {
    format!(r#"{{"metadata":{{"name":"{name}"}}}}"#)
}

#[tokio::test]
async fn both_protocols_are_spoken_by_negotiation() {
    let (_server, credentials) = start().await;
    for protocol in PROTOCOLS {
        let mut client = Client::connect(&credentials, protocol).await;
        assert_eq!(client.negotiated, protocol.alpn());
        let (code, text) = client.call("GET", "/version", "").await;
        assert_eq!(code, 200);
        assert!(text.contains(r#""minor": "36""#), "{text}");
        // The connection serves more than one request.
        assert_eq!(client.call("GET", NAMESPACES, "").await.0, 200);
    }
}

#[tokio::test]
async fn only_the_servers_own_certificates_are_somebody() {
    let (_server, credentials) = start().await;
    let validity = Validity::new(1_767_225_600, 4_102_444_800).unwrap();
    let other = CertificateAuthority::generate("other-ca", validity).unwrap();
    let other = other
        .issue_client("admin", &["system:masters"], validity)
        .unwrap();
    let pem = (other.certificate_pem(), other.private_key_pem());
    for stranger in [
        credentials.without_certificate(),
        credentials.with_certificate(pem),
    ] {
        let mut client = Client::connect(&stranger, Protocol::Http2).await;
        let (code, text) = client.call("GET", NAMESPACES, "").await;
        assert_eq!(code, 401);
        assert!(text.contains(r#""reason":"Unauthorized""#), "{text}");
    }
}

#[tokio::test]
async fn a_watch_streams_while_others_write() {
    let (_server, credentials) = start().await;
    for protocol in PROTOCOLS {
        let mut watcher = Client::connect(&credentials, protocol).await;
        let mut writer = Client::connect(&credentials, protocol).await;
        let mut watch = watcher.watch(WATCH).await;
        for n in 0..3 {
            let name = format!("{protocol:?}-{n}").to_lowercase();
            assert_eq!(
                writer.call("POST", NAMESPACES, &namespace(&name)).await.0,
                201
            );
            let line = loop {
                // The second protocol's watch begins with what the first one's wrote.
                let line = watch.next_line().await.unwrap();
                if line.contains(&format!(r#""name":"{name}""#)) {
                    break line;
                }
            };
            assert!(
                line.starts_with(r#"{"type":"ADDED","object":{"kind":"Namespace","#),
                "{line}"
            );
        }
    }
}

#[tokio::test]
async fn one_connection_carries_watches_and_requests_at_once() {
    let (_server, credentials) = start().await;
    let mut client = Client::connect(&credentials, Protocol::Http2).await;
    let mut first = client.watch(WATCH).await;
    let mut second = client.watch(WATCH).await;
    assert_eq!(
        client.call("POST", NAMESPACES, &namespace("ns1")).await.0,
        201
    );
    for watch in [&mut first, &mut second] {
        assert!(watch.next_line().await.unwrap().contains(r#""name":"ns1""#));
    }
}

#[tokio::test]
async fn a_deleted_namespace_is_removed_by_the_server() {
    let (_server, credentials) = start().await;
    let mut client = Client::connect(&credentials, Protocol::Http2).await;
    let mut watch = client.watch(WATCH).await;
    client.call("POST", NAMESPACES, &namespace("ns1")).await;
    let config_maps = "/api/v1/namespaces/ns1/configmaps";
    assert_eq!(
        client.call("POST", config_maps, &namespace("c1")).await.0,
        201
    );
    let (code, text) = client.call("DELETE", "/api/v1/namespaces/ns1", "").await;
    assert_eq!(code, 200);
    assert!(text.contains(r#""phase":"Terminating""#), "{text}");
    let mut types = Vec::new();
    while types.last().is_none_or(|last| last != "DELETED") {
        let line = watch.next_line().await.unwrap();
        let type_ = line.strip_prefix(r#"{"type":""#).unwrap();
        types.push(type_.split('"').next().unwrap().to_owned());
    }
    // It is deleted, then it says that nothing is left, and then it goes.
    assert_eq!(types, ["ADDED", "MODIFIED", "MODIFIED", "DELETED"]);
    assert_eq!(
        client.call("GET", "/api/v1/namespaces/ns1", "").await.0,
        404
    );
}

#[tokio::test]
async fn shutdown_ends_watches_and_gives_the_port_back() {
    for protocol in PROTOCOLS {
        let (server, credentials) = start().await;
        let address = server.address().unwrap();
        let mut client = Client::connect(&credentials, protocol).await;
        let mut watch = client.watch(WATCH).await;
        let shutdown = tokio::time::timeout(Duration::from_secs(4), server.shutdown());
        let (ended, ()) = tokio::join!(watch.next_line(), async {
            shutdown.await.expect("nothing is left to wait for");
        });
        assert_eq!(ended, None, "the stream ends as streams do");
        assert!(tokio::net::TcpStream::connect(address).await.is_err());
        let again = ApiServer::builder().listen(address).start().await.unwrap();
        assert_eq!(again.address(), Some(address));
    }
}

#[tokio::test]
async fn dropping_the_server_breaks_its_connections_off() {
    for protocol in PROTOCOLS {
        let (server, credentials) = start().await;
        let address = server.address().unwrap();
        let mut client = Client::connect(&credentials, protocol).await;
        let mut watch = client.watch(WATCH).await;
        drop(server);
        assert!(watch.next_chunk().await.is_none_or(|chunk| chunk.is_err()));
        assert!(tokio::net::TcpStream::connect(address).await.is_err());
    }
}

#[tokio::test]
async fn a_taken_address_is_an_error_that_says_so() {
    let (server, _) = start().await;
    let again = ApiServer::builder()
        .listen(server.address().unwrap())
        .start()
        .await;
    let error = again.unwrap_err();
    assert!(error.is_address());
    assert_eq!(
        error.to_string(),
        format!("cannot listen on {}", server.address().unwrap())
    );
    assert!(std::error::Error::source(&error).is_some());
}

#[tokio::test]
async fn nonsense_on_a_connection_does_no_harm() {
    let (server, credentials) = start().await;
    for nonsense in [
        &b"GET / HTTP/1.1\r\n\r\n"[..],
        &[0; 64],
        b"\x16\x03\x01\xff\xff",
    ] {
        let mut stream = tokio::net::TcpStream::connect(server.address().unwrap())
            .await
            .unwrap();
        stream.write_all(nonsense).await.unwrap();
    }
    for protocol in PROTOCOLS {
        let mut client = Client::connect(&credentials, protocol).await;
        for path in [
            "/%",
            "/api/v1/namespaces/%ff",
            "//",
            "/api/v1/namespaces?limit=%",
        ] {
            assert!(client.call("GET", path, "").await.0 < 500, "{path}");
        }
        assert_eq!(
            client.call("GET", "/readyz", "").await,
            (200, "ok".to_owned())
        );
    }
}

#[tokio::test]
async fn the_certificate_names_whatever_address_was_asked_for() {
    let server = ApiServer::builder().listen("127.0.0.2:0".parse().unwrap());
    let server = server.start().await.unwrap();
    let credentials = Credentials::from_kubeconfig(server.kubeconfig().unwrap());
    let mut client = Client::connect_as("127.0.0.2", &credentials, Protocol::Http2).await;
    assert_eq!(client.call("GET", "/version", "").await.0, 200);
}

/// Moves a clock while something happens, which does not wait for anything else.
async fn passing<T>(clock: &ManualClock, happens: impl Future<Output = T>) -> T {
    let time = async {
        loop {
            tokio::task::yield_now().await;
            clock.advance(Duration::from_secs(1));
        }
    };
    tokio::select! {
        happened = tokio::time::timeout(Duration::from_secs(10), happens) => happened.unwrap(),
        () = time => unreachable!("time does not end"),
    }
}

#[tokio::test]
async fn a_connection_on_which_nothing_is_asked_is_closed() {
    let clock = ManualClock::new();
    let server = ApiServer::builder().time(clock.clone()).start();
    let server = server.await.unwrap();
    let credentials = Credentials::from_kubeconfig(server.kubeconfig().unwrap());
    let mut stream = client::handshake("localhost", &credentials, Protocol::Http2).await;
    // The server speaks first, so that it is known to be past the handshake.
    stream.read_u8().await.unwrap();
    let mut rest = Vec::new();
    // Whether or not TLS says goodbye, the connection is over.
    _ = passing(&clock, stream.read_to_end(&mut rest)).await;
    let mut client = Client::connect(&credentials, Protocol::Http2).await;
    assert_eq!(client.call("GET", NAMESPACES, "").await.0, 200);
    clock.advance(Duration::from_secs(3600));
    let again = client.call("GET", NAMESPACES, "").await;
    assert_eq!(again.0, 200, "one that was used stays");
}

#[tokio::test]
async fn strangers_do_not_take_all_connections() {
    let (_server, credentials) = start().await;
    let stranger = credentials.without_certificate();
    let mut strangers = Vec::new();
    for _ in 0..100 {
        let mut client = Client::connect(&stranger, Protocol::Http1).await;
        assert_eq!(client.call("GET", NAMESPACES, "").await.0, 401);
        strangers.push(client);
    }
    let mut stream = client::handshake("localhost", &stranger, Protocol::Http1).await;
    let mut answer = Vec::new();
    _ = stream.read_to_end(&mut answer).await;
    assert!(answer.is_empty(), "it is closed without a word");
    let mut client = Client::connect(&credentials, Protocol::Http1).await;
    assert_eq!(client.call("GET", NAMESPACES, "").await.0, 200);
}

/// Randomness that shows whether a server still has it.
struct Held {
    _alive: Arc<()>,
}

impl Random for Held {
    fn next_u64(&self) -> u64 {
        SystemRandom.next_u64()
    }
}

#[tokio::test]
async fn shutdown_leaves_no_connection_behind() {
    let clock = ManualClock::new();
    let alive = Arc::new(());
    let held: Weak<()> = Arc::downgrade(&alive);
    let random = Held { _alive: alive };
    let server = ApiServer::builder().time(clock.clone()).random(random);
    let server = server.start().await.unwrap();
    let credentials = Credentials::from_kubeconfig(server.kubeconfig().unwrap());
    let mut stream = client::handshake("localhost", &credentials, Protocol::Http1).await;
    let request = format!(
        "POST {NAMESPACES} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: 9\r\nExpect: 100-continue\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 100", "the request is being read");
    passing(&clock, server.shutdown()).await;
    assert!(held.upgrade().is_none(), "a connection is left");
}
