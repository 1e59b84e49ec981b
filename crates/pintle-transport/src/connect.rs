//! Opening connections: name lookup, TCP, TLS.
//!
//! Invariant: every step has its time limit, and its failure names the step and the server.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use http::uri::Scheme;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::{GaiAddrs, GaiResolver, Name};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::time::timeout;
use tower_service::Service;

use crate::error::{Error, ErrorKind, of_connect, of_handshake};
use crate::stream::Stream;
use crate::tls::TlsSettings;

/// Opens a connection to the server that a URL names; with TLS if its scheme is `https`.
#[derive(Clone)]
pub(crate) struct Connector {
    tcp: HttpConnector<Resolver>,
    tls: Option<TlsSettings>,
}

impl Connector {
    /// `tls` is what `https` needs; without it only `http` can be spoken.
    pub(crate) fn new(tls: Option<TlsSettings>) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(Resolver(GaiResolver::new()));
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(KEEPALIVE));
        tcp.set_keepalive_interval(Some(KEEPALIVE));
        // Shared out among the host's addresses, so that a dead first one does not use it all up.
        tcp.set_connect_timeout(Some(DIAL_TIMEOUT));
        Self { tcp, tls }
    }

    async fn connect(mut self, uri: Uri) -> Result<Stream, Error> {
        let peer = uri.authority().map(ToString::to_string).unwrap_or_default();
        let secure = uri.scheme() == Some(&Scheme::HTTPS);
        let host = uri.host().unwrap_or_default().to_owned();

        // The connector's own limit leaves out the name lookup.
        let tcp = timeout(DIAL_TIMEOUT, self.tcp.call(uri))
            .await
            .map_err(|_| late(&peer, "the connection attempt", DIAL_TIMEOUT))?
            .map_err(|error| of_connect(&peer, error.into()))?
            .into_inner();
        if !secure {
            return Ok(Stream::plain(tcp));
        }

        let tls = self.tls.ok_or_else(|| {
            Error::new(
                ErrorKind::Request,
                format!("{peer} is to be reached over TLS by a transport without it"),
            )
        })?;
        let name = match tls.server_name {
            Some(name) => name,
            None => server_name(&host)?,
        };
        let handshake = tokio_rustls::TlsConnector::from(tls.config).connect(name, tcp);
        let stream = timeout(HANDSHAKE_TIMEOUT, handshake)
            .await
            .map_err(|_| late(&peer, "the TLS handshake", HANDSHAKE_TIMEOUT))?
            .map_err(|error| of_handshake(&peer, error))?;
        Ok(Stream::tls(stream))
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Stream>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        // Each connection starts from a clone; the TCP connector is always ready.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connector = self.clone();
        Box::pin(async move { connector.connect(uri).await.map(TokioIo::new) })
    }
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

fn late(peer: &str, step: &str, limit: Duration) -> Error {
    Error::new(
        ErrorKind::ConnectTimeout,
        format!("{peer} did not answer {step} within {} s", limit.as_secs()),
    )
}

/// The system's name lookup, with failures that can be told from those of the connection.
#[derive(Clone)]
struct Resolver(GaiResolver);

impl Service<Name> for Resolver {
    type Response = GaiAddrs;
    type Error = LookupFailed;
    type Future = Pin<Box<dyn Future<Output = Result<GaiAddrs, LookupFailed>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), LookupFailed>> {
        self.0.poll_ready(cx).map_err(LookupFailed)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let lookup = self.0.call(name);
        Box::pin(async move { lookup.await.map_err(LookupFailed) })
    }
}

/// A name lookup that failed.
#[derive(Debug)]
pub(crate) struct LookupFailed(io::Error);

impl fmt::Display for LookupFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("name lookup failed")
    }
}

impl std::error::Error for LookupFailed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

const DIAL_TIMEOUT: Duration = Duration::from_secs(30);
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
const KEEPALIVE: Duration = Duration::from_secs(30);
