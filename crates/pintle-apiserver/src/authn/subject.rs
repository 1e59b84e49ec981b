//! The subject of a certificate, read from its DER.
//!
//! Only certificates whose signature was checked get here, but nothing is taken for granted: every
//! length is checked, and what does not fit has no subject.

use ring::digest;

use super::{User, user::CREDENTIAL_ID};

/// The user that a certificate is for: its common name, with its organisations as groups, and its uid
/// if it has one.
pub(super) fn user(whole: &[u8]) -> Option<User> {
    let (certificate, _) = read(whole, SEQUENCE)?;
    let (mut rest, _) = read(certificate, SEQUENCE)?;
    // The version is there but for the oldest certificates.
    if rest.first() == Some(&VERSION) {
        (_, rest) = read(rest, VERSION)?;
    }
    // Serial number, signature algorithm, issuer, validity.
    for tag in [INTEGER, SEQUENCE, SEQUENCE, SEQUENCE] {
        (_, rest) = read(rest, tag)?;
    }
    let (mut names, _) = read(rest, SEQUENCE)?;
    let mut user = User::default();
    while !names.is_empty() {
        let (mut attributes, behind) = read(names, SET)?;
        names = behind;
        while !attributes.is_empty() {
            let (attribute, behind) = read(attributes, SEQUENCE)?;
            attributes = behind;
            let (kind, value) = read(attribute, OBJECT_IDENTIFIER)?;
            let (tag, _) = value.split_first()?;
            let (text, _) = read(value, *tag)?;
            match kind {
                COMMON_NAME => user.name = text_of(*tag, text)?,
                ORGANISATION => user.groups.push(text_of(*tag, text)?),
                // There is one, and it says something.
                UID if !user.uid.is_empty() || text.is_empty() => return None,
                UID => user.uid = text_of(*tag, text)?,
                _ => {}
            }
        }
    }
    if user.name.is_empty() {
        return None;
    }
    let digest = digest::digest(&digest::SHA256, whole);
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

fn text_of(tag: u8, text: &[u8]) -> Option<String> {
    match tag {
        UTF8_STRING | PRINTABLE_STRING | IA5_STRING => String::from_utf8(text.to_vec()).ok(),
        _ => None,
    }
}

/// The content of the value at the start of `input`, which must have this tag, and what is behind.
fn read(input: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, rest) = input.split_first()?;
    let (first, rest) = rest.split_first()?;
    if *found != tag {
        return None;
    }
    let (length, rest) = match first {
        short @ ..=0x7f => (usize::from(*short), rest),
        // No certificate is longer than three bytes can say.
        long @ 0x81..=0x83 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(long - 0x80))?;
            let fold = |length, byte: &u8| length << 8 | usize::from(*byte);
            (bytes.iter().fold(0, fold), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

const INTEGER: u8 = 0x02;
const OBJECT_IDENTIFIER: u8 = 0x06;
const UTF8_STRING: u8 = 0x0c;
const PRINTABLE_STRING: u8 = 0x13;
const IA5_STRING: u8 = 0x16;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const VERSION: u8 = 0xa0;

/// 2.5.4.3.
const COMMON_NAME: &[u8] = &[0x55, 4, 3];
/// 1.3.6.1.4.1.57683.2.
const UID: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xc2, 0x53, 2];
/// 2.5.4.10.
const ORGANISATION: &[u8] = &[0x55, 4, 10];

#[cfg(test)]
mod tests {
    use pintle_pki::{CertificateAuthority, Validity};
    use rustls::pki_types::{CertificateDer, pem::PemObject as _};

    use super::*;

    fn certificate(groups: &[&str]) -> Vec<u8> {
        let validity = Validity::new(1_767_225_600, 1_798_761_600).unwrap();
        let authority = CertificateAuthority::generate("test-ca", validity).unwrap();
        let client = authority.issue_client("jane", groups, validity).unwrap();
        let pem = client.certificate_pem();
        CertificateDer::from_pem_slice(pem.as_bytes())
            .unwrap()
            .to_vec()
    }

    #[test]
    fn common_name_and_organisations_are_user_and_groups() {
        let user = user(&certificate(&["system:masters", "ops"])).unwrap();
        assert_eq!(user.name, "jane");
        assert_eq!(user.groups, ["system:masters", "ops", User::AUTHENTICATED]);
        let id = &user.extra[CREDENTIAL_ID][0];
        assert_eq!(id.strip_prefix("X509SHA256=").unwrap().len(), 64);
    }

    #[test]
    fn damaged_certificates_are_nobody_and_do_no_harm() {
        let good = certificate(&["g"]);
        for length in 0..good.len() {
            user(&good[..length]);
        }
        for at in 0..good.len() {
            for value in [0, 0x7f, 0x80, 0x84, 0xff] {
                let mut damaged = good.clone();
                damaged[at] = value;
                user(&damaged);
            }
        }
        assert_eq!(user(&[]), None);
    }
}
