//! Servers that the tests talk to. Each lives in the test that starts it and ends with it.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Frame;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use pintle_config::{Config, Pem};
use pintle_pki::{CertificateAuthority, Identity, ServerNames, Validity};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// The head of a request, as the server saw it.
pub(crate) type Seen = Request<()>;

/// What a server says of itself and asks of its clients.
pub(crate) struct Tls {
    pub(crate) authority: CertificateAuthority,
    names: ServerNames,
    validity: Validity,
    alpn: Vec<Vec<u8>>,
    clients: Option<String>,
}

impl Tls {
    pub(crate) fn new() -> Self {
        Self {
            authority: authority(),
            names: ServerNames::new().ip([127, 0, 0, 1]),
            validity: this_century(),
            alpn: vec![b"h2".to_vec(), b"http/1.1".to_vec()],
            clients: None,
        }
    }

    pub(crate) fn names(mut self, names: ServerNames) -> Self {
        self.names = names;
        self
    }

    pub(crate) fn validity(mut self, validity: Validity) -> Self {
        self.validity = validity;
        self
    }

    pub(crate) fn alpn(mut self, protocols: &[&str]) -> Self {
        self.alpn = protocols
            .iter()
            .map(|name| name.as_bytes().to_vec())
            .collect();
        self
    }

    /// Requires a client certificate signed by `authority`.
    pub(crate) fn clients_of(mut self, authority: &CertificateAuthority) -> Self {
        self.clients = Some(authority.certificate_pem().to_owned());
        self
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let identity = self
            .authority
            .issue_server("test server", &self.names, self.validity)
            .unwrap();
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap();
        let builder = match &self.clients {
            None => builder.with_no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots
                    .add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap())
                    .unwrap();
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                builder.with_client_cert_verifier(verifier.build().unwrap())
            }
        };
        let chain =
            vec![CertificateDer::from_pem_slice(identity.certificate_pem().as_bytes()).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(identity.private_key_pem().as_bytes()).unwrap();
        let mut config = builder.with_single_cert(chain, key).unwrap();
        config.alpn_protocols = self.alpn.clone();
        TlsAcceptor::from(Arc::new(config))
    }
}

/// An HTTP server that answers every request with its path, and reports what it saw.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    seen: mpsc::UnboundedReceiver<Seen>,
    connections: mpsc::UnboundedReceiver<()>,
    break_off: Arc<Notify>,
    _tasks: JoinSet<()>,
}

impl Server {
    pub(crate) async fn plain() -> Self {
        Self::start(None).await
    }

    pub(crate) async fn tls(tls: &Tls) -> Self {
        Self::start(Some(tls.acceptor())).await
    }

    async fn start(tls: Option<TlsAcceptor>) -> Self {
        let (report, seen) = mpsc::unbounded_channel();
        let (count, connections) = mpsc::unbounded_channel();
        let break_off = Arc::new(Notify::new());
        let told = Arc::clone(&break_off);
        let (address, tasks) = listen(move |tcp| {
            let (tls, report, told) = (tls.clone(), report.clone(), Arc::clone(&told));
            count.send(()).unwrap();
            async move {
                match tls {
                    None => serve(TokioIo::new(tcp), None, report, told).await,
                    Some(tls) => match tls.accept(tcp).into_fallible().await {
                        Ok(stream) => {
                            let shown = stream.get_ref().1.peer_certificates();
                            let shown = shown.map(|chain| Shown(chain[0].to_vec()));
                            serve(TokioIo::new(stream), shown, report, told).await;
                        }
                        // Closing with unread data would reset the connection and destroy the alert
                        // that says what was wrong.
                        Err((_, mut tcp)) => drain(&mut tcp).await,
                    },
                }
            }
        })
        .await;
        Self {
            address,
            seen,
            connections,
            break_off,
            _tasks: tasks,
        }
    }

    /// The head of the next request that arrived.
    pub(crate) async fn saw(&mut self) -> Seen {
        self.seen.recv().await.unwrap()
    }

    /// How many connections were opened up to now.
    pub(crate) fn connections(&mut self) -> usize {
        std::iter::from_fn(|| self.connections.try_recv().ok()).count()
    }

    /// Breaks off the answers to [`BREAKS_OFF`] that have begun, and completes those to [`TAKES_TIME`].
    pub(crate) fn break_off(&self) {
        self.break_off.notify_waiters();
    }

    /// The certificate that the next request's connection was opened with.
    pub(crate) async fn was_shown(&mut self) -> Option<Shown> {
        self.saw().await.extensions_mut().remove()
    }

    pub(crate) fn config(&self) -> Config {
        let config = Config::new(&format!("http://{}", self.address)).unwrap();
        config.rate_limit(-1.0, 0)
    }

