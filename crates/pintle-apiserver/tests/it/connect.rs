//! Clients connected with kubelets: bytes both ways, the ends of connections, and who trusts whom.

use std::{sync::Arc, time::Duration};

use pintle_apiserver::{ApiServer, ApiServerBuilder, RunningServer};
use pintle_pki::{CertificateAuthority, Identity, ServerNames, Validity};
use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    server::WebPkiClientVerifier,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, client, server::TlsStream};

use super::client::{Client, Credentials, Protocol, handshake};

/// Where a kubelet is waited for, in the place of one.
struct Kubelet {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

/// A server with a pod on a node, and the kubelet of that node.
struct Cluster {
    server: RunningServer,
    credentials: Credentials,
    kubelet: Kubelet,
}

impl Kubelet {
    /// A kubelet that shows `identity` and takes whom the server's authority, as PEM, has signed.
    async fn new(identity: &Identity, clients: Option<&str>) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .unwrap();
        let config = match clients {
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(certificate(authority)).unwrap();
                let roots = roots.into();
                let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider);
                config.with_client_cert_verifier(verifier.build().unwrap())
            }
            None => config.with_no_client_auth(),
        };
        let key = PrivateKeyDer::from_pem_slice(identity.private_key_pem().as_bytes()).unwrap();
        let chain = vec![certificate(identity.certificate_pem())];
        let config = config.with_single_cert(chain, key).unwrap();
        Self {
            listener: TcpListener::bind("127.0.0.1:0").await.unwrap(),
            acceptor: TlsAcceptor::from(Arc::new(config)),
        }
    }

    /// The next connection, and the head of the request that came over it.
    async fn asked(&self) -> (TlsStream<TcpStream>, String) {
        let (stream, _) = self.listener.accept().await.unwrap();
        let mut stream = self.acceptor.accept(stream).await.unwrap();
        let head = read_head(&mut stream).await;
        (stream, head)
    }

    /// A node whose kubelet this is, and a pod on it.
    async fn register(&self, credentials: &Credentials) {
        let mut client = Client::connect(credentials, Protocol::Http1).await;
        let port = self.listener.local_addr().unwrap().port();
        let node = format!(
            r#"{{"metadata":{{"name":"n"}},"status":{{
                "addresses":[{{"type":"InternalIP","address":"127.0.0.1"}}],
                "daemonEndpoints":{{"kubeletEndpoint":{{"Port":{port}}}}}}}}}"#
        );
        let pod =
            r#"{"metadata":{"name":"p"},"spec":{"nodeName":"n","containers":[{"name":"c"}]}}"#;
        for (method, path, body) in [
            ("POST", "/api/v1/nodes", node.as_str()),
            ("PUT", "/api/v1/nodes/n/status", &node),
            ("POST", "/api/v1/namespaces/default/pods", pod),
        ] {
            let (code, text) = client.call(method, path, body).await;
            assert!(code < 300, "{text}");
        }
    }
}

impl Cluster {
    async fn start() -> Self {
        let authority = authority();
        let kubelet = Kubelet::new(&serving(&authority), None).await;
        Self::of(ApiServer::builder(), kubelet).await
    }

    async fn of(builder: ApiServerBuilder, kubelet: Kubelet) -> Self {
        let server = builder.start().await.unwrap();
        let credentials = Credentials::from_kubeconfig(server.kubeconfig().unwrap());
        kubelet.register(&credentials).await;
        Self {
            server,
            credentials,
            kubelet,
        }
    }

