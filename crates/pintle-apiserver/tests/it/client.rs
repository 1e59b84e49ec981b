//! A plain HTTP client: a connection, requests, and the lines of a watch.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{
    Request, Response,
    body::Incoming,
    client::conn::{http1, http2},
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _},
};
use tokio::{net::TcpStream, task::JoinSet};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// What it takes to talk to a server.
#[derive(Clone)]
pub(crate) struct Credentials {
    address: String,
    authority: Vec<u8>,
    own: Option<(Vec<u8>, Vec<u8>)>,
}

/// A version of HTTP.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Protocol {
    Http1,
    Http2,
}

/// A connection.
pub(crate) struct Client {
    /// What TLS agreed on.
    pub(crate) negotiated: Vec<u8>,
    sender: Sender,
    _connection: JoinSet<()>,
}

enum Sender {
    Http1(http1::SendRequest<Full<Bytes>>),
    Http2(http2::SendRequest<Full<Bytes>>),
}

/// A watch that goes on.
pub(crate) struct Watch {
    body: Incoming,
    text: String,
}

impl Credentials {
    pub(crate) fn from_kubeconfig(kubeconfig: &str) -> Self {
        let field = |name: &str| {
            let (_, rest) = kubeconfig.split_once(&format!("{name}: ")).unwrap();
            rest.lines().next().unwrap().to_owned()
        };
        let data = |name: &str| STANDARD.decode(field(name)).unwrap();
        Self {
            address: field("server").strip_prefix("https://").unwrap().to_owned(),
            authority: data("certificate-authority-data"),
            own: Some((data("client-certificate-data"), data("client-key-data"))),
        }
    }

    pub(crate) fn without_certificate(&self) -> Self {
        let own = None;
        Self {
            own,
            ..self.clone()
        }
    }

    pub(crate) fn with_certificate(&self, (certificate, key): (&str, &str)) -> Self {
        let own = Some((certificate.into(), key.into()));
        Self {
            own,
            ..self.clone()
        }
    }
}

impl Protocol {
    pub(crate) fn alpn(self) -> &'static [u8] {
        match self {
            Self::Http1 => b"http/1.1",
            Self::Http2 => b"h2",
        }
    }
}

impl Client {
    pub(crate) async fn connect(credentials: &Credentials, protocol: Protocol) -> Self {
        Self::connect_as("localhost", credentials, protocol).await
    }

    /// A connection to a server whose certificate is for `name`.
    pub(crate) async fn connect_as(
        name: &'static str,
        credentials: &Credentials,
        protocol: Protocol,
    ) -> Self {
        let stream = handshake(name, credentials, protocol).await;
        let negotiated = stream
            .get_ref()
            .1
            .alpn_protocol()
            .unwrap_or_default()
            .to_vec();
        let io = TokioIo::new(stream);
        let mut connection = JoinSet::new();
        let sender = match protocol {
            Protocol::Http1 => {
                let (sender, driver) = http1::handshake(io).await.unwrap();
                connection.spawn(async { _ = driver.await });
                Sender::Http1(sender)
            }
            Protocol::Http2 => {
                let (sender, driver) = http2::handshake(TokioExecutor::new(), io).await.unwrap();
                connection.spawn(async { _ = driver.await });
                Sender::Http2(sender)
            }
        };
        Self {
            negotiated,
            sender,
            _connection: connection,
        }
    }

    /// Makes a request and reads the answer.
    pub(crate) async fn call(&mut self, method: &str, path: &str, body: &str) -> (u16, String) {
        let response = self.send(method, path, body).await;
        let code = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (code, String::from_utf8(body.to_vec()).unwrap())
    }

    /// Makes a request with more headers, and says the code of the answer, if it is answered.
    pub(crate) async fn call_with(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Option<u16> {
        let uri = format!("https://localhost{path}");
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::default()).unwrap();
        let response = match &mut self.sender {
            Sender::Http1(sender) => sender.send_request(request).await,
            Sender::Http2(sender) => sender.send_request(request).await,
        };
        response.ok().map(|response| response.status().as_u16())
    }

    /// The revision of the last write.
    async fn latest(&mut self) -> String {
        let (_, list) = self.call("GET", "/api/v1/namespaces?limit=1", "").await;
        let (_, revision) = list.split_once(r#""resourceVersion":""#).unwrap();
        revision.split_once('"').unwrap().0.to_owned()
    }

    /// Begins a watch; `LATEST` in its path stands for the revision of the last write.
    pub(crate) async fn watch(&mut self, path: &str) -> Watch {
        let path = &path.replace("LATEST", &self.latest().await);
        let response = self.send("GET", path, "").await;
        assert_eq!(response.status(), 200);
        Watch {
            body: response.into_body(),
            text: String::new(),
        }
    }

    async fn send(&mut self, method: &str, path: &str, body: &str) -> Response<Incoming> {
        let uri = format!("https://localhost{path}");
        let request = Request::builder()
            .method(method)
            .uri(uri)
            .header("Host", "localhost");
        let request = request.body(Full::from(body.to_owned())).unwrap();
        match &mut self.sender {
            Sender::Http1(sender) => {
                sender.ready().await.unwrap();
                sender.send_request(request).await.unwrap()
            }
            Sender::Http2(sender) => sender.send_request(request).await.unwrap(),
        }
    }
}

impl Watch {
    /// The next line, or nothing at the proper end of the stream.
    pub(crate) async fn next_line(&mut self) -> Option<String> {
        loop {
            if let Some((line, rest)) = self.text.split_once('\n') {
                let line = line.to_owned();
                self.text = rest.to_owned();
                return Some(line);
            }
            let chunk = self.next_chunk().await?.unwrap();
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// The next data as it comes.
    pub(crate) async fn next_chunk(&mut self) -> Option<Result<Bytes, hyper::Error>> {
        loop {
            let frame = self.body.frame().await?;
            let data = frame.map(|frame| frame.into_data().unwrap_or_default());
            // A frame without data says nothing yet.
            if !data.as_ref().is_ok_and(Bytes::is_empty) {
                return Some(data);
            }
        }
    }
}

/// A connection on which nothing of HTTP was said.
pub(crate) async fn handshake(
    name: &'static str,
    credentials: &Credentials,
    protocol: Protocol,
) -> TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_slice(&credentials.authority).unwrap();
    roots.add(authority).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let mut config = match &credentials.own {
        Some((certificate, key)) => {
            let certificate = CertificateDer::from_pem_slice(certificate).unwrap();
            let key = PrivateKeyDer::from_pem_slice(key).unwrap();
            config
                .with_client_auth_cert(vec![certificate], key)
                .unwrap()
        }
        None => config.with_no_client_auth(),
    };
    config.alpn_protocols = vec![protocol.alpn().to_vec()];
    let stream = TcpStream::connect(&credentials.address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let name = ServerName::try_from(name).unwrap();
    let connector = TlsConnector::from(Arc::new(config));
    connector.connect(name, stream).await.unwrap()
}
