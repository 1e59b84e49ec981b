//! A certificate with its private key.

use std::fmt;

/// A certificate with its private key: what a server or a client proves who it is with.
#[derive(Clone)]
pub struct Identity {
    certificate_pem: String,
    private_key_pem: String,
}

impl Identity {
    pub(crate) fn new(certificate_pem: String, private_key_pem: String) -> Self {
        Self {
            certificate_pem,
            private_key_pem,
        }
    }

    /// The certificate, as PEM. It is public.
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// The private key, as PKCS#8 PEM: a secret.
    pub fn private_key_pem(&self) -> &str {
        &self.private_key_pem
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("certificate_pem", &self.certificate_pem)
            .finish_non_exhaustive()
    }
}
