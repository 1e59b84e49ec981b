//! A server that answers as a test tells it.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Frame;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use pintle_pki::{CertificateAuthority, ServerNames, Validity};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::binary::Workplace;
use crate::sockets::{Socket, accept};

/// An HTTPS server on loopback. It ends when it is dropped.
pub(crate) struct Server {
    address: SocketAddr,
    authority: CertificateAuthority,
    seen: Arc<Mutex<Vec<String>>>,
    _tasks: JoinSet<()>,
}

/// What a server answers.
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    pieces: VecDeque<Bytes>,
    end: End,
    socket: Option<Socket>,
}

/// What comes after the last piece of an answer.
#[derive(Clone, Copy, PartialEq)]
enum End {
    /// The proper end of the body.
    Proper,
    /// The connection breaks.
    Cut,
    /// It breaks at the next look.
    CutNow,
    /// Nothing, for as long as the connection is there.
    Silence,
}

impl Server {
    /// A server of pods that answers discovery by itself, and whatever else as `script` says. A
    /// request is `GET /path?query`, the query as it was sent.
    pub(crate) async fn start(script: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        let now = Validity::new(946_684_800, 4_102_444_800).unwrap();
        Self::start_with_validity(now, script).await
    }

    /// A server whose certificate is valid at other times than the present.
    pub(crate) async fn start_with_validity(
        validity: Validity,
        script: impl Fn(&str) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let authority = authority();
        let acceptor = acceptor(&authority, validity);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = seen.clone();
        let answer = Arc::new(move |request: &str| {
            log.lock().unwrap().push(request.to_owned());
            discovery(request).unwrap_or_else(|| script(request))
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (tcp, _) = listener.accept().await.unwrap();
                let (acceptor, answer) = (acceptor.clone(), answer.clone());
                connections.spawn(async move {
                    // A client that does not trust us goes away.
                    let Ok(tls) = acceptor.accept(tcp).await else {
                        return;
                    };
                    let sockets = Arc::new(Mutex::new(JoinSet::new()));
                    let service = service_fn(|mut request: Request<Incoming>| {
                        let line = format!("{} {}", request.method(), request.uri());
                        let mut answer = answer(&line);
                        if let Some(socket) = answer.switch(&request) {
                            let upgrade = hyper::upgrade::on(&mut request);
                            sockets.lock().unwrap().spawn(async move {
                                // A client may leave before.
                                if let Ok(stream) = upgrade.await {
                                    socket.run(TokioIo::new(stream)).await;
                                }
                            });
                        }
                        async move { Ok::<_, Infallible>(answer.into_response()) }
                    });
                    // How a connection ends is for the client's side to judge.
                    let _ = http1::Builder::new()
                        .serve_connection(TokioIo::new(tls), service)
                        .with_upgrades()
                        .await;
                    let sockets = std::mem::take(&mut *sockets.lock().unwrap());
                    sockets.join_all().await;
                });
            }
        });
        Self {
            address,
            authority,
            seen,
            _tasks: tasks,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// A place with a kubeconfig for this server.
    pub(crate) fn workplace(&self) -> Workplace {
        Workplace::with_server(&self.url(), self.authority.certificate_pem())
    }

    /// The requests that came, but those of discovery.
    pub(crate) fn seen(&self) -> Vec<String> {
        let seen = self.seen.lock().unwrap();
        let others = seen.iter().filter(|line| discovery(line).is_none());
        others.cloned().collect()
    }
}

impl Answer {
    pub(crate) fn json(body: impl Into<String>) -> Self {
        Self::new(200, [body.into()])
    }

    /// A Status that reports a failure.
    pub(crate) fn failure(code: u16, reason: &str, message: &str) -> Self {
        let body = format!(
            r#"{{"kind":"Status","apiVersion":"v1","status":"Failure","code":{code},"reason":"{reason}","message":"{message}"}}"#
        );
        Self::new(code, [body])
    }

    /// The events of a watch, and its proper end.
    pub(crate) fn events<T: Into<Bytes>>(events: impl IntoIterator<Item = T>) -> Self {
        Self::new(200, events)
    }

    fn new<T: Into<Bytes>>(status: u16, pieces: impl IntoIterator<Item = T>) -> Self {
        Self {
            status,
            headers: vec![("content-type", "application/json".to_owned())],
            pieces: pieces.into_iter().map(Into::into).collect(),
            end: End::Proper,
            socket: None,
        }
    }

    /// A WebSocket that speaks the newest protocol that is offered.
    pub(crate) fn socket(socket: Socket) -> Self {
        let mut answer = Self::new(101, [""; 0]);
        answer.headers.clear();
        answer.socket = Some(socket);
        answer
    }

