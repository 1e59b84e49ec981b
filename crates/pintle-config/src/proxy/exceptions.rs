//! What `NO_PROXY` excepts: domains, addresses and ranges, by Go's rules.

use std::net::{IpAddr, Ipv6Addr};

/// The servers that no proxy is used for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Exceptions {
    all: bool,
    addresses: Vec<AddressRule>,
    domains: Vec<DomainRule>,
}

/// One address or a range of them.
#[derive(Clone, Debug, PartialEq, Eq)]
enum AddressRule {
    One(IpAddr, Port),
    Range(IpAddr, u8),
}

/// A domain and what is below it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct DomainRule {
    /// With a leading dot.
    suffix: String,
    /// Whether the domain itself counts too.
    itself: bool,
    port: Port,
}

/// The port that a rule is for, as it was written; empty for every port.
type Port = String;

impl Exceptions {
    /// Reads a list, of which what makes no sense is passed over.
    pub(super) fn parse(list: &str) -> Self {
        let mut exceptions = Self::default();
        for entry in list.split(',') {
            let entry = entry.trim().to_lowercase();
            if entry == "*" {
                exceptions.all = true;
                break;
            }
            if let Some(range) = range(&entry) {
                exceptions.addresses.push(range);
                continue;
            }
            let (host, port) = split_host_port(&entry).unwrap_or((&entry, ""));
            if host.is_empty() {
                continue;
            }
            if let Ok(address) = host.parse() {
                let address = canonical(address);
                exceptions
                    .addresses
                    .push(AddressRule::One(address, port.to_owned()));
                continue;
            }
            let host = host
                .strip_prefix('*')
                .filter(|rest| rest.starts_with('.'))
                .unwrap_or(host);
            exceptions.domains.push(DomainRule {
                suffix: match host.starts_with('.') {
                    true => host.to_owned(),
                    false => format!(".{host}"),
                },
                itself: !host.starts_with('.'),
                port: port.to_owned(),
            });
        }
        exceptions
    }

    /// Whether this host and port is excepted; this machine always is.
    pub(super) fn except(&self, host: &str, port: u16) -> bool {
        if host == "localhost" {
            return true;
        }
        let bare = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let address: Option<IpAddr> = bare.unwrap_or(host).parse().ok();
        let port = port.to_string();
        let at = |wanted: &Port| wanted.is_empty() || *wanted == port;
        let Some(address) = address.map(canonical) else {
            let host = host.trim().to_lowercase();
            return self.all
                || self.domains.iter().any(|rule| {
                    let below = host.ends_with(&rule.suffix);
                    let itself = rule.itself && host == rule.suffix[1..];
                    (below || itself) && at(&rule.port)
                });
        };
        address.is_loopback()
            || self.all
            || self.addresses.iter().any(|rule| match rule {
                AddressRule::One(one, port) => *one == address && at(port),
                AddressRule::Range(network, bits) => {
                    network.is_ipv4() == address.is_ipv4()
                        && first(number(*network), *bits) == first(number(address), *bits)
                }
            })
    }
}

/// A range such as `10.0.0.0/8`.
fn range(entry: &str) -> Option<AddressRule> {
    let (address, bits) = entry.split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    if bits.is_empty() || !bits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let bits: u8 = bits.parse().ok()?;
    match address {
        IpAddr::V4(_) => (bits <= 32).then_some(AddressRule::Range(address, bits)),
        // A range of IPv4 addresses, written as IPv6 ones: only as much of it as is IPv4.
        IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some() && (96..=128).contains(&bits) => {
            Some(AddressRule::Range(canonical(address), bits - 96))
        }
        // Wider than all of IPv4, of which Go then takes none to be part.
        IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some() => {
            let network = first(u128::from(v6), bits);
            (bits <= 128).then_some(AddressRule::Range(Ipv6Addr::from(network).into(), bits))
        }
        IpAddr::V6(_) => (bits <= 128).then_some(AddressRule::Range(address, bits)),
    }
}

/// IPv4 addresses as such, also those that are written as IPv6 ones.
fn canonical(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

/// An address as a number whose first bit is the address' first.
fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(u32::from(v4)) << 96,
        IpAddr::V6(v6) => u128::from(v6),
    }
}

/// The first bits of a number, the others zero.
fn first(number: u128, bits: u8) -> u128 {
    match bits {
        0 => 0,
        bits => number & (u128::MAX << (128 - u32::from(bits.min(128)))),
    }
}

/// Takes `host:port` or `[host]:port` apart, as Go's `net.SplitHostPort` does; none if it is neither.
fn split_host_port(text: &str) -> Option<(&str, &str)> {
    let (before, port) = text.rsplit_once(':')?;
    let host = match before.strip_prefix('[') {
        Some(bracketed) => bracketed.strip_suffix(']')?,
        None if before.contains(':') => return None,
        None => before,
    };
    let strange = |text: &str| text.contains(['[', ']']);
    (!strange(host) && !strange(port)).then_some((host, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_ports_are_split_as_go_does() {
        for (text, split) in [
            ("h:1", Some(("h", "1"))),
            ("h:", Some(("h", ""))),
            (":1", Some(("", "1"))),
            ("[::1]:1", Some(("::1", "1"))),
            ("h", None),
            ("::1", None),
            ("[::1]", None),
            ("a:b:1", None),
            ("[a]b:1", None),
            ("[[a]]:1", None),
        ] {
            assert_eq!(split_host_port(text), split, "{text}");
        }
    }
}
