//! Connections that leave HTTP.

use http::header::{AUTHORIZATION, USER_AGENT};
use http::{Request, Response, StatusCode, Version};
use pintle_config::{Config, Pem};
use pintle_transport::{Body, ClientIdentity, ErrorKind, Transport, Upgrade, Upgraded};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tower::service_fn;
use tower::util::MapRequestLayer;

use crate::server::{Tls, authority, client, listen};

#[tokio::test]
async fn bytes_pass_untouched_in_both_directions() {
    let tls = Tls::new();
    let mut server = Echo::start(&tls, SWITCH).await;
    let transport = Transport::builder(&server.config.clone().bearer_token("sesame"))
        .layer(MapRequestLayer::new(|mut request: Request<Body>| {
            let headers = request.headers_mut();
            headers.insert("x-layered", "yes".try_into().unwrap());
            request
        }))
        .build()
        .unwrap();

    let request = Request::post("/exec?command=date")
        .header("upgrade", "SPDY/3.1")
        .header("x-stream-protocol-version", "v4.channel.k8s.io")
        .body(Body::empty())
        .unwrap();
    let response = switched(transport.upgrade(request).await.unwrap());
    assert_eq!(response.status(), StatusCode::SWITCHING_PROTOCOLS);
    assert_eq!(response.headers()["upgrade"], "SPDY/3.1");
    assert_eq!(response.version(), Version::HTTP_11);
    let mut stream = response.into_body();

    let head = server.heads.recv().await.unwrap();
    assert!(
        head.starts_with("POST /exec?command=date HTTP/1.1\r\n"),
        "{head}"
    );
    let address = server.config.server.authority();
    for header in [
        "connection: Upgrade",
        "upgrade: SPDY/3.1",
        "x-stream-protocol-version: v4.channel.k8s.io",
        "x-layered: yes",
        &format!("{AUTHORIZATION}: Bearer sesame"),
        &format!("host: {address}"),
    ] {
        assert!(
            head.lines().any(|line| line == header),
            "{header} in {head}"
        );
    }
    assert!(head.contains(&format!("\r\n{USER_AGENT}: ")), "{head}");

    // What came with the answer, then what is echoed, of any bytes.
    let mut hello = [0; 5];
    stream.read_exact(&mut hello).await.unwrap();
    assert_eq!(&hello, b"hello");
    let sent: Vec<u8> = (0..100_000_u32).map(|n| n.to_le_bytes()[1]).collect();
    let (mut read, mut write) = tokio::io::split(stream);
    let mut received = vec![0; sent.len()];
    let (written, got) = tokio::join!(write.write_all(&sent), read.read_exact(&mut received));
    written.unwrap();
    got.unwrap();
    assert_eq!(received, sent);
}

#[tokio::test]
async fn other_answer_is_a_response_with_its_body() {
    let tls = Tls::new();
    let server = Echo::start(
        &tls,
        "HTTP/1.1 403 Forbidden\r\ncontent-length: 3\r\n\r\nno!",
    )
    .await;
    let transport = Transport::new(&server.config).unwrap();

    let Upgrade::Refused(mut response) = transport.upgrade(exec()).await.unwrap() else {
        panic!("switched");
    };

    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert_eq!(response.body_mut().read_all(100).await.unwrap(), "no!");
}

#[tokio::test]
async fn stream_ends_where_the_peer_leaves_without_a_word() {
    let tls = Tls::new().alpn(&["http/1.1"]);
    let server = Echo::start(&tls, SWITCH).await;
    let transport = Transport::new(&server.config).unwrap();
    let mut stream = switched(transport.upgrade(exec()).await.unwrap()).into_body();

    // It echoes up to this byte, and then drops the connection without close_notify.
    stream.write_all(b"bye\0").await.unwrap();
    stream.flush().await.unwrap();

    let mut said = String::new();
    stream.read_to_string(&mut said).await.unwrap();
    assert_eq!(said, "hellobye\0");
}

#[tokio::test]
async fn dropping_the_stream_closes_its_connection() {
    let tls = Tls::new();
    let mut server = Echo::start(&tls, SWITCH).await;
    let transport = Transport::new(&server.config).unwrap();
    let stream = switched(transport.upgrade(exec()).await.unwrap()).into_body();
    server.heads.recv().await.unwrap();
    // The stream alone keeps what it needs.
    drop(transport);
    assert!(server.heads.try_recv().is_err());

    drop(stream);

    assert_eq!(server.heads.recv().await.unwrap(), "closed");
}

#[tokio::test]
async fn stream_ends_when_the_client_certificate_changes() {
    let users = authority();
    let tls = Tls::new().clients_of(&users);
    let server = Echo::start(&tls, SWITCH).await;
    let source = ClientIdentity::new();
    let set = || {
        let (certificate, key) = client(&users);
        source.set(Some(pintle_config::Identity { certificate, key }));
    };
    set();
    let builder = Transport::builder(&server.config).client_identity(&source);
    let transport = builder.build().unwrap();
    let mut stream = switched(transport.upgrade(exec()).await.unwrap()).into_body();
    let mut hello = [0; 5];
    stream.read_exact(&mut hello).await.unwrap();

    set();

    let error = stream.read_u8().await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionAborted);
}