    /// A client and a kubelet that have left HTTP.
    async fn tunnel(&self) -> (client::TlsStream<TcpStream>, TlsStream<TcpStream>) {
        let mut client = handshake("localhost", &self.credentials, Protocol::Http1).await;
        let request = "POST /api/v1/namespaces/default/pods/p/exec?command=a%20b&command=c&stdin=1\
                       &stdout=true&stderr=false&tty=0 HTTP/1.1\r\nHost: localhost\r\n\
                       Connection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\
                       X-Stream-Protocol-Version: v4.channel.k8s.io\r\n\
                       Authorization: Bearer secret\r\n\r\n";
        client.write_all(request.as_bytes()).await.unwrap();
        let (mut kubelet, head) = self.kubelet.asked().await;
        let line = "POST /exec/default/p/c?command=a+b&command=c&input=1&output=1 HTTP/1.1\r\n";
        assert!(head.starts_with(line), "{head}");
        for header in [
            "upgrade: SPDY/3.1",
            "connection: Upgrade",
            "x-stream-protocol-version: v4.channel.k8s.io",
            "x-forwarded-for: 127.0.0.1",
        ] {
            assert!(head.contains(&format!("\r\n{header}\r\n")), "{head}");
        }
        assert!(!head.contains("secret"), "{head}");
        // What follows the head at once is not lost either.
        let answer = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\
                      Upgrade: SPDY/3.1\r\nX-Own: 1\r\n\r\nfirst";
        kubelet.write_all(answer.as_bytes()).await.unwrap();
        let head = read_head(&mut client).await;
        assert!(
            head.starts_with("HTTP/1.1 101 Switching Protocols\r\n"),
            "{head}"
        );
        assert!(head.contains("\r\nx-own: 1\r\n"), "{head}");
        let mut first = [0; 5];
        client.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"first");
        (client, kubelet)
    }

    async fn shutdown(self) {
        let ended = timeout(SOON, self.server.shutdown()).await;
        ended.expect("nothing is left to wait for");
    }
}

fn authority() -> CertificateAuthority {
    CertificateAuthority::generate("kubelets", validity()).unwrap()
}

fn serving(authority: &CertificateAuthority) -> Identity {
    let names = ServerNames::new().ip([127, 0, 0, 1]);
    authority.issue_server("n", &names, validity()).unwrap()
}

fn validity() -> Validity {
    Validity::new(1_767_225_600, 4_102_444_800).unwrap()
}

fn certificate(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()
}

