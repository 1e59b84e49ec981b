//! An X.509 certificate, from its parts to its signed encoding (RFC 5280).

use std::net::IpAddr;

use ring::digest;

use crate::key::KeyPair;
use crate::{Error, ServerNames, Validity, der};

/// A certificate before it is signed.
pub(crate) struct Certificate<'a> {
    pub(crate) subject: &'a Subject,
    pub(crate) public_key: &'a [u8],
    pub(crate) validity: Validity,
    pub(crate) purpose: Purpose<'a>,
}

/// What a certificate may be used for.
pub(crate) enum Purpose<'a> {
    Authority,
    Server(&'a ServerNames),
    Client,
}

/// A distinguished name, encoded: organisations first, as `O=…, O=…, CN=…`.
pub(crate) struct Subject(Vec<u8>);

impl Subject {
    pub(crate) fn new(common_name: &str, organizations: &[&str]) -> Result<Self, Error> {
        if common_name.is_empty() {
            return Err(Error::empty_name("common name"));
        }
        if organizations.contains(&"") {
            return Err(Error::empty_name("organisation"));
        }
        let attribute = |kind, text| {
            der::set_of_one(&der::sequence(&[
                &der::object_identifier(kind),
                &der::utf8_string(text),
            ]))
        };
        let mut attributes: Vec<Vec<u8>> = organizations
            .iter()
            .map(|name| attribute(ORGANIZATION, name))
            .collect();
        attributes.push(attribute(COMMON_NAME, common_name));
        Ok(Self(der::sequence(&[&attributes.concat()])))
    }
}

impl Certificate<'_> {
    /// Signs the certificate and returns its encoding. An authority signs its own with itself as the issuer.
    pub(crate) fn sign(&self, issuer: &Subject, issuer_key: &KeyPair) -> Result<Vec<u8>, Error> {
        let mut serial = [0; 16];
        issuer_key.fill_random(&mut serial)?;
        // Positive, and as long for every certificate.
        serial[0] = serial[0] & 0x7f | 0x40;

        let algorithm = der::sequence(&[&der::object_identifier(ECDSA_WITH_SHA256)]);
        let unsigned = der::sequence(&[
            &der::explicit(0, &der::unsigned_integer(&[VERSION_3])),
            &der::unsigned_integer(&serial),
            &algorithm,
            &issuer.0,
            &self.validity.to_der(),
            &self.subject.0,
            &subject_public_key_info(self.public_key),
            &der::explicit(3, &self.extensions(issuer_key.public_key())),
        ]);
        let signature = issuer_key.sign(&unsigned)?;
        Ok(der::sequence(&[
            &unsigned,
            &algorithm,
            &der::bit_string(0, &signature),
        ]))
    }

    fn extensions(&self, issuer_public_key: &[u8]) -> Vec<u8> {
        let mut extensions = Vec::new();
        let mut add = |identifier, critical, content: Vec<u8>| {
            let critical = if critical {
                der::boolean(true)
            } else {
                Vec::new()
            };
            extensions.extend(der::sequence(&[
                &der::object_identifier(identifier),
                &critical,
                &der::octet_string(&content),
            ]));
        };
        add(
            SUBJECT_KEY_IDENTIFIER,
            false,
            der::octet_string(&key_identifier(self.public_key)),
        );
        add(
            AUTHORITY_KEY_IDENTIFIER,
            false,
            der::sequence(&[&der::implicit(0, &key_identifier(issuer_public_key))]),
        );
        match self.purpose {
            Purpose::Authority => {
                add(
                    BASIC_CONSTRAINTS,
                    true,
                    der::sequence(&[&der::boolean(true)]),
                );
                add(
                    KEY_USAGE,
                    true,
                    der::bit_string(1, &[DIGITAL_SIGNATURE | SIGN_CERTIFICATES]),
                );
            }
            Purpose::Server(names) => {
                add(BASIC_CONSTRAINTS, true, der::sequence(&[]));
                add(KEY_USAGE, true, der::bit_string(7, &[DIGITAL_SIGNATURE]));
                add(
                    EXTENDED_KEY_USAGE,
                    false,
                    der::sequence(&[&der::object_identifier(SERVER_AUTHENTICATION)]),
                );
                add(SUBJECT_ALTERNATIVE_NAME, false, alternative_names(names));
            }
            Purpose::Client => {
                add(BASIC_CONSTRAINTS, true, der::sequence(&[]));
                add(KEY_USAGE, true, der::bit_string(7, &[DIGITAL_SIGNATURE]));
                add(
                    EXTENDED_KEY_USAGE,
                    false,
                    der::sequence(&[&der::object_identifier(CLIENT_AUTHENTICATION)]),
                );
            }
        }
        der::sequence(&[&extensions])
    }
}

/// A P-256 public key, from its uncompressed point.
pub(crate) fn subject_public_key_info(public_key: &[u8]) -> Vec<u8> {
    der::sequence(&[
        &der::sequence(&[
            &der::object_identifier(EC_PUBLIC_KEY),
            &der::object_identifier(PRIME256V1),
        ]),
        &der::bit_string(0, public_key),
    ])
}

fn alternative_names(names: &ServerNames) -> Vec<u8> {
    let dns = names
        .dns
        .iter()
        .map(|name| der::implicit(2, name.as_bytes()));
    let ips = names.ips.iter().map(|address| match address {
        IpAddr::V4(address) => der::implicit(7, &address.octets()),
        IpAddr::V6(address) => der::implicit(7, &address.octets()),
    });
    der::sequence(&[&dns.chain(ips).collect::<Vec<_>>().concat()])
}

/// The leftmost 160 bits of the key's SHA-256 (RFC 7093, method 1).
fn key_identifier(public_key: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, public_key).as_ref()[..20].to_vec()
}

const VERSION_3: u8 = 2;

// Bits of the key usage, of which the first is the highest.
const DIGITAL_SIGNATURE: u8 = 0b1000_0000;
const SIGN_CERTIFICATES: u8 = 0b0000_0110; // and revocation lists

// Object identifiers, encoded.
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03]; // 2.5.4.3
const ORGANIZATION: &[u8] = &[0x55, 0x04, 0x0a]; // 2.5.4.10
const SUBJECT_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1d, 0x0e]; // 2.5.29.14
const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f]; // 2.5.29.15
const SUBJECT_ALTERNATIVE_NAME: &[u8] = &[0x55, 0x1d, 0x11]; // 2.5.29.17
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13]; // 2.5.29.19
const AUTHORITY_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1d, 0x23]; // 2.5.29.35
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25]; // 2.5.29.37
const SERVER_AUTHENTICATION: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01]; // 1.3.6.1.5.5.7.3.1
const CLIENT_AUTHENTICATION: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02]; // 1.3.6.1.5.5.7.3.2
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01]; // 1.2.840.10045.2.1
const PRIME256V1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07]; // 1.2.840.10045.3.1.7
const ECDSA_WITH_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]; // 1.2.840.10045.4.3.2