    /// A configuration that trusts the server's authority.
    pub(crate) fn trusting(&self, tls: &Tls) -> Config {
        Config::new(&format!("https://{}", self.address))
            .unwrap()
            .certificate_authority(Pem::from_bytes(tls.authority.certificate_pem()))
            .rate_limit(-1.0, 0)
    }
}

/// Listens on loopback and hands every connection to `serve`. Dropping the set ends it all.
pub(crate) async fn listen<F, S>(serve: F) -> (SocketAddr, JoinSet<()>)
where
    F: Fn(TcpStream) -> S + Send + 'static,
    S: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let mut connections = JoinSet::new();
        loop {
            let (tcp, _) = listener.accept().await.unwrap();
            connections.spawn(serve(tcp));
        }
    });
    (address, tasks)
}

/// Reads and drops what arrives until the other side has closed.
pub(crate) async fn drain(tcp: &mut TcpStream) {
    let mut buffer = [0; 1024];
    while tcp.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
}

/// Reads the head of an HTTP/1.1 request.
pub(crate) async fn read_head(stream: &mut (impl AsyncRead + Unpin)) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
}

pub(crate) fn authority() -> CertificateAuthority {
    CertificateAuthority::generate("test authority", this_century()).unwrap()
}

pub(crate) fn client(authority: &CertificateAuthority) -> (Pem, Pem) {
    let identity: Identity = authority
        .issue_client("tester", &[], this_century())
        .unwrap();
    (
        Pem::from_bytes(identity.certificate_pem()),
        Pem::from_bytes(identity.private_key_pem()),
    )
}

pub(crate) fn this_century() -> Validity {
    Validity::new(946_684_800, 4_102_444_800).unwrap()
}

pub(crate) fn last_century() -> Validity {
    Validity::new(0, 946_684_800).unwrap()
}

pub(crate) fn next_century() -> Validity {
    Validity::new(4_102_444_800, 7_258_118_400).unwrap()
}

/// The certificate that a request's connection was opened with, in DER; in the extensions of [`Seen`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown(Vec<u8>);

impl Shown {
    /// What is shown of this certificate.
    pub(crate) fn of(certificate: &Pem) -> Self {
        Self(
            CertificateDer::from_pem_slice(certificate.bytes())
                .unwrap()
                .to_vec(),
        )
    }
}

async fn serve<I>(
    io: I,
    shown: Option<Shown>,
    report: mpsc::UnboundedSender<Seen>,
    break_off: Arc<Notify>,
) where
    I: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    let service = service_fn(move |request: Request<Incoming>| {
        let path = request.uri().path().to_owned();
        let mut seen = request.map(drop);
        if let Some(shown) = &shown {
            seen.extensions_mut().insert(shown.clone());
        }
        // A test that has seen enough does not listen any more.
        let _ = report.send(seen);
        let answer = Answer::to(path, Arc::clone(&break_off));
        async move { Ok::<_, Infallible>(Response::new(answer)) }
    });
    // How a connection ends is for the client's side to judge.
    let _ = auto::Builder::new(TokioExecutor::new())
        .serve_connection(io, service)
        .await;
}

/// The path to which the answer breaks off after `part`, when [`Server::break_off`] says so.
pub(crate) const BREAKS_OFF: &str = "/breaks-off";

/// The path to which the answer is `part` and, when [`Server::break_off`] says so, complete.
pub(crate) const TAKES_TIME: &str = "/takes-time";

/// The body of an answer: the path of the request.
enum Answer {
    Path(Bytes),
    End,
    Part(Waiting, bool),
    Wait(Waiting, bool),
}

type Waiting = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Answer {
    fn to(path: String, break_off: Arc<Notify>) -> Self {
        match path.as_str() {
            BREAKS_OFF => Self::Part(Box::pin(break_off.notified_owned()), false),
            TAKES_TIME => Self::Part(Box::pin(break_off.notified_owned()), true),
            _ => Self::Path(path.into()),
        }
    }
}

impl http_body::Body for Answer {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        let frame = match std::mem::replace(&mut *self, Self::End) {
            Self::End => None,
            Self::Path(path) => Some(Ok(Frame::data(path))),
            Self::Part(told, is_good) => {
                *self = Self::Wait(told, is_good);
                Some(Ok(Frame::data(Bytes::from("part"))))
            }
            Self::Wait(mut told, is_good) => match told.as_mut().poll(cx) {
                Poll::Ready(()) if is_good => None,
                Poll::Ready(()) => Some(Err(std::io::Error::other("the store is gone"))),
                Poll::Pending => {
                    *self = Self::Wait(told, is_good);
                    return Poll::Pending;
                }
            },
        };
        Poll::Ready(frame)
    }
}