async fn read_head(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

/// All that is still to come. Whether TLS says goodbye at the end does not matter.
async fn rest(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> Vec<u8> {
    let mut rest = Vec::new();
    let read = timeout(SOON, stream.read_to_end(&mut rest)).await;
    _ = read.expect("it ends");
    rest
}

const SOON: Duration = Duration::from_secs(4);
const LOG: &str = "/api/v1/namespaces/default/pods/p/log";

#[tokio::test]
async fn an_upgraded_connection_carries_what_it_is_given() {
    let cluster = Cluster::start().await;
    let (mut client, mut kubelet) = cluster.tunnel().await;
    // Far more than any buffer holds, in both directions at once.
    let there: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    let back: Vec<u8> = (0..2_000_000_u32).map(|n| (n % 241) as u8).collect();
    let (mut from_server, mut to_server) = tokio::io::split(&mut client);
    let (mut from_client, mut to_client) = tokio::io::split(&mut kubelet);
    let (mut got_there, mut got_back) = (Vec::new(), Vec::new());
    let exchange = async {
        tokio::join!(
            async {
                to_server.write_all(&there).await.unwrap();
                to_server.shutdown().await.unwrap();
            },
            async {
                from_client.read_to_end(&mut got_there).await.unwrap();
                // The client can still be told something, though it has said its last.
                to_client.write_all(&back).await.unwrap();
                to_client.shutdown().await.unwrap();
            },
            from_server.read_to_end(&mut got_back),
        )
    };
    timeout(Duration::from_secs(60), exchange)
        .await
        .unwrap()
        .2
        .unwrap();
    assert!(got_there == there, "{} bytes came", got_there.len());
    assert!(got_back == back, "{} bytes came back", got_back.len());
}

#[tokio::test]
async fn a_client_that_leaves_leaves_no_kubelet_waiting() {
    let cluster = Cluster::start().await;
    let (client, mut kubelet) = cluster.tunnel().await;
    drop(client);
    assert_eq!(rest(&mut kubelet).await, b"");
}

#[tokio::test]
async fn a_kubelet_that_leaves_leaves_no_client_waiting() {
    let cluster = Cluster::start().await;
    let (mut client, kubelet) = cluster.tunnel().await;
    drop(kubelet);
    assert_eq!(rest(&mut client).await, b"");
}

#[tokio::test]
async fn upgraded_connections_end_with_the_server() {
    let cluster = Cluster::start().await;
    let (mut client, mut kubelet) = cluster.tunnel().await;
    cluster.shutdown().await;
    assert_eq!(rest(&mut client).await, b"");
    assert_eq!(rest(&mut kubelet).await, b"");
}

#[tokio::test]
async fn a_refused_upgrade_is_told_in_the_kubelets_words() {
    let cluster = Cluster::start().await;
    for (answer, code, said) in [
        ("403 Forbidden\r\nContent-Length: 2\r\n\r\nno", 403, "no"),
        (
            "200 OK\r\nContent-Length: 3\r\n\r\nyes",
            500,
            "invalid upgrade response: status code 200",
        ),
    ] {
        let mut client = handshake("localhost", &cluster.credentials, Protocol::Http1).await;
        let request = "GET /api/v1/namespaces/default/pods/p/attach?stdout=1 HTTP/1.1\r\n\
                       Host: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
        client.write_all(request.as_bytes()).await.unwrap();
        let (mut kubelet, head) = cluster.kubelet.asked().await;
        let line = "GET /attach/default/p/c?output=1 HTTP/1.1\r\n";
        assert!(head.starts_with(line), "{head}");
        let answer = format!("HTTP/1.1 {answer}");
        kubelet.write_all(answer.as_bytes()).await.unwrap();
        let head = read_head(&mut client).await;
        assert!(head.starts_with(&format!("HTTP/1.1 {code} ")), "{head}");
        let mut body = vec![0; 500];
        let length = client.read(&mut body).await.unwrap();
        let body = String::from_utf8_lossy(&body[..length]).into_owned();
        assert!(body.contains(said), "{body}");
    }
}

#[tokio::test]
async fn a_log_comes_as_it_is_written_and_ends_with_the_server() {
    let cluster = Cluster::start().await;
    for protocol in [Protocol::Http1, Protocol::Http2] {
        let mut client = Client::connect(&cluster.credentials, protocol).await;
        let (mut log, mut kubelet) = tokio::join!(client.watch(LOG_FOLLOWED), async {
            let (mut kubelet, head) = cluster.kubelet.asked().await;
            let line = "GET /containerLogs/default/p/c?follow=true HTTP/1.1\r\n";
            assert!(head.starts_with(line), "{head}");
            let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
            kubelet.write_all(head.as_bytes()).await.unwrap();
            kubelet
        });
        for line in ["one", "two"] {
            let chunk = format!("4\r\n{line}\n\r\n");
            kubelet.write_all(chunk.as_bytes()).await.unwrap();
            assert_eq!(log.next_line().await.as_deref(), Some(line));
        }
        // A kubelet that breaks off has, to the client, said its last.
        drop(kubelet);
        assert_eq!(log.next_line().await, None);
    }
    let mut client = Client::connect(&cluster.credentials, Protocol::Http1).await;
    let (mut log, mut kubelet) = tokio::join!(client.watch(LOG_FOLLOWED), async {
        let (mut kubelet, _) = cluster.kubelet.asked().await;
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        kubelet.write_all(head.as_bytes()).await.unwrap();
        kubelet
    });
    cluster.shutdown().await;
    assert_eq!(log.next_line().await, None);
    assert_eq!(rest(&mut kubelet).await, b"");
}

const LOG_FOLLOWED: &str = "/api/v1/namespaces/default/pods/p/log?follow=true";

#[tokio::test]
async fn a_reader_that_leaves_ends_the_log() {
    let cluster = Cluster::start().await;
    let mut client = Client::connect(&cluster.credentials, Protocol::Http1).await;
    let (log, mut kubelet) = tokio::join!(client.watch(LOG_FOLLOWED), async {
        let (mut kubelet, _) = cluster.kubelet.asked().await;
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        kubelet.write_all(head.as_bytes()).await.unwrap();
        kubelet
    });
    drop((log, client));
    assert_eq!(rest(&mut kubelet).await, b"");
}

#[tokio::test]
async fn what_a_kubelet_says_instead_of_a_log_becomes_a_status() {
    let cluster = Cluster::start().await;
    for (answer, code, message) in [
        ("400 Bad Request", 400, "container is waiting".to_owned()),
        (
            "404 Not Found",
            404,
            "the server could not find the requested resource ( pods/log p)".to_owned(),
        ),
        (
            "500 Internal Server Error",
            500,
            "Internal error occurred: container is waiting".to_owned(),
        ),
        (
            "502 Bad Gateway",
            502,
            "an error on the server (\\\"container is waiting\\\") has prevented the request from \
             succeeding ( pods/log p)"
                .to_owned(),
        ),
        (
            "302 Found\r\nLocation: /elsewhere",
            500,
            "containerLogs/default/p/c\\\": redirects forbidden".to_owned(),
        ),
    ] {
        let mut client = Client::connect(&cluster.credentials, Protocol::Http1).await;
        let ((got, text), ()) = tokio::join!(client.call("GET", LOG, ""), async {
            let (mut kubelet, _) = cluster.kubelet.asked().await;
            let answer =
                format!("HTTP/1.1 {answer}\r\nContent-Length: 20\r\n\r\ncontainer is waiting");
            kubelet.write_all(answer.as_bytes()).await.unwrap();
        });
        assert_eq!(got, code, "{text}");
        assert!(text.contains(&message), "{text}");
    }
}

#[tokio::test]
async fn a_kubelet_knows_the_server_by_its_certificate() {
    let authority = authority();
    let ours = authority
        .issue_client("ours", &["servers"], validity())
        .unwrap();
    let kubelet = Kubelet::new(&serving(&authority), Some(authority.certificate_pem())).await;
    let builder = ApiServer::builder()
        .kubelet_client_certificate(ours.certificate_pem(), ours.private_key_pem());
    let cluster = Cluster::of(builder, kubelet).await;
    let mut client = Client::connect(&cluster.credentials, Protocol::Http1).await;
    let (answered, shown) = tokio::join!(client.call("GET", LOG, ""), async {
        let (mut kubelet, _) = cluster.kubelet.asked().await;
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
        kubelet.write_all(answer.as_bytes()).await.unwrap();
        kubelet.get_ref().1.peer_certificates().unwrap()[0].clone()
    });
    assert_eq!(answered, (200, "hi".to_owned()));
    assert_eq!(shown, certificate(ours.certificate_pem()));
}

#[tokio::test]
async fn a_kubelet_has_to_be_signed_for_if_there_is_an_authority() {
    let (authority, other) = (authority(), authority());
    for (signer, trusted) in [(&authority, true), (&other, false)] {
        let kubelet = Kubelet::new(&serving(signer), None).await;
        let builder =
            ApiServer::builder().kubelet_certificate_authority(authority.certificate_pem());
        let cluster = Cluster::of(builder, kubelet).await;
        for (query, trusted) in [("", trusted), ("?insecureSkipTLSVerifyBackend=true", true)] {
            let path = format!("{LOG}{query}");
            let mut client = Client::connect(&cluster.credentials, Protocol::Http1).await;
            let ((code, text), ()) = tokio::join!(client.call("GET", &path, ""), async {
                let (stream, _) = cluster.kubelet.listener.accept().await.unwrap();
                let accepted = cluster.kubelet.acceptor.accept(stream).await;
                if let Ok(mut kubelet) = accepted
                    && trusted
                {
                    read_head(&mut kubelet).await;
                    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
                    kubelet.write_all(answer.as_bytes()).await.unwrap();
                }
            });
            if trusted {
                assert_eq!((code, &*text), (200, "hi"));
            } else {
                assert_eq!(code, 500);
                assert!(text.contains("failed to verify certificate"), "{text}");
            }
        }
    }
}

#[tokio::test]
async fn certificates_that_are_none_are_an_error_at_the_start() {
    let builder = ApiServer::builder().kubelet_client_certificate("nonsense", "nonsense");
    let error = builder.start().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot use the certificates for kubelets"
    );
    let builder = ApiServer::builder().kubelet_certificate_authority("nonsense");
    assert!(builder.start().await.is_err());
}
