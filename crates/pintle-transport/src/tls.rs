//! The TLS configuration of one transport.
//!
//! Invariant: nothing process-wide is read or set; the crypto provider, the roots and the client
//! certificate belong to the configuration that they were built for.

use std::fmt;
use std::sync::Arc;

use pintle_config::{Identity, Pem, Tls};
use rustls::client::WantsClientCert;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, ConfigBuilder, DigitallySignedStruct, RootCertStore, SignatureScheme,
    WantsVerifier,
};

use crate::connect::server_name;
use crate::error::{Error, ErrorKind};
use crate::stream::{ALPN_H2, ALPN_HTTP11};

/// What a TLS connection needs. Cheap to clone.
#[derive(Clone)]
pub(crate) struct TlsSettings {
    pub(crate) config: Arc<ClientConfig>,
    /// The name to expect instead of the URL's host.
    pub(crate) server_name: Option<ServerName<'static>>,
}

impl TlsSettings {
    /// TLS 1.2 and 1.3, HTTP/2 preferred to HTTP/1.1.
    pub(crate) fn new(tls: &Tls) -> Result<Self, Error> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| configuration("TLS cannot be set up", error))?;
        let builder = verify_server(builder, tls, &provider)?;
        let mut config = match &tls.identity {
            Some(identity) => present(builder, identity)?,
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = vec![ALPN_H2.to_vec(), ALPN_HTTP11.to_vec()];
        let server_name = tls.server_name.as_deref().map(server_name).transpose()?;
        Ok(Self {
            config: Arc::new(config),
            server_name,
        })
    }
}

fn verify_server(
    builder: ConfigBuilder<ClientConfig, WantsVerifier>,
    tls: &Tls,
    provider: &CryptoProvider,
) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, Error> {
    if tls.danger_accept_invalid_certs {
        let verifier = AcceptAny(provider.signature_verification_algorithms);
        return Ok(builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier)));
    }
    let roots = match &tls.certificate_authority {
        Some(pem) => roots_of(pem)?,
        None => roots_of_system()?,
    };
    Ok(builder.with_root_certificates(roots))
}

fn roots_of(pem: &Pem) -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(pem, "certificate authority")? {
        roots.add(certificate).map_err(|error| {
            configuration(
                format!("the certificate authority {} cannot be used", place(pem)),
                error,
            )
        })?;
    }
    Ok(roots)
}

fn roots_of_system() -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    if !roots.is_empty() {
        return Ok(roots);
    }
    let message = "no certificate authority is configured and the system has none";
    Err(match found.errors.into_iter().next() {
        Some(error) => configuration(message, error),
        None => Error::new(ErrorKind::Configuration, message),
    })
}

fn present(
    builder: ConfigBuilder<ClientConfig, WantsClientCert>,
    identity: &Identity,
) -> Result<ClientConfig, Error> {
    let chain = certificates(&identity.certificate, "client certificate")?;
    let key = PrivateKeyDer::from_pem_slice(identity.key.bytes()).map_err(|error| {
        configuration(
            format!(
                "the client key {} is not a PEM private key",
                place(&identity.key)
            ),
            error,
        )
    })?;
    builder.with_client_auth_cert(chain, key).map_err(|error| {
        configuration(
            format!(
                "the client certificate {} and the key {} cannot be used together",
                place(&identity.certificate),
                place(&identity.key)
            ),
            error,
        )
    })
}

/// The certificates in `pem`; at least one.
fn certificates(pem: &Pem, what: &str) -> Result<Vec<CertificateDer<'static>>, Error> {
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem.bytes())
        .collect::<Result<_, _>>()
        .map_err(|error| configuration(format!("the {what} {} is not PEM", place(pem)), error))?;
    if certificates.is_empty() {
        return Err(Error::new(
            ErrorKind::Configuration,
            format!("the {what} {} contains no PEM certificate", place(pem)),
        ));
    }
    Ok(certificates)
}

fn place(pem: &Pem) -> String {
    match pem.file() {
        Some(file) => format!("in {}", file.display()),
        None => "in the configuration".to_owned(),
    }
}

fn configuration(
    message: impl Into<String>,
    error: impl std::error::Error + Send + Sync + 'static,
) -> Error {
    Error::with_source(ErrorKind::Configuration, message, error)
}

/// Takes any certificate for the server's, as `danger_accept_invalid_certs` asks for.
///
/// Signatures of the handshake are still checked: whoever answers has the key of what it presents.
struct AcceptAny(WebPkiSupportedAlgorithms);

impl ServerCertVerifier for AcceptAny {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(message, certificate, signature, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(message, certificate, signature, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}

impl fmt::Debug for AcceptAny {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AcceptAny")
    }
}
