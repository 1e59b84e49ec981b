//! Why a request got no response, or a response broke off.
//!
//! Invariant: an [`Error`] says which of the two sides, or the way between them, is at fault, and
//! names the server's address. It never holds a header's value, so no credentials.

mod classify;

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

pub(crate) use classify::{find, is_unprocessed, of_client, of_connect, of_handshake, of_stream};

/// What went wrong between here and the API server. Cheap to clone.
///
/// An answer from the server, whatever its status code, is not an error here. `Display` says what
/// happened and where, [`Error::hint`] what to do about it.
#[derive(Clone)]
pub struct Error(Arc<Inner>);

/// The sorts of transport error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The configuration cannot be used, for instance a certificate that is not PEM.
    Configuration,
    /// The request cannot be sent as it is.
    Request,
    /// The server's host name cannot be resolved.
    Dns,
    /// Nothing listens at the server's address.
    Refused,
    /// The server's address cannot be reached.
    Unreachable,
    /// The proxy on the way to the server cannot be reached, or does not connect to the server.
    Proxy,
    /// The proxy on the way to the server wants other credentials.
    ProxyCredentials,
    /// The server did not answer the connection attempt or the TLS handshake in time.
    ConnectTimeout,
    /// The server stopped answering on a connection that was good.
    Timeout,
    /// The server's certificate is signed by an authority that is not trusted.
    UnknownIssuer,
    /// The server's certificate has expired, or is not valid yet.
    CertificateExpired,
    /// The server's certificate is for other names.
    CertificateName,
    /// The server's certificate is unacceptable for another reason.
    Certificate,
    /// The server requires a client certificate, or refuses ours.
    ClientCertificate,
    /// The TLS handshake failed for another reason.
    Tls,
    /// The connection ended before the response did.
    Closed,
    /// The server did not follow the HTTP protocol.
    Protocol,
    /// The request's own time limit passed.
    Deadline,
    /// The credentials that the request needs could not be had: a plugin failed, or a token could not be
    /// renewed.
    Credentials,
    /// A layer or service that the caller put in failed.
    Foreign,
}

pub(crate) type BoxError = Box<dyn StdError + Send + Sync>;

