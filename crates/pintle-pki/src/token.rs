//! The key pair that signs service account tokens.

use std::fmt;

use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, UnparsedPublicKey,
};

use crate::key::KeyPair;
use crate::{Error, certificate, pem};

/// A key pair for service account tokens (ES256).
///
/// The private half signs them (`--service-account-signing-key-file`), the public half verifies them
/// (`--service-account-key-file`).
pub struct TokenKeyPair {
    key: KeyPair,
    /// The same key, which signs as tokens are signed.
    signer: EcdsaKeyPair,
    random: SystemRandom,
}

impl TokenKeyPair {
    /// Generates a key pair.
    ///
    /// # Errors
    ///
    /// When the system's random generator fails.
    pub fn generate() -> Result<Self, Error> {
        let key = KeyPair::generate()?;
        let random = SystemRandom::new();
        let signer = key.pkcs8();
        let signer = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, signer, &random)
            .expect("ring reads the key that it has just written");
        Ok(Self {
            key,
            signer,
            random,
        })
    }

    /// The private key, as PKCS#8 PEM: a secret.
    pub fn private_key_pem(&self) -> String {
        self.key.private_key_pem()
    }

    /// The public key, as PEM (`PUBLIC KEY`, a SubjectPublicKeyInfo).
    pub fn public_key_pem(&self) -> String {
        pem::encode("PUBLIC KEY", &self.public_key_der())
    }

    /// The public key, as the DER of a SubjectPublicKeyInfo.
    pub fn public_key_der(&self) -> Vec<u8> {
        certificate::subject_public_key_info(self.key.public_key())
    }

    /// The coordinates of the public key's point, 32 bytes each: `x` and `y` of a JSON Web Key.
    pub fn coordinates(&self) -> (&[u8], &[u8]) {
        // What comes first says that both coordinates follow.
        self.key.public_key()[1..].split_at(32)
    }

    /// Signs a message as ES256 does ([RFC 7518, section 3.4]): the signature is 64 bytes.
    ///
    /// # Errors
    ///
    /// When the system's random generator fails.
    ///
    /// [RFC 7518, section 3.4]: https://www.rfc-editor.org/rfc/rfc7518#section-3.4
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let signature = self.signer.sign(&self.random, message);
        let signature = signature.map_err(|_| Error::random())?;
        Ok(signature.as_ref().to_vec())
    }

    /// Whether a signature is one that [`sign`](Self::sign) made for this message.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, self.key.public_key());
        key.verify(message, signature).is_ok()
    }
}

impl fmt::Debug for TokenKeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenKeyPair").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_for_one_message_and_one_key() {
        let key = TokenKeyPair::generate().unwrap();
        let mut signature = key.sign(b"message").unwrap();
        assert_eq!(signature.len(), 64);
        assert!(key.verify(b"message", &signature));
        assert!(!key.verify(b"messagf", &signature));
        assert!(
            !TokenKeyPair::generate()
                .unwrap()
                .verify(b"message", &signature)
        );
        signature[63] ^= 1;
        assert!(!key.verify(b"message", &signature));
        assert!(!key.verify(b"message", &[]));
    }

    #[test]
    fn coordinates_are_the_point_of_the_public_key() {
        let key = TokenKeyPair::generate().unwrap();
        let (x, y) = key.coordinates();
        assert_eq!((x.len(), y.len()), (32, 32));
        assert!(key.public_key_der().ends_with(&[x, y].concat()));
    }
}
