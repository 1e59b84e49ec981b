//! What a client is built from, once files, environment and overrides have been resolved.
//!
//! Invariant: a `Config` is self-contained. Files that it mentions have been read; their paths are
//! kept only so that they can be read again when they change.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::environment::Environment;
use crate::error::Error;
use crate::loader::Loader;
use crate::pem::Pem;
use crate::secret::Secret;
use crate::server::ServerUrl;

/// How to reach an API server, and as whom.
///
/// client-go's `rest.Config`. Load one with [`Config::infer`] or a [`Loader`], or build one with
/// [`Config::new`]. `Debug` shows no secret.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// The API server.
    pub server: ServerUrl,
    /// How the server proves who it is, and the client certificate.
    pub tls: Tls,
    /// How a request proves who sends it. A client certificate, in [`Tls::identity`], comes on top.
    pub auth: Auth,
    /// The namespace that a command works in when it names none. Default: `default`.
    pub default_namespace: String,
    /// The `User-Agent` of every request. Default: one that names pintle, its version and the
    /// platform, in the form of client-go's.
    pub user_agent: Option<String>,
}

impl Config {
    /// A configuration for `server`, with the system's certificate authorities and no credentials.
    ///
    /// # Errors
    ///
    /// See [`ServerUrl::parse`]; without a scheme the server is spoken to over plain HTTP.
    pub fn new(server: &str) -> Result<Self, Error> {
        Ok(Self::for_server(ServerUrl::parse(server, false)?))
    }

    /// The configuration of the process' environment: `$KUBECONFIG`, else `~/.kube/config`, else the
    /// pod's service account. Short for a [`Loader`] on [`Environment::process`].
    ///
    /// # Errors
    ///
    /// See [`Loader::load`].
    pub fn infer() -> Result<Self, Error> {
        Loader::new(Environment::process()).load()
    }

    /// Trusts servers whose certificate is signed by one of these, and no other.
    #[must_use]
    pub fn certificate_authority(mut self, pem: Pem) -> Self {
        self.tls.certificate_authority = Some(pem);
        self
    }

    /// Presents a client certificate.
    #[must_use]
    pub fn identity(mut self, certificate: Pem, key: Pem) -> Self {
        self.tls.identity = Some(Identity { certificate, key });
        self
    }

    /// Sends `Authorization: Bearer …`.
    #[must_use]
    pub fn bearer_token(mut self, token: impl Into<Secret>) -> Self {
        self.auth = Auth::Bearer(Token::new(token));
        self
    }

    /// Sends `Authorization: Basic …`.
    #[must_use]
    pub fn basic(mut self, username: impl Into<String>, password: impl Into<Secret>) -> Self {
        self.auth = Auth::Basic {
            username: username.into(),
            password: password.into(),
        };
        self
    }

    /// Sets the `User-Agent` of every request.
    #[must_use]
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    pub(crate) fn for_server(server: ServerUrl) -> Self {
        Self {
            server,
            tls: Tls::default(),
            auth: Auth::Anonymous,
            default_namespace: DEFAULT_NAMESPACE.to_owned(),
            user_agent: None,
        }
    }
}

/// TLS settings. The default trusts the system's certificate authorities and presents no certificate.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Tls {
    /// The only authorities to trust; `None` trusts those of the system.
    pub certificate_authority: Option<Pem>,
    /// The client certificate and its key.
    pub identity: Option<Identity>,
    /// The name to expect in the server's certificate, and to send as SNI, instead of the host in
    /// the server's URL.
    pub server_name: Option<String>,
    /// Do not check the server's certificate. Anyone on the path can then read and change
    /// everything, credentials included.
    pub danger_accept_invalid_certs: bool,
}

/// A client certificate (with its chain) and its private key.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The certificate, followed by any intermediates.
    pub certificate: Pem,
    /// The private key: PKCS#8, PKCS#1 or SEC1.
    pub key: Pem,
}

/// What the `Authorization` header says.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Auth {
    /// Nothing: a client certificate, if there is one, is all the server learns.
    #[default]
    Anonymous,
    /// A bearer token, such as a service account's.
    Bearer(Token),
    /// A user name and a password. API servers no longer accept these; proxies before them may.
    Basic {
        /// The user name.
        username: String,
        /// The password.
        password: Secret,
    },
}

/// A bearer token and, when there is one, the file that it belongs in.
///
/// The token is read once, with the configuration. Service-account tokens are replaced in their file
/// before they expire, and that is not followed: a program that outlives its token loads the
/// configuration anew.
#[derive(Clone)]
pub struct Token {
    value: Secret,
    file: Option<PathBuf>,
}

impl Token {
    /// A token held in memory. Surrounding white space is dropped.
    pub fn new(value: impl Into<Secret>) -> Self {
        Self {
            value: Secret::new(value.into().expose().trim()),
            file: None,
        }
    }

    /// Reads a token from `path`. Surrounding white space is dropped.
    ///
    /// # Errors
    ///
    /// Whatever reading the file as UTF-8 fails with.
    pub fn from_file(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        let text = std::fs::read_to_string(&path)?;
        Ok(Self {
            value: Secret::new(text.trim()),
            file: Some(path),
        })
    }

    /// The same token, standing in for that of `file`, which cannot be had.
    pub(crate) fn in_place_of(mut self, file: &Path) -> Self {
        self.file = Some(file.to_owned());
        self
    }

    /// The token.
    pub fn value(&self) -> &Secret {
        &self.value
    }

    /// The file that holds the token, if one is configured.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(file) => write!(f, "Token({})", file.display()),
            None => f.write_str("Token([redacted])"),
        }
    }
}

pub(crate) const DEFAULT_NAMESPACE: &str = "default";
