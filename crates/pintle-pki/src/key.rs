//! ECDSA key pairs on P-256, the one kind of key used here.

use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};

use crate::{Error, pem};

/// A key pair, with the PKCS#8 document that it came from. It has no `Debug`: it is a secret.
pub(crate) struct KeyPair {
    key: EcdsaKeyPair,
    pkcs8: Vec<u8>,
    random: SystemRandom,
}

impl KeyPair {
    pub(crate) fn generate() -> Result<Self, Error> {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random)
            .map_err(|_| Error::random())?;
        let key =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random)
                .expect("ring reads the key that it has just written");
        Ok(Self {
            key,
            pkcs8: pkcs8.as_ref().to_vec(),
            random,
        })
    }

    /// The public key as an uncompressed point.
    pub(crate) fn public_key(&self) -> &[u8] {
        self.key.public_key().as_ref()
    }

    /// The key pair as a PKCS#8 document: a secret.
    pub(crate) fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    pub(crate) fn private_key_pem(&self) -> String {
        pem::encode("PRIVATE KEY", &self.pkcs8)
    }

    /// Signs a message with SHA-256; the signature is DER.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let signature = self
            .key
            .sign(&self.random, message)
            .map_err(|_| Error::random())?;
        Ok(signature.as_ref().to_vec())
    }

    /// Fills a buffer from the system's random generator.
    pub(crate) fn fill_random(&self, buffer: &mut [u8]) -> Result<(), Error> {
        self.random.fill(buffer).map_err(|_| Error::random())
    }
}
