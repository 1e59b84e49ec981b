//! The client certificate that a plugin has fetched.

use pintle_config::Identity;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

/// From when to when a certificate is valid, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Validity {
    pub(super) not_before: i64,
    pub(super) not_after: i64,
}

/// Whether certificate and key can be presented, and for how long. An error is the end of a sentence that
/// names the plugin.
pub(super) fn check_identity(identity: &Identity) -> Result<Option<Validity>, String> {
    let chain: Result<Vec<_>, _> =
        CertificateDer::pem_slice_iter(identity.certificate.bytes()).collect();
    let chain = chain.map_err(|_| "returned a certificate that is not PEM".to_owned())?;
    let Some(leaf) = chain.first().cloned() else {
        return Err("returned a certificate that is not PEM".to_owned());
    };
    let key = PrivateKeyDer::from_pem_slice(identity.key.bytes())
        .map_err(|_| "returned a key that is not PEM".to_owned())?;
    let provider = rustls::crypto::ring::default_provider();
    CertifiedKey::from_der(chain, key, &provider).map_err(|error| {
        format!("returned a certificate and a key that cannot be used together: {error}")
    })?;
    Ok(validity(&leaf))
}

/// Reads as much of a certificate as says when it is valid.
fn validity(certificate: &[u8]) -> Option<Validity> {
    let (certificate, _) = element(certificate, SEQUENCE)?;
    let (mut fields, _) = element(certificate, SEQUENCE)?;
    if fields.first() == Some(&VERSION) {
        (_, fields) = element(fields, VERSION)?;
    }
    for tag in [INTEGER, SEQUENCE, SEQUENCE] {
        // Serial number, algorithm, issuer.
        (_, fields) = element(fields, tag)?;
    }
    let (times, _) = element(fields, SEQUENCE)?;
    let (not_before, rest) = time(times)?;
    let (not_after, _) = time(rest)?;
    Some(Validity {
        not_before,
        not_after,
    })
}

/// The content of the DER element at the start, which has this tag, and what follows it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&first, rest) = der.split_first()?;
    let (&length, mut rest) = rest.split_first()?;
    let mut content = usize::from(length);
    if length >= 0x80 {
        let bytes = usize::from(length & 0x7f);
        let (digits, after) = rest.split_at_checked(bytes)?;
        content = 0;
        for digit in digits {
            content = content.checked_mul(256)?.checked_add(usize::from(*digit))?;
        }
        rest = after;
    }
    (first == tag).then_some(())?;
    rest.split_at_checked(content)
}

/// The time at the start, `YYMMDDhhmmssZ` or `YYYYMMDDhhmmssZ`, and what follows it.
fn time(der: &[u8]) -> Option<(i64, &[u8])> {
    let (text, rest, year_digits) = match element(der, UTC_TIME) {
        Some((text, rest)) => (text, rest, 2),
        None => {
            let (text, rest) = element(der, GENERALIZED_TIME)?;
            (text, rest, 4)
        }
    };
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let number = |from: usize, digits: usize| text.get(from..from + digits)?.parse::<i64>().ok();
    let year = match number(0, year_digits)? {
        year if year_digits == 4 => year,
        year if year < 50 => 2000 + year,
        year => 1900 + year,
    };
    let part = |index: usize| number(year_digits + 2 * index, 2);
    let (month, day) = (part(0)?, part(1)?);
    let seconds = part(2)? * 3600 + part(3)? * 60 + part(4)?;
    Some((days(year, month, day) * 86_400 + seconds, rest))
}

/// Days from 1970-01-01 to a date of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years begin with March, so that a leap day is the last of its year.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leaps + (month * 153 + 2) / 5 + day - 1 - DAYS_TO_1970
}

/// Days from March 1 of the year 0 to 1970-01-01.
const DAYS_TO_1970: i64 = 719_468;

const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;

#[cfg(test)]
mod tests {
    use pintle_config::Pem;
    use pintle_pki::CertificateAuthority;

    use super::*;

    fn identity(not_before: i64, not_after: i64) -> Identity {
        let validity = pintle_pki::Validity::new(not_before, not_after).unwrap();
        let authority = CertificateAuthority::generate("authority", validity).unwrap();
        let identity = authority.issue_client("tester", &["group"], validity);
        let identity = identity.unwrap();
        Identity {
            certificate: Pem::from_bytes(identity.certificate_pem()),
            key: Pem::from_bytes(identity.private_key_pem()),
        }
    }

    #[test]
    fn validity_is_read_in_both_forms_of_times() {
        // 1999-12-31T23:59:59Z, 2000-02-29, 2049-12-31T23:59:59Z, 2050-01-01, 2100-03-01.
        for (not_before, not_after) in [
            (946_684_799, 951_782_400),
            (1_709_164_800, 2_524_607_999),
            (2_524_608_000, 4_107_542_400),
        ] {
            let found = check_identity(&identity(not_before, not_after)).unwrap();
            let expected = Validity {
                not_before,
                not_after,
            };
            assert_eq!(found, Some(expected));
        }
    }

    #[test]
    fn certificate_and_key_must_fit() {
        let (one, other) = (identity(0, 2_000_000_000), identity(0, 2_000_000_000));
        let mixed = Identity {
            key: other.key,
            certificate: one.certificate.clone(),
        };
        let error = check_identity(&mixed).unwrap_err();
        assert!(error.contains("together"), "{error}");
        for (certificate, key) in [("", one.key.clone()), ("x", one.key)] {
            let broken = Identity {
                certificate: Pem::from_bytes(certificate),
                key,
            };
            assert!(check_identity(&broken).is_err());
        }
        let keyless = Identity {
            certificate: one.certificate,
            key: Pem::from_bytes("hunter2"),
        };
        assert!(!check_identity(&keyless).unwrap_err().contains("hunter2"));
    }

    #[test]
    fn what_is_no_certificate_has_no_validity() {
        for der in [
            &[][..],
            &[0x30],
            &[0x30, 0x82],
            &[0x30, 0x02, 0x30, 0x00],
            &[0x30, 0x84, 1],
        ] {
            assert_eq!(validity(der), None);
        }
    }
}
