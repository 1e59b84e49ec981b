//! [`Unreachable`], why a request could not be sent on, in the words of the real server's own errors:
//! people search for them.

use std::{fmt, io};

/// Why a request could not be sent on.
#[derive(Debug)]
pub(crate) enum Unreachable {
    /// The port is none.
    Port(String),
    /// The name is none.
    Name(String),
    /// There is no connection to this address.
    Connect(String, io::Error),
    /// TLS did not come about.
    Tls(io::Error),
    /// TLS took too long.
    TlsTimeout,
    /// The peer broke off or did not speak HTTP.
    Exchange(hyper::Error),
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Port(port) => match port.parse::<i64>() {
                Ok(_) => write!(f, "dial tcp: address {port}: invalid port"),
                Err(_) => write!(f, "dial tcp: lookup tcp/{port}: unknown port"),
            },
            Self::Name(name) => write!(f, "dial tcp: lookup {name}: no such host"),
            Self::Connect(address, error) if error.kind() == io::ErrorKind::TimedOut => {
                write!(f, "dial tcp {address}: i/o timeout")
            }
            Self::Connect(address, error) => {
                write!(f, "dial tcp {address}: connect: {}", plain(error))
            }
            Self::Tls(error) => write!(f, "{}", tls(error)),
            Self::TlsTimeout => f.write_str("net/http: TLS handshake timeout"),
            Self::Exchange(error) if error.is_incomplete_message() => f.write_str("EOF"),
            Self::Exchange(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for Unreachable {}

/// An error of the operating system without its number, in lower case.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => String::new(),
    }
}

fn tls(error: &io::Error) -> String {
    let inner = error.get_ref();
    match inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidMessage(_)) => {
            "tls: first record does not look like a TLS handshake".to_owned()
        }
        Some(rustls::Error::InvalidCertificate(why)) => {
            format!("tls: failed to verify certificate: {why}")
        }
        Some(error) => format!("tls: {error}"),
        None if error.kind() == io::ErrorKind::UnexpectedEof => "EOF".to_owned(),
        None => plain(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_the_real_servers() {
        let refused = io::Error::from_raw_os_error(111);
        let shown = |error: Unreachable| error.to_string();
        assert_eq!(
            shown(Unreachable::Connect("192.0.2.2:1".into(), refused)),
            "dial tcp 192.0.2.2:1: connect: connection refused"
        );
        let late = io::Error::from(io::ErrorKind::TimedOut);
        assert_eq!(
            shown(Unreachable::Connect("192.0.2.2:1".into(), late)),
            "dial tcp 192.0.2.2:1: i/o timeout"
        );
        assert_eq!(
            shown(Unreachable::Port("99999".into())),
            "dial tcp: address 99999: invalid port"
        );
        assert_eq!(
            shown(Unreachable::Port("nope".into())),
            "dial tcp: lookup tcp/nope: unknown port"
        );
    }
}
