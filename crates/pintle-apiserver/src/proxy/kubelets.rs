//! TLS towards kubelets, nodes and pods.

use std::{fmt, sync::Arc};

use rustls::{
    ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject as _},
};

/// What the server shows to kubelets, and what they have to show to it.
pub(crate) struct KubeletClient {
    /// The certificate and its chain, as PEM.
    pub(crate) certificate: String,
    /// Its key, as PEM.
    pub(crate) key: String,
    /// The authorities of kubelets' certificates, as PEM; without, a kubelet may be anyone.
    pub(crate) authority: Option<String>,
}

/// TLS towards kubelets, nodes and pods.
pub(crate) struct KubeletTls {
    /// For kubelets, who are verified if there is something to do it with.
    pub(super) kubelets: Arc<ClientConfig>,
    /// For kubelets that may be anyone.
    pub(super) any_kubelets: Arc<ClientConfig>,
    /// For others, who may be anyone and get to know nothing of the server.
    pub(super) anyone: Arc<ClientConfig>,
}

impl KubeletTls {
    /// TLS with what the server has for kubelets.
    pub(crate) fn new(
        client: &KubeletClient,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let anyone: Arc<dyn ServerCertVerifier> = Arc::new(Anyone(provider.clone()));
        let kubelet = match &client.authority {
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                for certificate in CertificateDer::pem_slice_iter(authority.as_bytes()) {
                    roots.add(certificate?)?;
                }
                let roots = Arc::new(roots);
                WebPkiServerVerifier::builder_with_provider(roots, provider.clone()).build()?
            }
            None => anyone.clone(),
        };
        let config = |verifier: &Arc<dyn ServerCertVerifier>| {
            let config = ClientConfig::builder_with_provider(provider.clone());
            let config = config.with_safe_default_protocol_versions()?;
            Ok::<_, Error>(
                config
                    .dangerous()
                    .with_custom_certificate_verifier(verifier.clone()),
            )
        };
        let known = |verifier| {
            let chain: Result<Vec<_>, _> =
                CertificateDer::pem_slice_iter(client.certificate.as_bytes()).collect();
            let key = PrivateKeyDer::from_pem_slice(client.key.as_bytes())?;
            let config = config(verifier)?.with_client_auth_cert(chain?, key)?;
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(over_http1(config))
        };
        Ok(Self {
            kubelets: known(&kubelet)?,
            any_kubelets: known(&anyone)?,
            anyone: over_http1(config(&anyone)?.with_no_client_auth()),
        })
    }
}

impl fmt::Debug for KubeletTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // There is a key in it.
        f.debug_struct("KubeletTls").finish_non_exhaustive()
    }
}

/// HTTP/1.1 is what can be upgraded.
fn over_http1(mut config: ClientConfig) -> Arc<ClientConfig> {
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Arc::new(config)
}

/// Takes whoever has the key of the certificate that it shows.
#[derive(Debug)]
struct Anyone(Arc<CryptoProvider>);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
