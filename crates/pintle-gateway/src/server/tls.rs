//! TLS, with certificates and keys of files.

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{Accept, TlsAcceptor};

use crate::error::{StartError, StartErrorKind};

/// What makes a TLS connection of another.
pub(crate) struct Tls(TlsAcceptor);

impl Tls {
    /// With a certificate and its key, and with the authorities of clients' certificates if clients may
    /// show some: one that none of these has signed, or that is not for clients, ends the handshake.
    pub(crate) fn read(
        certificate: &Path,
        key: &Path,
        authorities: Option<&Path>,
    ) -> Result<Self, StartError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let clients = match authorities {
            Some(file) => clients(file, provider.clone())?,
            None => WebPkiClientVerifier::no_client_auth(),
        };
        let chain = CertificateDer::pem_file_iter(certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| unusable("certificate", certificate).caused_by(error))?;
        let private = PrivateKeyDer::from_pem_file(key)
            .map_err(|error| unusable("private key", key).caused_by(error))?;
        let builder = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable("certificate", certificate).caused_by(error))?;
        let mut config = builder
            .with_client_cert_verifier(clients)
            .with_single_cert(chain, private)
            .map_err(|error| unusable("certificate", certificate).caused_by(error))?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }

    pub(super) fn accept<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: S) -> Accept<S> {
        self.0.accept(stream)
    }
}

/// Takes certificates that the authorities of a file have signed, and clients that show none.
fn clients(
    file: &Path,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, StartError> {
    let what = "file of client authorities";
    let mut roots = RootCertStore::empty();
    let authorities = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unusable(what, file).caused_by(error))?;
    for authority in authorities {
        let added = roots.add(authority);
        added.map_err(|error| unusable(what, file).caused_by(error))?;
    }
    WebPkiClientVerifier::builder_with_provider(roots.into(), provider)
        .allow_unauthenticated()
        .build()
        .map_err(|error| unusable(what, file).caused_by(error))
}

fn unusable(what: &str, file: &Path) -> StartError {
    let message = format!("the {what} {} cannot be used", file.display());
    StartError::new(StartErrorKind::Credentials, message)
}
