//! [`ClientSubject`], read from the DER of a certificate.
//!
//! Nothing is taken for granted: every length is checked, and what does not fit has no subject.

/// Whom a client certificate is for, as Kubernetes reads it: the common name is the user's name, each
/// organisation a group that the user is in, and the attribute 1.3.6.1.4.1.57683.2 the uid.
///
/// It is what the certificate says. That an authority signed it is for the reader to check first.
///
/// ```
/// use pintle_pki::ClientSubject;
///
/// assert_eq!(ClientSubject::read(b"not a certificate"), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientSubject {
    /// The user's name; never empty.
    pub name: String,
    /// The groups that the user is in, in the order of the certificate.
    pub groups: Vec<String>,
    /// What tells users of the same name at different times apart; mostly empty.
    pub uid: String,
}

impl ClientSubject {
    /// Reads the subject of a certificate in DER; `None` if it has no common name, or if what it is
    /// made of is no certificate.
    pub fn read(certificate: &[u8]) -> Option<Self> {
        let (certificate, _) = read(certificate, SEQUENCE)?;
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
        let mut subject = Self::default();
        while !names.is_empty() {
            let (mut attributes, behind) = read(names, SET)?;
            names = behind;
            while !attributes.is_empty() {
                let (attribute, behind) = read(attributes, SEQUENCE)?;
                attributes = behind;
                subject.take(attribute)?;
            }
        }
        (!subject.name.is_empty()).then_some(subject)
    }

    fn take(&mut self, attribute: &[u8]) -> Option<()> {
        let (kind, value) = read(attribute, OBJECT_IDENTIFIER)?;
        let (tag, _) = value.split_first()?;
        let (text, _) = read(value, *tag)?;
        match kind {
            COMMON_NAME => self.name = text_of(*tag, text)?,
            ORGANISATION => self.groups.push(text_of(*tag, text)?),
            // There is one, and it says something.
            UID if !self.uid.is_empty() || text.is_empty() => return None,
            UID => self.uid = text_of(*tag, text)?,
            _ => {}
        }
        Some(())
    }
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
    use rustls_pki_types::{CertificateDer, pem::PemObject as _};

    use super::*;
    use crate::{CertificateAuthority, Validity};

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
        let subject = ClientSubject::read(&certificate(&["system:masters", "ops"])).unwrap();
        assert_eq!(subject.name, "jane");
        assert_eq!(subject.groups, ["system:masters", "ops"]);
        assert_eq!(subject.uid, "");
    }

    #[test]
    fn damaged_certificates_are_nobody_and_do_no_harm() {
        let good = certificate(&["g"]);
        for length in 0..good.len() {
            ClientSubject::read(&good[..length]);
        }
        for at in 0..good.len() {
            for value in [0, 0x7f, 0x80, 0x84, 0xff] {
                let mut damaged = good.clone();
                damaged[at] = value;
                ClientSubject::read(&damaged);
            }
        }
        assert_eq!(ClientSubject::read(&[]), None);
    }
}