#[tokio::test]
async fn websocket_is_opened_in_a_protocol_that_was_offered() {
    let tls = Tls::new();
    for (accept, chosen, is_good) in [
        (Accept::Right, "v5.channel.k8s.io", true),
        (Accept::Right, "v4.channel.k8s.io", true),
        (Accept::Right, "v3.channel.k8s.io", false),
        (Accept::Wrong, "v5.channel.k8s.io", false),
    ] {
        let server = websocket(&tls, accept, chosen).await;
        let transport = Transport::new(&server.config).unwrap();
        let request = Request::get("/exec").body(Body::empty()).unwrap();
        let offered = ["v5.channel.k8s.io", "v4.channel.k8s.io"];

        let opened = transport.websocket(request, &offered).await;

        match opened {
            Ok(upgrade) => {
                assert!(is_good, "{accept:?} {chosen}");
                let response = switched(upgrade);
                assert_eq!(response.headers()["sec-websocket-protocol"], chosen);
            }
            Err(error) => {
                assert!(!is_good, "{accept:?} {chosen}: {error:?}");
                assert_eq!(error.kind(), ErrorKind::Protocol);
            }
        }
    }
}

#[tokio::test]
async fn service_without_connections_does_not_switch() {
    let transport = Transport::from_service(service_fn(async |_: Request<Body>| {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        Ok::<_, std::io::Error>(response)
    }));

    let error = transport.upgrade(exec()).await.unwrap_err();

    assert_eq!(error.kind(), ErrorKind::Foreign);
}

const SWITCH: &str =
    "HTTP/1.1 101 Switching Protocols\r\nupgrade: SPDY/3.1\r\nconnection: Upgrade\r\n\r\nhello";

/// A server that gives one answer to every request, reports its head, and then echoes up to a zero.
struct Echo {
    config: Config,
    heads: mpsc::UnboundedReceiver<String>,
    _tasks: JoinSet<()>,
}

impl Echo {
    async fn start(tls: &Tls, answer: &'static str) -> Self {
        Self::answering(tls, move |_| answer.to_owned()).await
    }

    async fn answering(
        tls: &Tls,
        answer: impl Fn(&str) -> String + Clone + Send + Sync + 'static,
    ) -> Self {
        let acceptor = tls.acceptor();
        let (report, heads) = mpsc::unbounded_channel();
        let (address, tasks) = listen(move |tcp| {
            let (acceptor, report, answer) = (acceptor.clone(), report.clone(), answer.clone());
            async move {
                let mut stream = acceptor.accept(tcp).await.unwrap();
                let head = read_head(&mut stream).await;
                stream.write_all(answer(&head).as_bytes()).await.unwrap();
                stream.flush().await.unwrap();
                // A test that has seen enough does not listen any more.
                let _ = report.send(head);
                echo(&mut stream).await;
                let _ = report.send("closed".to_owned());
            }
        })
        .await;
        let config = Config::new(&format!("https://{address}")).unwrap();
        let authority = Pem::from_bytes(tls.authority.certificate_pem());
        Self {
            config: config.certificate_authority(authority),
            heads,
            _tasks: tasks,
        }
    }
}

async fn read_head<S: AsyncRead + Unpin>(stream: &mut S) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

async fn echo<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S) {
    let mut buffer = [0; 4096];
    // How a connection ends is for the client's side to judge.
    while let Ok(read @ 1..) = stream.read(&mut buffer).await {
        if stream.write_all(&buffer[..read]).await.is_err() || stream.flush().await.is_err() {
            return;
        }
        if buffer[..read].ends_with(b"bye\0") {
            return;
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Accept {
    Right,
    Wrong,
}

async fn websocket(tls: &Tls, accept: Accept, chosen: &'static str) -> Echo {
    Echo::answering(tls, move |head| {
        let header = |name: &str| {
            let line = head.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_else(|| panic!("{name} in {head}"))
        };
        assert_eq!(header("upgrade: "), "websocket");
        assert_eq!(header("connection: "), "Upgrade");
        assert_eq!(header("sec-websocket-version: "), "13");
        let offered = header("sec-websocket-protocol: ");
        assert_eq!(offered, "v5.channel.k8s.io, v4.channel.k8s.io");
        let key = match accept {
            Accept::Right => header("sec-websocket-key: "),
            Accept::Wrong => "another",
        };
        let accept = accept_of(key);
        format!(
            "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\
             sec-websocket-accept: {accept}\r\nsec-websocket-protocol: {chosen}\r\n\r\n"
        )
    })
    .await
}

fn accept_of(key: &str) -> String {
    use base64::Engine as _;
    let text = format!("{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    let digest = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes());
    base64::engine::general_purpose::STANDARD.encode(digest)
}

fn switched(upgrade: Upgrade) -> Response<Upgraded> {
    match upgrade {
        Upgrade::Switched(response) => response,
        other => panic!("{other:?}"),
    }
}

fn exec() -> Request<Body> {
    let request = Request::post("/exec").header("upgrade", "SPDY/3.1");
    request.body(Body::empty()).unwrap()
}
