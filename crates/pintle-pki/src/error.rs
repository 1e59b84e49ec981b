//! Why a certificate could not be made.

use std::fmt;

/// Why a certificate or a key pair could not be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    DnsName(String),
    EmptyName(&'static str),
    NoServerName,
    Validity(i64, i64),
    Random,
}

impl Error {
    /// Whether the arguments were at fault: a name or a validity that no certificate can carry.
    /// Otherwise the system's random generator failed.
    pub fn is_invalid_argument(&self) -> bool {
        self.kind != Kind::Random
    }

    pub(crate) fn dns_name(name: &str) -> Self {
        Self {
            kind: Kind::DnsName(name.to_owned()),
        }
    }

    pub(crate) fn empty_name(which: &'static str) -> Self {
        Self {
            kind: Kind::EmptyName(which),
        }
    }

    pub(crate) fn no_server_name() -> Self {
        Self {
            kind: Kind::NoServerName,
        }
    }

    pub(crate) fn validity(not_before: i64, not_after: i64) -> Self {
        Self {
            kind: Kind::Validity(not_before, not_after),
        }
    }

    pub(crate) fn random() -> Self {
        Self { kind: Kind::Random }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::DnsName(name) => write!(f, "{name:?} is not a DNS name"),
            Kind::EmptyName(which) => write!(f, "the certificate's {which} is empty"),
            Kind::NoServerName => {
                f.write_str("a server certificate needs a DNS name or an IP address")
            }
            Kind::Validity(not_before, not_after) => write!(
                f,
                "the validity from {not_before} to {not_after} (seconds since 1970) ends before it begins, \
                 or leaves the years 1950 to 9999"
            ),
            Kind::Random => f.write_str("the system's random generator failed"),
        }
    }
}

impl std::error::Error for Error {}
