//! The names that a server answers to.

use std::net::IpAddr;

use crate::Error;

/// The DNS names and IP addresses that a server certificate is valid for (its subject alternative names).
///
/// TLS clients look at these alone, never at the common name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerNames {
    pub(crate) dns: Vec<String>,
    pub(crate) ips: Vec<IpAddr>,
}

impl ServerNames {
    /// No name at all. A certificate needs at least one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a DNS name; its first label may be `*`.
    #[must_use]
    pub fn dns(mut self, name: impl Into<String>) -> Self {
        self.dns.push(name.into());
        self
    }

    /// Adds an IP address.
    #[must_use]
    pub fn ip(mut self, address: impl Into<IpAddr>) -> Self {
        self.ips.push(address.into());
        self
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.dns.is_empty() && self.ips.is_empty() {
            return Err(Error::no_server_name());
        }
        match self.dns.iter().find(|name| !is_dns_name(name)) {
            Some(name) => Err(Error::dns_name(name)),
            None => Ok(()),
        }
    }
}

fn is_dns_name(name: &str) -> bool {
    let name = name.strip_prefix("*.").unwrap_or(name);
    name.len() <= 253
        && name.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        })
}
