//! Opening connections: what is dialed, through which proxy, and TLS over it.
//!
//! Invariant: every step has its time limit, and its failure names the step and the server.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::header::PROXY_AUTHORIZATION;
use http::uri::{Authority, Scheme};
use http::{Request, Uri};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;
use tower_service::Service;

use crate::body::Body;
use crate::dial::{Dial, Dialed};
use crate::error::{Error, ErrorKind, of_handshake};
use crate::metrics::{self, Meter};
use crate::proxy::{Proxy, Target};
use crate::stream::{ALPN_HTTP11, Link, Stream};
use crate::trust::Trust;

/// Opens a connection to the server that a URL names; with TLS if its scheme is `https`.
#[derive(Clone)]
pub(crate) struct Connector {
    dial: Dial,
    proxy: Option<Proxy>,
    trust: Option<Arc<Trust>>,
}

/// What a connection will be used for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Requests, in whatever HTTP both sides like best.
    Requests,
    /// One request, in HTTP/1.1, with which both sides leave HTTP.
    Upgrade,
}

impl Connector {
    /// `trust` is what `https` needs; without it only `http` can be spoken.
    pub(crate) fn new(dial: Dial, proxy: Option<Proxy>, trust: Option<Arc<Trust>>) -> Self {
        Self { dial, proxy, trust }
    }

    pub(crate) async fn open(&self, uri: &Uri, purpose: Purpose) -> Result<Stream, Error> {
        let stream = self.reach(uri, purpose).await?;
        let metrics = &self.meter().metrics;
        if !metrics.is_some() {
            return Ok(stream);
        }
        Ok(stream.counted(peer(uri), metrics, self.trust.as_ref()))
    }

    /// What tells how long things took.
    pub(crate) fn meter(&self) -> &Meter {
        self.dial.meter()
    }

    async fn reach(&self, uri: &Uri, purpose: Purpose) -> Result<Stream, Error> {
        let is_secure = uri.scheme() == Some(&Scheme::HTTPS);
        let dialed = match &self.proxy {
            None => self.dial.open(uri).await?,
            Some(proxy) if !is_secure && purpose == Purpose::Requests && proxy.forwards() => {
                let reached = proxy.reach(&self.dial, &Target::of(uri)).await;
                return reached.map(Stream::to_proxy);
            }
            Some(proxy) => proxy.tunnel(&self.dial, &Target::of(uri)).await?,
        };
        match is_secure {
            true => self.secure(uri, purpose, dialed).await,
            false => Ok(Stream::plain(dialed)),
        }
    }

    /// Tells a proxy that forwards requests who sends this one.
    pub(crate) fn authorize(&self, request: &mut Request<Body>) {
        let is_secure = request.uri().scheme() == Some(&Scheme::HTTPS);
        let authorization = self.proxy.as_ref().and_then(Proxy::authorization);
        if let Some(authorization) = authorization.filter(|_| !is_secure) {
            let headers = request.headers_mut();
            headers.insert(PROXY_AUTHORIZATION, authorization.clone());
        }
    }

    async fn secure(&self, uri: &Uri, purpose: Purpose, dialed: Dialed) -> Result<Stream, Error> {
        let peer = peer(uri);
        let trust = self.trust.as_ref().ok_or_else(|| {
            Error::new(
                ErrorKind::Request,
                format!("{peer} is to be reached over TLS by a transport without it"),
            )
        })?;
        let name = match trust.server_name() {
            Some(name) => name.clone(),
            None => server_name(uri.host().unwrap_or_default())?,
        };
        let (mut config, version) = trust.before_handshake();
        if purpose == Purpose::Upgrade {
            Arc::make_mut(&mut config).alpn_protocols = vec![ALPN_HTTP11.to_vec()];
        }
        let begun = self.meter().now();
        let stream = handshake(peer, name, config, dialed).await?;
        let took = &metrics::HANDSHAKE_DURATION;
        self.meter().took(took, &[peer], begun);
        Ok(Stream::tls(stream, Link::of(version)))
    }
}

/// Speaks TLS to a server of this name over what was dialed.
pub(crate) async fn handshake(
    peer: &str,
    name: ServerName<'static>,
    config: Arc<ClientConfig>,
    dialed: Dialed,
) -> Result<TlsStream<Dialed>, Error> {
    let handshake = tokio_rustls::TlsConnector::from(config).connect(name, dialed);
    timeout(HANDSHAKE_TIMEOUT, handshake)
        .await
        .map_err(|_| late(peer, "the TLS handshake", HANDSHAKE_TIMEOUT))?
        .map_err(|error| of_handshake(peer, error))
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Stream>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        // Each connection starts from a clone; what dials is always ready.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connector = self.clone();
        Box::pin(async move {
            let stream = connector.open(&uri, Purpose::Requests).await?;
            Ok(TokioIo::new(stream))
        })
    }
}

/// Host and port of a URL, as errors and metrics name them.
pub(crate) fn peer(uri: &Uri) -> &str {
    uri.authority().map_or("", Authority::as_str)
}

/// The name of the server for TLS, from a URL's host or from `tls-server-name`.
pub(crate) fn server_name(host: &str) -> Result<ServerName<'static>, Error> {
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host);
    ServerName::try_from(bare.to_owned()).map_err(|error| {
        Error::with_source(
            ErrorKind::Configuration,
            format!("\"{bare}\" is neither a host name nor an address"),
            error,
        )
    })
}

/// What took longer than it may.
pub(crate) fn late(peer: &str, step: &str, limit: Duration) -> Error {
    Error::new(
        ErrorKind::ConnectTimeout,
        format!("{peer} did not answer {step} within {} s", limit.as_secs()),
    )
}

const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
