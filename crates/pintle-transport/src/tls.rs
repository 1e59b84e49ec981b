//! TLS configurations: whom they believe, and what they present.
//!
//! Invariant: nothing process-wide is read or set; the crypto provider, the roots and the client
//! certificate belong to the configuration that they were built for.

use std::fmt;
use std::sync::Arc;

use pintle_config::{Identity, Pem, Tls};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use crate::error::{Error, ErrorKind};

/// Whose servers are believed. Cheap to clone.
#[derive(Clone)]
pub(crate) enum Authorities {
    /// Those whose certificate one of these has signed.
    These(Arc<RootCertStore>),
    /// All, as `danger_accept_invalid_certs` asks for.
    Any,
}

impl Authorities {
    /// Those of a configuration.
    pub(crate) fn of(tls: &Tls) -> Result<Self, Error> {
        match &tls.certificate_authority {
            _ if tls.danger_accept_invalid_certs => Ok(Self::Any),
            Some(pem) => Self::in_pem(pem),
            None => Self::of_system(),
        }
    }

    /// Those that `pem` holds.
    pub(crate) fn in_pem(pem: &Pem) -> Result<Self, Error> {
        Ok(Self::These(Arc::new(roots_of(pem)?)))
    }

    /// Those of the operating system and, if there is one, `also`.
    pub(crate) fn of_system_and(also: Option<&Pem>) -> Result<Self, Error> {
        let Some(pem) = also else {
            return Self::of_system();
        };
        let mut roots = roots_of(pem)?;
        // A system without any is none to worry about, where there is one.
        if let Ok(of_system) = roots_of_system() {
            roots.extend(of_system.roots);
        }
        Ok(Self::These(Arc::new(roots)))
    }

    fn of_system() -> Result<Self, Error> {
        Ok(Self::These(Arc::new(roots_of_system()?)))
    }
}

/// A configuration for TLS 1.2 and 1.3 that offers these application protocols, in order of preference.
pub(crate) fn client_config(
    authorities: &Authorities,
    identity: Option<&Identity>,
    protocols: Vec<Vec<u8>>,
) -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| configuration("TLS cannot be set up", error))?;
    let builder = match authorities {
        Authorities::These(roots) => builder.with_root_certificates(Arc::clone(roots)),
        Authorities::Any => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(AcceptAny::new(&provider))),
    };
    let mut config = match identity {
        None => builder.with_no_client_auth(),
        Some(identity) => {
            let (chain, key) = chain_and_key(identity)?;
            let config = builder.with_client_auth_cert(chain, key);
            config.map_err(|error| mismatch(identity, error))?
        }
    };
    config.alpn_protocols = protocols;
    Ok(config)
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

fn chain_and_key(
    identity: &Identity,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), Error> {
    let chain = certificates(&identity.certificate, "client certificate")?;
    let key = PrivateKeyDer::from_pem_slice(identity.key.bytes()).map_err(|error| {
        let place = place(&identity.key);
        configuration(
            format!("the client key {place} is not a PEM private key"),
            error,
        )
    })?;
    Ok((chain, key))
}

fn mismatch(identity: &Identity, error: rustls::Error) -> Error {
    let (certificate, key) = (place(&identity.certificate), place(&identity.key));
    configuration(
        format!("the client certificate {certificate} and the key {key} cannot be used together"),
        error,
    )
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

impl AcceptAny {
    fn new(provider: &CryptoProvider) -> Self {
        Self(provider.signature_verification_algorithms)
    }
}

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
