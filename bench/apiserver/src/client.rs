//! Requests over one connection, with as little between as can be.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{Method, Request, body::Incoming, client::conn::http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _},
};
use tokio::{net::TcpStream, task::JoinSet};
use tokio_rustls::TlsConnector;

pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// A server, and who asks it.
#[derive(Clone)]
pub(crate) struct Server {
    address: String,
    config: Arc<ClientConfig>,
}

/// A connection in HTTP/2, which any number of requests share.
#[derive(Clone)]
pub(crate) struct Connection {
    sender: http2::SendRequest<Full<Bytes>>,
    _driver: Arc<JoinSet<()>>,
}

impl Server {
    /// That of a kubeconfig as `pintle up` and `cargo xtask real-cluster` write it: one cluster and one
    /// user, with all data in it or in files.
    pub(crate) fn of(kubeconfig: &str) -> Result<Self> {
        let text = std::fs::read_to_string(kubeconfig)?;
        let field = |name: &str| {
            let (_, rest) = text.split_once(&format!("{name}: "))?;
            let value = rest.split([',', '}', '\n']).next()?;
            Some(value.trim().trim_matches('"').to_owned())
        };
        let directory = Path::new(kubeconfig).parent().unwrap_or(Path::new(""));
        let data = |name: &str| -> Result<Vec<u8>> {
            if let Some(data) = field(&format!("{name}-data")) {
                return Ok(STANDARD.decode(data)?);
            }
            let file = field(name).ok_or_else(|| format!("{kubeconfig} has no {name}"))?;
            Ok(std::fs::read(directory.join(file))?)
        };
        let mut roots = RootCertStore::empty();
        for authority in CertificateDer::pem_slice_iter(&data("certificate-authority")?) {
            roots.add(authority?)?;
        }
        let certificate = data("client-certificate")?;
        let chain: std::result::Result<Vec<_>, _> =
            CertificateDer::pem_slice_iter(&certificate).collect();
        let key = PrivateKeyDer::from_pem_slice(&data("client-key")?)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_client_auth_cert(chain?, key)?;
        config.alpn_protocols = vec![b"h2".to_vec()];
        let server = field("server").ok_or("no server")?;
        let address = server.trim_start_matches("https://").trim_end_matches('/');
        Ok(Self {
            address: address.to_owned(),
            config: Arc::new(config),
        })
    }

    pub(crate) async fn connect(&self) -> Result<Connection> {
        let stream = TcpStream::connect(&self.address).await?;
        stream.set_nodelay(true)?;
        let name = ServerName::try_from("localhost")?;
        let stream = TlsConnector::from(self.config.clone())
            .connect(name, stream)
            .await?;
        let (sender, driver) = http2::Builder::new(TokioExecutor::new())
            .initial_stream_window_size(1 << 20)
            .initial_connection_window_size(4 << 20)
            .handshake(TokioIo::new(stream))
            .await?;
        let mut tasks = JoinSet::new();
        tasks.spawn(async { _ = driver.await });
        Ok(Connection {
            sender,
            _driver: Arc::new(tasks),
        })
    }
}

impl Connection {
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        media_type: &'static str,
        body: Bytes,
    ) -> Result<(u16, Incoming)> {
        // What a patch makes is an object, and the smallest form of it will do.
        let answered = match method {
            Method::PATCH => PROTOBUF,
            _ => media_type,
        };
        let request = Request::builder()
            .method(method)
            .uri(format!("https://localhost{path}"))
            .header("content-type", media_type)
            .header("accept", answered)
            .body(Full::new(body))?;
        let response = self.sender.clone().send_request(request).await?;
        Ok((response.status().as_u16(), response.into_body()))
    }

    /// Makes a request, and says the code and the length of the answer.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        media_type: &'static str,
        body: Bytes,
    ) -> Result<(u16, usize)> {
        let (code, mut body) = self.send(method, path, media_type, body).await?;
        let mut length = 0;
        while let Some(frame) = body.frame().await {
            length += frame?.data_ref().map_or(0, Bytes::len);
        }
        Ok((code, length))
    }
}

pub(crate) const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";
pub(crate) const JSON: &str = "application/json";
