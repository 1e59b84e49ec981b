//! The certificates of a server, and TLS with them.

use std::{net::IpAddr, sync::Arc};

use pintle_env::Timestamp;
use pintle_pki::{CertificateAuthority, Identity, ServerNames, Validity};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use tokio_rustls::TlsAcceptor;

use super::StartError;
use crate::authn::ClientCertificates;

/// What a server needs to be trusted, and its first client to be known.
pub(super) struct Credentials {
    /// The authority that signed all the others, as PEM.
    pub(super) authority_pem: String,
    /// The certificate and key of the administrator.
    pub(super) admin: Identity,
    /// The certificate and key that are shown to kubelets.
    pub(super) kubelets: Identity,
    /// What judges client certificates.
    pub(super) clients: ClientCertificates,
    /// What makes a TLS connection of a TCP one.
    pub(super) acceptor: TlsAcceptor,
}

impl Credentials {
    /// New credentials for a server at an address.
    pub(super) fn generate(address: IpAddr, now: Timestamp) -> Result<Self, StartError> {
        let now = now.unix_seconds();
        let validity = Validity::new(now - BACKDATED, now + LIFETIME);
        let validity = validity.map_err(StartError::certificates)?;
        let authority = CertificateAuthority::generate("pintle-ca", validity);
        let authority = authority.map_err(StartError::certificates)?;
        let mut names = ServerNames::new()
            .dns("localhost")
            .dns("kubernetes")
            .dns("kubernetes.default")
            .dns("kubernetes.default.svc")
            .ip(IpAddr::from([127, 0, 0, 1]))
            .ip(IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]));
        if !address.is_unspecified() {
            names = names.ip(address);
        }
        let server = authority.issue_server("kube-apiserver", &names, validity);
        let server = server.map_err(StartError::certificates)?;
        let admin = authority.issue_client("admin", &["system:masters"], validity);
        let admin = admin.map_err(StartError::certificates)?;
        let kubelets = authority.issue_client("kube-apiserver-kubelet-client", &[], validity);
        let kubelets = kubelets.map_err(StartError::certificates)?;

        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let authority_pem = authority.certificate_pem().to_owned();
        let authority = certificate(&authority_pem)?;
        let clients = ClientCertificates::signed_by(authority, provider.clone());
        let clients = clients.map_err(StartError::certificates)?;
        let key = PrivateKeyDer::from_pem_slice(server.private_key_pem().as_bytes());
        let key = key.map_err(StartError::certificates)?;
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(StartError::certificates)?
            .with_client_cert_verifier(Arc::new(clients.verifier()))
            .with_single_cert(vec![certificate(server.certificate_pem())?], key);
        let mut config = config.map_err(StartError::certificates)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self {
            authority_pem,
            admin,
            kubelets,
            clients,
            acceptor: TlsAcceptor::from(Arc::new(config)),
        })
    }
}

fn certificate(pem: &str) -> Result<CertificateDer<'static>, StartError> {
    CertificateDer::from_pem_slice(pem.as_bytes()).map_err(StartError::certificates)
}

/// Certificates hold from a day ago, for clients whose clocks are late, and for ten years: they die
/// with the server, so nothing is gained by a shorter time.
const BACKDATED: i64 = 24 * 60 * 60;
const LIFETIME: i64 = 10 * 365 * 24 * 60 * 60;
