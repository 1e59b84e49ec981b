//! How the server proves who it is, and the client certificate.

use crate::pem::Pem;

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
    /// The application protocols to offer, in order of preference. Default: `h2` and `http/1.1`.
    pub protocols: Option<Vec<String>>,
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
