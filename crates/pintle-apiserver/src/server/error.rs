//! [`StartError`], why a server could not be started.

use std::{error::Error, fmt, net::SocketAddr};

/// Why a server could not be started.
#[derive(Debug)]
pub struct StartError {
    what: What,
    source: Option<Box<dyn Error + Send + Sync>>,
}

#[derive(Debug)]
enum What {
    Listen(SocketAddr),
    Certificates,
    Kubelets,
    Seed,
    RuntimeConfig(String),
}

impl StartError {
    /// Whether the address cannot be listened on: it is in use, is not this machine's, or needs
    /// more privileges.
    pub fn is_address(&self) -> bool {
        matches!(self.what, What::Listen(_))
    }

    /// Whether an object that the server was to start with is at fault.
    pub fn is_seed(&self) -> bool {
        matches!(self.what, What::Seed)
    }

    /// Whether an API that is to be turned on or off is not known.
    pub fn is_runtime_config(&self) -> bool {
        matches!(self.what, What::RuntimeConfig(_))
    }

    pub(super) fn runtime_config(why: String) -> Self {
        Self {
            what: What::RuntimeConfig(why),
            source: None,
        }
    }

    pub(super) fn listen(address: SocketAddr, source: std::io::Error) -> Self {
        Self {
            what: What::Listen(address),
            source: Some(source.into()),
        }
    }

    pub(super) fn seed(source: impl Error + Send + Sync + 'static) -> Self {
        Self {
            what: What::Seed,
            source: Some(source.into()),
        }
    }

    pub(super) fn certificates(source: impl Error + Send + Sync + 'static) -> Self {
        Self {
            what: What::Certificates,
            source: Some(source.into()),
        }
    }

    pub(super) fn kubelets(source: Box<dyn Error + Send + Sync>) -> Self {
        Self {
            what: What::Kubelets,
            source: Some(source),
        }
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            What::Listen(address) => write!(f, "cannot listen on {address}"),
            What::Seed => f.write_str("cannot create what the server is to start with"),
            What::Certificates => f.write_str("cannot make the server's certificates"),
            What::Kubelets => f.write_str("cannot use the certificates for kubelets"),
            What::RuntimeConfig(why) => f.write_str(why),
        }
    }
}

impl Error for StartError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
