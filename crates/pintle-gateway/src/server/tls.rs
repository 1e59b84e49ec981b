//! TLS, with the certificate and key of files.

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{Accept, TlsAcceptor};

use crate::error::{StartError, StartErrorKind};

/// What makes a TLS connection of another.
pub(crate) struct Tls(TlsAcceptor);

impl Tls {
    pub(crate) fn read(certificate: &Path, key: &Path) -> Result<Self, StartError> {
        let unusable = |what: &str, file: &Path| {
            let message = format!("the {what} {} cannot be used", file.display());
            StartError::new(StartErrorKind::Credentials, message)
        };
        let chain = CertificateDer::pem_file_iter(certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| unusable("certificate", certificate).caused_by(error))?;
        let private = PrivateKeyDer::from_pem_file(key)
            .map_err(|error| unusable("private key", key).caused_by(error))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable("certificate", certificate).caused_by(error))?;
        let mut config = builder
            .with_no_client_auth()
            .with_single_cert(chain, private)
            .map_err(|error| unusable("certificate", certificate).caused_by(error))?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }

    pub(super) fn accept<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: S) -> Accept<S> {
        self.0.accept(stream)
    }
}
