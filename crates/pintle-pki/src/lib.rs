//! Certificates and token keys for a Kubernetes control plane.
//!
//! A control plane starts with a certificate authority that signs the API server's certificate and its
//! clients' certificates, and with a key pair that signs service account tokens. The embedded API server
//! and the runner of the real one both need them, which is why this is a crate of its own. Whoever takes
//! client certificates reads here whom they are for ([`ClientSubject`]).
//!
//! ```
//! use pintle_pki::{CertificateAuthority, ServerNames, Validity};
//!
//! # fn main() -> Result<(), pintle_pki::Error> {
//! let validity = Validity::new(1_767_225_600, 1_798_761_600)?; // the year 2026
//! let authority = CertificateAuthority::generate("test-ca", validity)?;
//! let names = ServerNames::new().dns("localhost").ip([127, 0, 0, 1]);
//! let server = authority.issue_server("kube-apiserver", &names, validity)?;
//! let admin = authority.issue_client("admin", &["system:masters"], validity)?;
//! assert!(server.certificate_pem().starts_with("-----BEGIN CERTIFICATE-----\n"));
//! assert!(admin.private_key_pem().starts_with("-----BEGIN PRIVATE KEY-----\n"));
//! # Ok(())
//! # }
//! ```
//!
//! Invariants: there is no clock here, so every validity is the caller's; keys are always ECDSA on P-256;
//! `Debug` never prints a private key.
//!
//! X.509 is written here, in [DER], over ring's signatures. The subject of a Kubernetes client certificate
//! repeats its organisation attribute, once a group, which the crates that generate certificates cannot say.
//!
//! [DER]: https://www.rfc-editor.org/rfc/rfc5280

mod authority;
mod certificate;
mod der;
mod error;
mod identity;
mod key;
mod names;
mod pem;
mod subject;
mod token;
mod validity;

pub use authority::CertificateAuthority;
pub use error::Error;
pub use identity::Identity;
pub use names::ServerNames;
pub use subject::ClientSubject;
pub use token::TokenKeyPair;
pub use validity::Validity;