    /// Shakes hands, if this is a WebSocket, which is then returned.
    fn switch(&mut self, request: &Request<Incoming>) -> Option<Socket> {
        let socket = self.socket.take()?;
        let asked = |name| request.headers()[name].to_str().unwrap();
        let offered = asked("sec-websocket-protocol").split(", ").next().unwrap();
        let accepted = accept(asked("sec-websocket-key"));
        for (name, value) in [
            ("connection", "Upgrade"),
            ("upgrade", "websocket"),
            ("sec-websocket-accept", accepted.as_str()),
            ("sec-websocket-protocol", offered),
        ] {
            self.headers.push((name, value.to_owned()));
        }
        Some(socket)
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// The connection breaks instead of the end.
    pub(crate) fn cut(mut self) -> Self {
        self.end = End::Cut;
        self
    }

    /// The end never comes.
    pub(crate) fn then_silence(mut self) -> Self {
        self.end = End::Silence;
        self
    }

    fn into_response(self) -> Response<Self> {
        let mut response = Response::builder().status(self.status);
        for (name, value) in &self.headers {
            response = response.header(*name, value);
        }
        response.body(self).unwrap()
    }
}

impl http_body::Body for Answer {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        match (self.pieces.pop_front(), self.end) {
            (Some(piece), _) => Poll::Ready(Some(Ok(Frame::data(piece)))),
            (None, End::Proper) => Poll::Ready(None),
            (None, End::Cut) => {
                // Once more around, so that what there is leaves before the connection breaks.
                self.end = End::CutNow;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            (None, End::CutNow) => Poll::Ready(Some(Err(std::io::Error::other("cut")))),
            (None, End::Silence) => Poll::Pending,
        }
    }
}

pub(crate) fn authority() -> CertificateAuthority {
    let validity = Validity::new(946_684_800, 4_102_444_800).unwrap();
    CertificateAuthority::generate("test authority", validity).unwrap()
}

/// A pod as JSON.
pub(crate) fn pod(name: &str, version: u32) -> String {
    format!(
        r#"{{"kind":"Pod","apiVersion":"v1","metadata":{{"name":"{name}","namespace":"default","uid":"uid-{name}","resourceVersion":"{version}"}}}}"#
    )
}

/// A table of pods as JSON.
pub(crate) fn table(version: u32, token: &str, pods: &[(&str, u32)]) -> String {
    let rows: Vec<String> = pods
        .iter()
        .map(|(name, version)| {
            format!(
                r#"{{"cells":["{name}","Running"],"object":{}}}"#,
                pod(name, *version)
            )
        })
        .collect();
    format!(
        r#"{{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{{"resourceVersion":"{version}","continue":"{token}"}},"columnDefinitions":[{{"name":"Name","type":"string"}},{{"name":"Status","type":"string"}}],"rows":[{}]}}"#,
        rows.join(",")
    )
}

/// An event of a watch that carries a table.
pub(crate) fn event(kind: &str, name: &str, version: u32) -> String {
    let object = table(version, "", &[(name, version)]);
    format!("{{\"type\":\"{kind}\",\"object\":{object}}}\n")
}

/// Discovery as old servers have it: of pods and namespaces.
fn discovery(request: &str) -> Option<Answer> {
    let path = request.strip_prefix("GET ")?.split('?').next()?;
    Some(Answer::json(match path {
        "/api" => r#"{"kind":"APIVersions","versions":["v1"]}"#,
        "/apis" => r#"{"kind":"APIGroupList","apiVersion":"v1","groups":[]}"#,
        "/api/v1" => {
            r#"{"kind":"APIResourceList","apiVersion":"v1","groupVersion":"v1","resources":[
                {"name":"namespaces","singularName":"namespace","namespaced":false,"kind":"Namespace","verbs":["get"]},
                {"name":"pods","singularName":"pod","namespaced":true,"kind":"Pod","shortNames":["po"],"verbs":["get"]},
                {"name":"pods/status","singularName":"","namespaced":true,"kind":"Pod","verbs":["get"]}]}"#
        }
        _ => return None,
    }))
}

fn acceptor(authority: &CertificateAuthority, validity: Validity) -> TlsAcceptor {
    let names = ServerNames::new().ip([127, 0, 0, 1]);
    let identity = authority
        .issue_server("test server", &names, validity)
        .unwrap();
    let certificate = identity.certificate_pem().as_bytes();
    let chain = vec![CertificateDer::from_pem_slice(certificate).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(identity.private_key_pem().as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}