struct Inner {
    kind: ErrorKind,
    message: String,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Arc::new(Inner {
            kind,
            message: message.into(),
            source: None,
        }))
    }

    pub(crate) fn with_source(
        kind: ErrorKind,
        message: impl Into<String>,
        source: impl Into<BoxError>,
    ) -> Self {
        Self(Arc::new(Inner {
            kind,
            message: message.into(),
            source: Some(source.into().into()),
        }))
    }

    /// The error of a layer, service or body that is not ours; ours if it only passed one on.
    pub(crate) fn foreign(error: BoxError) -> Self {
        match error.downcast::<Self>() {
            Ok(error) => *error,
            Err(error) => Self::with_source(
                ErrorKind::Foreign,
                "a layer or service on the way to the server failed",
                error,
            ),
        }
    }

    /// The sort of error.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether no connection came about, so that the server has seen nothing of the request.
    pub fn is_connect(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::Dns
                | ErrorKind::Refused
                | ErrorKind::Unreachable
                | ErrorKind::ConnectTimeout
        ) || self.is_server_certificate()
            || self.is_proxy()
    }

    /// Whether nothing listens at the server's address.
    pub fn is_refused(&self) -> bool {
        self.kind() == ErrorKind::Refused
    }

    /// Whether the server's host name cannot be resolved.
    pub fn is_dns(&self) -> bool {
        self.kind() == ErrorKind::Dns
    }

    /// Whether it is the proxy that stands between here and the server.
    pub fn is_proxy(&self) -> bool {
        matches!(self.kind(), ErrorKind::Proxy | ErrorKind::ProxyCredentials)
    }

    /// Whether time ran out: the server did not answer in time, connected or not, or the request had no
    /// more.
    pub fn is_timeout(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::ConnectTimeout | ErrorKind::Timeout | ErrorKind::Deadline
        )
    }

    /// Whether the request's own time limit passed, and not one of the connection.
    pub fn is_deadline(&self) -> bool {
        self.kind() == ErrorKind::Deadline
    }

    /// Whether the credentials that the request needs could not be had.
    pub fn is_credentials(&self) -> bool {
        self.kind() == ErrorKind::Credentials
    }

    /// Whether a connection that was there was lost: it ended, stopped answering, or was reset. The server
    /// may have acted on the request.
    pub fn is_lost(&self) -> bool {
        let cause = self.0.source.as_deref();
        let cause = cause.and_then(|cause| find::<std::io::Error>(cause));
        let reset = cause.is_some_and(|cause| {
            matches!(
                cause.kind(),
                std::io::ErrorKind::ConnectionReset | std::io::ErrorKind::UnexpectedEof
            )
        });
        matches!(self.kind(), ErrorKind::Closed | ErrorKind::Timeout) || reset
    }

    /// Whether no connection came about in time.
    pub(crate) fn is_connect_timeout(&self) -> bool {
        self.kind() == ErrorKind::ConnectTimeout
    }

    /// The same, saying too what came of an earlier attempt, if that was something else.
    pub(crate) fn after(self, earlier: Option<String>) -> Self {
        match earlier {
            Some(earlier) if earlier != self.0.message => Self(Arc::new(Inner {
                kind: self.0.kind,
                message: format!("{}; before that, {earlier}", self.0.message),
                source: self.0.source.clone(),
            })),
            _ => self,
        }
    }

    /// Whether the server's certificate was found wanting: issuer, validity, names, or otherwise.
    pub fn is_server_certificate(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::UnknownIssuer
                | ErrorKind::CertificateExpired
                | ErrorKind::CertificateName
                | ErrorKind::Certificate
        )
    }

    /// Whether the server found our client certificate wanting, or missing.
    pub fn is_client_certificate(&self) -> bool {
        self.kind() == ErrorKind::ClientCertificate
    }

    /// Whether the connection ended before the response did. The server may have acted on the request.
    pub fn is_closed(&self) -> bool {
        self.kind() == ErrorKind::Closed
    }

    /// Whether the caller is at fault: the configuration or the request.
    pub fn is_misuse(&self) -> bool {
        matches!(self.kind(), ErrorKind::Configuration | ErrorKind::Request)
    }

    /// What to do about it, as one sentence without full stop.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self.kind() {
            ErrorKind::Dns => "check the host in the cluster's server URL, and the name service",
            ErrorKind::Refused | ErrorKind::Unreachable => {
                "check that the API server runs and that the cluster's server URL has its address and port"
            }
            ErrorKind::ConnectTimeout | ErrorKind::Timeout => {
                "check that the API server is up, and that no firewall is in the way"
            }
            ErrorKind::UnknownIssuer => {
                "check that the cluster's certificate-authority is that of this server; it changes when a cluster is created anew"
            }
            ErrorKind::CertificateExpired => {
                "renew the server's certificate, or correct this machine's clock"
            }
            ErrorKind::CertificateName => {
                "use a host that the certificate names in the cluster's server URL, or set tls-server-name to one"
            }
            ErrorKind::ClientCertificate => {
                "check the user's client-certificate: that there is one, that it has not expired, and that this cluster's authority signed it"
            }
            ErrorKind::Proxy => {
                "check the proxy: it is named by the cluster's proxy-url, or by HTTPS_PROXY or HTTP_PROXY, and NO_PROXY lists servers to reach without it"
            }
            ErrorKind::ProxyCredentials => {
                "put user name and password into the proxy's URL (http://user:password@host:port), in the cluster's proxy-url or in HTTPS_PROXY or HTTP_PROXY"
            }
            ErrorKind::Tls => {
                "check that the server speaks TLS 1.2 or 1.3 at this port; one without TLS has an http:// URL"
            }
            ErrorKind::Deadline => "allow it more time, or check what keeps the API server busy",
            ErrorKind::Closed => "try again; if it persists, look at the API server's log",
            ErrorKind::Configuration
            | ErrorKind::Request
            | ErrorKind::Certificate
            | ErrorKind::Protocol
            | ErrorKind::Credentials
            | ErrorKind::Foreign => return None,
        })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &self.0.message)
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
