//! Opening connections: what is dialed, and TLS over it.
//!
//! Invariant: every step has its time limit, and its failure names the step and the server.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use http::uri::Scheme;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::time::timeout;
use tower_service::Service;

use crate::dial::Dial;
use crate::error::{Error, ErrorKind, of_connect, of_handshake};
use crate::stream::Stream;
use crate::tls::TlsSettings;

/// Opens a connection to the server that a URL names; with TLS if its scheme is `https`.
#[derive(Clone)]
pub(crate) struct Connector {
    dial: Dial,
    tls: Option<TlsSettings>,
}

impl Connector {
    /// `tls` is what `https` needs; without it only `http` can be spoken.
    pub(crate) fn new(dial: Dial, tls: Option<TlsSettings>) -> Self {
        Self { dial, tls }
    }

    async fn connect(mut self, uri: Uri) -> Result<Stream, Error> {
        let peer = uri.authority().map(ToString::to_string).unwrap_or_default();
        let secure = uri.scheme() == Some(&Scheme::HTTPS);
        let host = uri.host().unwrap_or_default().to_owned();

        // The dialer's own limit leaves out the name lookup.
        let dialed = timeout(DIAL_TIMEOUT, self.dial.open(uri))
            .await
            .map_err(|_| late(&peer, "the connection attempt", DIAL_TIMEOUT))?
            .map_err(|error| of_connect(&peer, error))?;
        if !secure {
            return Ok(Stream::plain(dialed));
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
        let handshake = tokio_rustls::TlsConnector::from(tls.config).connect(name, dialed);
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
        // Each connection starts from a clone; what dials is always ready.
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

pub(crate) const DIAL_TIMEOUT: Duration = Duration::from_secs(30);
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
