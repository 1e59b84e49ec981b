//! The certificates of a server, and TLS with them.

use std::{net::IpAddr, sync::Arc};

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
    /// What signed all the others.
    pub(super) authority: Authority,
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
    /// New credentials for a server at an address, if it has one.
    pub(super) fn generate(address: Option<IpAddr>) -> Result<Self, StartError> {
        let validity = Validity::new(FIRST_SECOND, LAST_SECOND);
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
        if let Some(address) = address.filter(|address| !address.is_unspecified()) {
            names = names.ip(address);
        }
        let server = authority.issue_server("kube-apiserver", &names, validity);
        let server = server.map_err(StartError::certificates)?;
        let authority = Authority {
            authority,
            validity,
        };
        let admin = authority.issue("admin", &["system:masters"])?;
        let kubelets = authority.issue("kube-apiserver-kubelet-client", &[])?;

        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let root = certificate(authority.certificate_pem())?;
        let clients = ClientCertificates::signed_by(root, provider.clone());
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
            authority,
            admin,
            kubelets,
            clients,
            acceptor: TlsAcceptor::from(Arc::new(config)),
        })
    }
}

/// What signs a server's certificate and those of its clients.
#[derive(Debug)]
pub(super) struct Authority {
    authority: CertificateAuthority,
    validity: Validity,
}

impl Authority {
    /// A new certificate, with its key, for a user in these groups.
    pub(super) fn issue(&self, user: &str, groups: &[&str]) -> Result<Identity, StartError> {
        let issued = self.authority.issue_client(user, groups, self.validity);
        issued.map_err(StartError::certificates)
    }

    /// Its own certificate, as PEM.
    pub(super) fn certificate_pem(&self) -> &str {
        self.authority.certificate_pem()
    }
}

fn certificate(pem: &str) -> Result<CertificateDer<'static>, StartError> {
    CertificateDer::from_pem_slice(pem.as_bytes()).map_err(StartError::certificates)
}

/// Certificates hold always: they die with the server, so nothing is gained by a shorter time, and the
/// server's clock may be any. The last second is the one that stands for no end (RFC 5280, 4.1.2.5).
const FIRST_SECOND: i64 = 0;
const LAST_SECOND: i64 = 253_402_300_799;
