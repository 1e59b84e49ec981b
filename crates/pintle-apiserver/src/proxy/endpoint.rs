//! [`Endpoint`], where a request is sent on to.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

/// Where a request is sent on to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// The address or the name of the host.
    pub(crate) host: String,
    /// The port as it was given; empty for the scheme's own.
    pub(crate) port: String,
    /// How it is spoken to.
    pub(crate) trust: Trust,
    /// The addresses of the host that may be connected to, if it was looked up before.
    pub(crate) addresses: Vec<IpAddr>,
}

/// How an endpoint is spoken to, and what it has to show for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// In the clear.
    Plain,
    /// TLS, whoever it is.
    Anyone,
    /// TLS with the certificate for kubelets; the kubelet shows a certificate if the server has an
    /// authority for them.
    Kubelet,
    /// The same, but the kubelet may be anyone.
    AnyKubelet,
}

impl Endpoint {
    /// An endpoint at an address or a name.
    pub(crate) fn new(host: impl Into<String>, port: impl Into<String>, trust: Trust) -> Self {
        Self {
            host: host.into(),
            port: port.into(),
            trust,
            addresses: Vec::new(),
        }
    }

    /// The scheme of its URLs.
    pub(crate) fn scheme(&self) -> &'static str {
        match self.trust {
            Trust::Plain => "http",
            Trust::Anyone | Trust::Kubelet | Trust::AnyKubelet => "https",
        }
    }

    /// The port to connect to.
    pub(super) fn dialed_port(&self) -> &str {
        match (self.port.as_str(), self.trust) {
            ("", Trust::Plain) => "80",
            ("", _) => "443",
            (port, _) => port,
        }
    }
}

/// `host:port`, as in a URL.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]", self.host)?;
        } else {
            f.write_str(&self.host)?;
        }
        if self.port.is_empty() {
            return Ok(());
        }
        write!(f, ":{}", self.port)
    }
}

/// Whether an address can be another machine's: proxying to a loopback or link-local address would
/// reach services that trust whoever reaches them.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            !(address.is_unspecified()
                || address.is_loopback()
                || address.is_multicast()
                || address.is_link_local()
                || address == Ipv4Addr::BROADCAST)
        }
        IpAddr::V6(address) => {
            !(address.is_unspecified()
                || address.is_loopback()
                || address.is_multicast()
                || is_link_local(address))
        }
    }
}

/// fe80::/10.
fn is_link_local(address: Ipv6Addr) -> bool {
    address.segments()[0] & 0xffc0 == 0xfe80
}

#[cfg(test)]
mod tests {
    use super::*;

    // Go's net.IP.IsGlobalUnicast.
    #[test]
    fn addresses_of_this_machine_and_link_are_not_public() {
        for (address, public) in [
            ("10.1.2.3", true),
            ("192.168.0.1", true),
            ("192.0.2.2", true),
            ("127.0.0.1", false),
            ("127.9.9.9", false),
            ("0.0.0.0", false),
            ("169.254.169.254", false),
            ("224.0.0.1", false),
            ("255.255.255.255", false),
            ("::1", false),
            ("::", false),
            ("fe80::1", false),
            ("febf::1", false),
            ("fec0::1", true),
            ("ff02::1", false),
            ("fd00::2", true),
            ("::ffff:127.0.0.1", false),
            ("::ffff:10.0.0.1", true),
        ] {
            assert_eq!(is_public(address.parse().unwrap()), public, "{address}");
        }
    }

    #[test]
    fn is_written_as_in_a_url() {
        let shown = |host, port| Endpoint::new(host, port, Trust::Plain).to_string();
        assert_eq!(shown("10.0.0.1", "80"), "10.0.0.1:80");
        assert_eq!(shown("fd00::2", "80"), "[fd00::2]:80");
        assert_eq!(shown("fd00::2", ""), "[fd00::2]");
    }
}
