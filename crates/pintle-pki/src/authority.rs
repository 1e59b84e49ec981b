//! The certificate authority: what signs every other certificate.

use std::fmt;

use crate::certificate::{Certificate, Purpose, Subject};
use crate::key::KeyPair;
use crate::{Error, Identity, ServerNames, Validity, pem};

/// A certificate authority: a key pair, and the certificate that it signed for itself.
///
/// Its certificate is what clients trust (`certificate-authority-data` in a kubeconfig) and what an API
/// server checks client certificates against (`--client-ca-file`).
pub struct CertificateAuthority {
    subject: Subject,
    key: KeyPair,
    certificate_pem: String,
}

impl CertificateAuthority {
    /// Generates a key pair and a self-signed certificate for it.
    ///
    /// # Errors
    ///
    /// When the common name is empty, or the system's random generator fails.
    pub fn generate(common_name: &str, validity: Validity) -> Result<Self, Error> {
        let subject = Subject::new(common_name, &[])?;
        let key = KeyPair::generate()?;
        let certificate = Certificate {
            subject: &subject,
            public_key: key.public_key(),
            validity,
            purpose: Purpose::Authority,
        };
        let der = certificate.sign(&subject, &key)?;
        Ok(Self {
            certificate_pem: pem::encode("CERTIFICATE", &der),
            subject,
            key,
        })
    }

    /// Issues a server certificate, valid for the given DNS names and IP addresses.
    ///
    /// # Errors
    ///
    /// When the common name is empty, `names` has none or a malformed one, or the system's random generator
    /// fails.
    pub fn issue_server(
        &self,
        common_name: &str,
        names: &ServerNames,
        validity: Validity,
    ) -> Result<Identity, Error> {
        names.check()?;
        self.issue(
            &Subject::new(common_name, &[])?,
            Purpose::Server(names),
            validity,
        )
    }

    /// Issues a client certificate. Kubernetes reads the common name as the user's name and each
    /// organisation as a group that the user is in (`system:masters` may do anything).
    ///
    /// # Errors
    ///
    /// When the common name or an organisation is empty, or the system's random generator fails.
    pub fn issue_client(
        &self,
        common_name: &str,
        organizations: &[&str],
        validity: Validity,
    ) -> Result<Identity, Error> {
        self.issue(
            &Subject::new(common_name, organizations)?,
            Purpose::Client,
            validity,
        )
    }

    /// The authority's certificate, as PEM. It is public.
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// The authority's private key, as PKCS#8 PEM: a secret. A control plane that signs certificate
    /// requests needs it (`--cluster-signing-key-file`).
    pub fn private_key_pem(&self) -> String {
        self.key.private_key_pem()
    }

    fn issue(
        &self,
        subject: &Subject,
        purpose: Purpose<'_>,
        validity: Validity,
    ) -> Result<Identity, Error> {
        let key = KeyPair::generate()?;
        let certificate = Certificate {
            subject,
            public_key: key.public_key(),
            validity,
            purpose,
        };
        let der = certificate.sign(&self.subject, &self.key)?;
        Ok(Identity::new(
            pem::encode("CERTIFICATE", &der),
            key.private_key_pem(),
        ))
    }
}

impl fmt::Debug for CertificateAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CertificateAuthority")
            .field("certificate_pem", &self.certificate_pem)
            .finish_non_exhaustive()
    }
}
