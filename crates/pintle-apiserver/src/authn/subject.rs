//! The user of a certificate whose signature was checked.

use pintle_pki::ClientSubject;
use ring::digest;

use super::{User, user::CREDENTIAL_ID};

/// The user that a certificate is for: its common name, with its organisations as groups, and its uid
/// if it has one.
pub(super) fn user(certificate: &[u8]) -> Option<User> {
    let subject = ClientSubject::read(certificate)?;
    let user = User {
        name: subject.name,
        uid: subject.uid,
        groups: subject.groups,
        ..User::default()
    };
    let digest = digest::digest(&digest::SHA256, certificate);
    let digest: String = digest
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Some(
        user.extra(CREDENTIAL_ID, format!("X509SHA256={digest}"))
            .classified(),
    )
}

#[cfg(test)]
mod tests {
    use pintle_pki::{CertificateAuthority, Validity};
    use rustls::pki_types::{CertificateDer, pem::PemObject as _};

    use super::*;

    #[test]
    fn a_certificate_is_a_user_who_is_known_by_it() {
        let validity = Validity::new(1_767_225_600, 1_798_761_600).unwrap();
        let authority = CertificateAuthority::generate("test-ca", validity).unwrap();
        let client = authority.issue_client("jane", &["ops"], validity).unwrap();
        let pem = client.certificate_pem();
        let user = user(&CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
        assert_eq!(user.name, "jane");
        assert_eq!(user.groups, ["ops", User::AUTHENTICATED]);
        let id = &user.extra[CREDENTIAL_ID][0];
        assert_eq!(id.strip_prefix("X509SHA256=").unwrap().len(), 64);
    }
}
