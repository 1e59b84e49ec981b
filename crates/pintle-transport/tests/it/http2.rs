//! Which HTTP is spoken, and what becomes of requests that a server gives back.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use h2::Reason;
use http::{Request, Response, Version};
use http_body_util::StreamBody;
use pintle_config::{Config, Environment, Pem};
use pintle_transport::{Body, RequestOptions, Transport};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::task::JoinSet;

use crate::server::{Server, Tls, listen};

// claims: rest.transport.http2, defects.http2
#[tokio::test]
async fn http2_is_spoken_unless_it_is_switched_off() {
    let tls = Tls::new();
    let server = Server::tls(&tls).await;
    let disabled = Environment::empty().with_variable("DISABLE_HTTP2", "0");
    for (environment, version) in [
        (Environment::empty(), Version::HTTP_2),
        (disabled, Version::HTTP_11),
    ] {
        let config = server.trusting(&tls).in_environment(&environment);
        let transport = Transport::new(&config).unwrap();
        let response = transport.send(get("/")).await.unwrap();
        assert_eq!(response.version(), version);
    }
}

// claims: rest.config.next-protocols
#[tokio::test]
async fn protocols_that_are_offered_can_be_chosen() {
    let tls = Tls::new();
    let server = Server::tls(&tls).await;
    for (protocol, version) in [("http/1.1", Version::HTTP_11), ("h2", Version::HTTP_2)] {
        let mut config = server.trusting(&tls);
        config.tls.protocols = Some(vec![protocol.to_owned()]);
        let response = Transport::new(&config).unwrap().send(get("/")).await;
        assert_eq!(response.unwrap().version(), version);
    }
}

// claims: rest.transport.tls-version
#[tokio::test]
async fn nothing_older_than_tls_1_2_is_offered() {
    let (report, mut hellos) = tokio::sync::mpsc::unbounded_channel();
    let (address, _tasks) = listen(move |mut tcp| {
        let report = report.clone();
        async move {
            let mut head = [0; 5];
            tcp.read_exact(&mut head).await.unwrap();
            let mut hello = vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))];
            tcp.read_exact(&mut hello).await.unwrap();
            report.send(hello).unwrap();
        }
    })
    .await;
    let config = Config::new(&format!("https://{address}")).unwrap();
    let authority = Pem::from_bytes(Tls::new().authority.certificate_pem());
    let transport = Transport::new(&config.certificate_authority(authority)).unwrap();

    transport.send(get("/")).await.unwrap_err();

    let hello = hellos.recv().await.unwrap();
    let versions = supported_versions(&hello);
    assert_eq!(versions, [0x0304, 0x0303]);
}

