//! The key pair that signs service account tokens.

use std::fmt;

use crate::key::KeyPair;
use crate::{Error, certificate, pem};

/// A key pair for service account tokens (ES256).
///
/// The private half signs them (`--service-account-signing-key-file`), the public half verifies them
/// (`--service-account-key-file`).
pub struct TokenKeyPair {
    key: KeyPair,
}

impl TokenKeyPair {
    /// Generates a key pair.
    ///
    /// # Errors
    ///
    /// When the system's random generator fails.
    pub fn generate() -> Result<Self, Error> {
        Ok(Self {
            key: KeyPair::generate()?,
        })
    }

    /// The private key, as PKCS#8 PEM: a secret.
    pub fn private_key_pem(&self) -> String {
        self.key.private_key_pem()
    }

    /// The public key, as PEM (`PUBLIC KEY`, a SubjectPublicKeyInfo).
    pub fn public_key_pem(&self) -> String {
        pem::encode(
            "PUBLIC KEY",
            &certificate::subject_public_key_info(self.key.public_key()),
        )
    }
}

impl fmt::Debug for TokenKeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenKeyPair").finish_non_exhaustive()
    }
}
