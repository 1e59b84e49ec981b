//! What is issued is checked with webpki, which knows nothing of how it was made.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests may unwrap as tests do"
)]

use std::time::Duration;

use pintle_pki::{CertificateAuthority, Identity, ServerNames, TokenKeyPair, Validity};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{
    CertificateDer, PrivatePkcs8KeyDer, ServerName, SubjectPublicKeyInfoDer, UnixTime,
};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert, ring};

const START: i64 = 1_767_225_600;
const END: i64 = 1_798_761_600;

fn validity() -> Validity {
    Validity::new(START, END).unwrap()
}

fn authority() -> CertificateAuthority {
    CertificateAuthority::generate("test-ca", validity()).unwrap()
}

/// Verifies a certificate against an authority at a time, for a use.
fn verify(
    identity: &Identity,
    authority: &CertificateAuthority,
    now: i64,
    usage: KeyUsage,
) -> Result<(), webpki::Error> {
    let root = CertificateDer::from_pem_slice(authority.certificate_pem().as_bytes()).unwrap();
    let anchor = anchor_from_trusted_cert(&root).unwrap();
    let der = CertificateDer::from_pem_slice(identity.certificate_pem().as_bytes()).unwrap();
    EndEntityCert::try_from(&der)
        .unwrap()
        .verify_for_usage(
            &[ring::ECDSA_P256_SHA256],
            &[anchor],
            &[],
            UnixTime::since_unix_epoch(Duration::from_secs(now.try_into().unwrap())),
            usage,
            None,
            None,
        )
        .map(drop)
}

fn is_valid_for(identity: &Identity, name: &str) -> bool {
    let der = CertificateDer::from_pem_slice(identity.certificate_pem().as_bytes()).unwrap();
    EndEntityCert::try_from(&der)
        .unwrap()
        .verify_is_valid_for_subject_name(&ServerName::try_from(name).unwrap())
        .is_ok()
}

#[test]
fn server_certificate_is_valid_for_its_names_alone() {
    let authority = authority();
    let names = ServerNames::new()
        .dns("localhost")
        .dns("*.example.test")
        .ip([127, 0, 0, 1])
        .ip([0, 0, 0, 0, 0, 0, 0, 1]);
    let server = authority
        .issue_server("kube-apiserver", &names, validity())
        .unwrap();

    verify(&server, &authority, START, KeyUsage::server_auth()).unwrap();
    for name in ["localhost", "a.example.test", "127.0.0.1", "::1"] {
        assert!(is_valid_for(&server, name), "{name}");
    }
    for name in ["kube-apiserver", "example.test", "127.0.0.2", "::2"] {
        assert!(!is_valid_for(&server, name), "{name}");
    }
}

#[test]
fn certificates_serve_one_purpose_each() {
    let authority = authority();
    let server = authority
        .issue_server("a", &ServerNames::new().dns("localhost"), validity())
        .unwrap();
    let client = authority
        .issue_client("alice", &["dev"], validity())
        .unwrap();

    verify(&client, &authority, START, KeyUsage::client_auth()).unwrap();
    verify(&client, &authority, START, KeyUsage::server_auth()).unwrap_err();
    verify(&server, &authority, START, KeyUsage::client_auth()).unwrap_err();
}

#[test]
fn certificate_is_valid_from_its_first_second_to_its_last() {
    let authority = authority();
    let client = authority.issue_client("alice", &[], validity()).unwrap();
    let at = |now| verify(&client, &authority, now, KeyUsage::client_auth());

    at(START - 1).unwrap_err();
    at(START).unwrap();
    at(END).unwrap();
    at(END + 1).unwrap_err();
}

#[test]
fn another_authority_of_the_same_name_does_not_verify_it() {
    let client = authority().issue_client("alice", &[], validity()).unwrap();
    verify(&client, &authority(), START, KeyUsage::client_auth()).unwrap_err();
}

#[test]
fn subject_names_the_user_and_each_group() {
    let client = authority()
        .issue_client("alice", &["system:masters", "dév"], validity())
        .unwrap();
    let der = CertificateDer::from_pem_slice(client.certificate_pem().as_bytes()).unwrap();
    let subject = EndEntityCert::try_from(&der).unwrap().subject().to_vec();

    // RDNSequence of three sets with one attribute each: O, O, CN; all UTF8String.
    let mut expected = Vec::new();
    for (kind, text) in [(0x0a, "system:masters"), (0x0a, "dév"), (0x03, "alice")] {
        let length = text.len() as u8;
        expected.extend([
            0x31,
            length + 9,
            0x30,
            length + 7,
            0x06,
            3,
            0x55,
            0x04,
            kind,
            0x0c,
        ]);
        expected.push(length);
        expected.extend(text.as_bytes());
    }
    assert!(subject.ends_with(&expected), "{subject:x?}");
}

#[test]
fn serial_numbers_differ() {
    let authority = authority();
    let issue = || {
        let identity = authority.issue_client("alice", &[], validity()).unwrap();
        let der = CertificateDer::from_pem_slice(identity.certificate_pem().as_bytes()).unwrap();
        EndEntityCert::try_from(&der).unwrap().serial().to_vec()
    };
    assert_ne!(issue(), issue());
}

#[test]
fn token_keys_are_a_pair() {
    let pair = TokenKeyPair::generate().unwrap();
    let private = PrivatePkcs8KeyDer::from_pem_slice(pair.private_key_pem().as_bytes()).unwrap();
    let public = SubjectPublicKeyInfoDer::from_pem_slice(pair.public_key_pem().as_bytes()).unwrap();
    // The point that ends the public key is also the end of ring's PKCS#8.
    let point = &public.as_ref()[public.as_ref().len() - 65..];
    assert!(private.secret_pkcs8_der().ends_with(point));
    assert_ne!(
        pair.private_key_pem(),
        TokenKeyPair::generate().unwrap().private_key_pem()
    );
}

#[test]
fn names_that_no_certificate_can_carry_are_refused() {
    let authority = authority();
    let server = |names| authority.issue_server("a", &names, validity()).unwrap_err();
    for (error, message) in [
        (
            server(ServerNames::new()),
            "a server certificate needs a DNS name or an IP address",
        ),
        (
            server(ServerNames::new().dns("a b")),
            "\"a b\" is not a DNS name",
        ),
        (
            server(ServerNames::new().dns("a..b")),
            "\"a..b\" is not a DNS name",
        ),
        (
            server(ServerNames::new().dns("ü")),
            "\"ü\" is not a DNS name",
        ),
        (
            server(ServerNames::new().dns("a.*.b")),
            "\"a.*.b\" is not a DNS name",
        ),
        (
            authority.issue_client("", &[], validity()).unwrap_err(),
            "the certificate's common name is empty",
        ),
        (
            authority
                .issue_client("alice", &[""], validity())
                .unwrap_err(),
            "the certificate's organisation is empty",
        ),
    ] {
        assert_eq!(error.to_string(), message);
        assert!(error.is_invalid_argument());
    }
}

#[test]
fn debug_prints_no_private_key() {
    let authority = authority();
    let client = authority.issue_client("alice", &[], validity()).unwrap();
    let tokens = TokenKeyPair::generate().unwrap();
    for (debug, private_key) in [
        (format!("{authority:?}"), authority.private_key_pem()),
        (format!("{client:?}"), client.private_key_pem().to_owned()),
        (format!("{tokens:?}"), tokens.private_key_pem()),
    ] {
        let body = private_key.lines().nth(1).unwrap();
        assert!(
            !debug.contains(body) && !debug.contains("PRIVATE KEY"),
            "{debug}"
        );
    }
}