#[tokio::test]
async fn request_that_a_leaving_server_did_not_look_at_is_sent_again() {
    // The first connection answers with GOAWAY, which says that no stream was looked at.
    let server = H2::start(|connection, _| match connection {
        0 => What::Leave,
        _ => What::Answer,
    })
    .await;
    let transport = Transport::new(&server.config).unwrap();

    let request = Request::post("/").body(Body::from("all of it")).unwrap();
    let mut response = transport.send(request).await.unwrap();

    let body = response.body_mut().read_all(100).await.unwrap();
    assert_eq!(body, "all of it");
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn request_that_was_refused_is_sent_again() {
    let server = H2::start(|_, request| match request {
        0 => What::Refuse,
        _ => What::Answer,
    })
    .await;
    let transport = Transport::new(&server.config).unwrap();

    let request = Request::post("/").body(Body::from("all of it")).unwrap();
    let mut response = transport.send(request).await.unwrap();

    let body = response.body_mut().read_all(100).await.unwrap();
    assert_eq!(body, "all of it");
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn server_that_refuses_everything_is_not_asked_for_ever() {
    for what in [What::Refuse, What::Leave] {
        let server = H2::start(move |_, _| what).await;
        let transport = Transport::new(&server.config).unwrap();

        let error = transport.send(get("/")).await.unwrap_err();

        assert!(error.is_closed(), "{what:?}: {error:?}");
        assert_eq!(server.requests(), 3, "{what:?}");
    }
}

#[tokio::test]
async fn request_that_may_have_been_looked_at_is_not_sent_again() {
    let server = H2::start(|_, _| What::Cancel).await;
    let transport = Transport::new(&server.config).unwrap();

    transport.send(get("/")).await.unwrap_err();

    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn body_that_comes_once_is_sent_once() {
    let server = H2::start(|_, _| What::Refuse).await;
    let transport = Transport::new(&server.config).unwrap();
    let stream = StreamBody::new(Once(Some(Bytes::from("all of it"))));

    let request = Request::post("/").body(Body::new(stream)).unwrap();
    transport.send(request).await.unwrap_err();

    assert_eq!(server.requests(), 1);
}

/// The versions of a ClientHello's extension `supported_versions`, of which RFC 8446 says that they are all
/// that counts.
fn supported_versions(hello: &[u8]) -> Vec<u16> {
    let u16_at = |at: usize| u16::from_be_bytes([hello[at], hello[at + 1]]);
    // Type and length, legacy version, random.
    let mut at = 4 + 2 + 32;
    // Session, ciphers, compression: each preceded by its length.
    at += 1 + usize::from(hello[at]);
    at += 2 + usize::from(u16_at(at));
    at += 1 + usize::from(hello[at]);
    let end = at + 2 + usize::from(u16_at(at));
    at += 2;
    while at < end {
        let (kind, length) = (u16_at(at), usize::from(u16_at(at + 2)));
        if kind == 43 {
            let list = at + 5..at + 4 + length;
            return list.step_by(2).map(u16_at).collect();
        }
        at += 4 + length;
    }
    panic!("no supported_versions");
}

/// A server that speaks HTTP/2 and answers with the request's body, or does not.
struct H2 {
    config: Config,
    requests: Arc<AtomicUsize>,
    _tasks: JoinSet<()>,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug)]
enum What {
    Answer,
    /// GOAWAY; this request was not looked at, nor any other.
    Leave,
    /// Refused, which means not looked at.
    Refuse,
    /// Cancelled, which does not.
    Cancel,
}

impl H2 {
    /// `what` decides by the numbers of the connection and of the request, from all that came.
    async fn start(what: impl Fn(usize, usize) -> What + Send + Sync + 'static) -> Self {
        let tls = Tls::new().alpn(&["h2"]);
        let acceptor = tls.acceptor();
        let requests = Arc::new(AtomicUsize::new(0));
        let (counted, what) = (Arc::clone(&requests), Arc::new(what));
        let connections = Arc::new(AtomicUsize::new(0));
        let (address, tasks) = listen(move |tcp| {
            let (acceptor, what, counted) =
                (acceptor.clone(), Arc::clone(&what), Arc::clone(&counted));
            let connection = connections.fetch_add(1, Ordering::SeqCst);
            async move {
                let tls = acceptor.accept(tcp).await.unwrap();
                let count = || counted.fetch_add(1, Ordering::SeqCst);
                if matches!(what(connection, 0), What::Leave) {
                    leave(tls, count).await;
                } else {
                    serve(tls, |request| what(connection, request), count).await;
                }
            }
        })
        .await;
        let config = Config::new(&format!("https://{address}")).unwrap();
        let authority = Pem::from_bytes(tls.authority.certificate_pem());
        Self {
            config: config.certificate_authority(authority),
            requests,
            _tasks: tasks,
        }
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

type Stream = tokio_rustls::server::TlsStream<tokio::net::TcpStream>;

async fn serve(tls: Stream, what: impl Fn(usize) -> What, count: impl Fn() -> usize) {
    let mut connection = h2::server::handshake(tls).await.unwrap();
    let mut answers = JoinSet::new();
    // An error is the end of the connection, which the client may bring about.
    while let Some(Ok((mut request, mut respond))) = connection.accept().await {
        match what(count()) {
            What::Refuse => respond.send_reset(Reason::REFUSED_STREAM),
            What::Cancel => respond.send_reset(Reason::CANCEL),
            _ => {
                answers.spawn(async move {
                    let mut body = Vec::new();
                    while let Some(data) = request.body_mut().data().await {
                        body.extend_from_slice(&data.unwrap());
                    }
                    let mut stream = respond.send_response(Response::new(()), false).unwrap();
                    stream.send_data(body.into(), true).unwrap();
                });
            }
        }
    }
}

/// Reads frames up to the head of a request, and says GOAWAY with no last stream.
async fn leave(mut tls: Stream, count: impl Fn() -> usize) {
    let frame = |kind: u8, payload: &[u8]| {
        let mut frame = vec![0, 0, u8::try_from(payload.len()).unwrap(), kind, 0];
        frame.extend_from_slice(&[0; 4]);
        frame.extend_from_slice(payload);
        frame
    };
    const SETTINGS: u8 = 4;
    const HEADERS: u8 = 1;
    const GOAWAY: u8 = 7;
    tls.write_all(&frame(SETTINGS, &[])).await.unwrap();
    tls.flush().await.unwrap();
    let mut preface = [0; 24];
    tls.read_exact(&mut preface).await.unwrap();
    loop {
        let mut head = [0; 9];
        // The client may have no use for this connection.
        if tls.read_exact(&mut head).await.is_err() {
            return;
        }
        let mut payload = vec![0; usize::from(u16::from_be_bytes([head[1], head[2]]))];
        tls.read_exact(&mut payload).await.unwrap();
        if head[3] == HEADERS {
            count();
            tls.write_all(&frame(GOAWAY, &[0; 8])).await.unwrap();
            tls.flush().await.unwrap();
            let _ = tls.read_to_end(&mut payload).await;
            return;
        }
    }
}

/// A stream of one chunk.
struct Once(Option<Bytes>);

impl futures_core::Stream for Once {
    type Item = Result<http_body::Frame<Bytes>, std::convert::Infallible>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(self.0.take().map(|bytes| Ok(http_body::Frame::data(bytes))))
    }
}

/// A request that is not sent again, however it fails.
fn get(path: &str) -> Request<Body> {
    let once = RequestOptions::new().max_retries(0);
    let request = Request::get(path).extension(once);
    request.body(Body::empty()).unwrap()
}
