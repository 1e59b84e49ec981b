//! Client certificates: taken from whoever shows one, and judged afterwards.

use std::{fmt, sync::Arc, time::Duration};

use pintle_env::Timestamp;
use rustls::{
    DigitallySignedStruct, DistinguishedName, Error, RootCertStore, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, UnixTime},
    server::{
        VerifierBuilderError, WebPkiClientVerifier,
        danger::{ClientCertVerified, ClientCertVerifier},
    },
};

use super::{User, subject};

/// Judges client certificates.
#[derive(Clone)]
pub(crate) struct ClientCertificates(Arc<dyn ClientCertVerifier>);

/// Lets every client certificate through the handshake of which the client has the key.
///
/// It grants nothing: who the client is, is for [`ClientCertificates`] to say.
#[derive(Debug)]
pub(crate) struct LenientVerifier(Arc<dyn ClientCertVerifier>);

impl ClientCertificates {
    /// Those that an authority signed.
    pub(crate) fn signed_by(
        authority: CertificateDer<'static>,
        provider: Arc<CryptoProvider>,
    ) -> Result<Self, VerifierBuilderError> {
        let mut roots = RootCertStore::empty();
        // One that cannot be used leaves the roots empty, which the builder refuses.
        roots.add_parsable_certificates([authority]);
        let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
        Ok(Self(verifier.build()?))
    }

    /// What the handshake needs to ask for them.
    pub(crate) fn verifier(&self) -> LenientVerifier {
        LenientVerifier(self.0.clone())
    }

    /// The user that a chain of certificates, as a client showed it, is for.
    pub(crate) fn user(&self, chain: &[CertificateDer<'_>], now: Timestamp) -> Option<User> {
        let (own, intermediates) = chain.split_first()?;
        let now = u64::try_from(now.unix_seconds()).ok()?;
        let now = UnixTime::since_unix_epoch(Duration::from_secs(now));
        self.0.verify_client_cert(own, intermediates, now).ok()?;
        subject::user(own)
    }
}

impl fmt::Debug for ClientCertificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCertificates").finish_non_exhaustive()
    }
}

impl ClientCertVerifier for LenientVerifier {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.0.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}
