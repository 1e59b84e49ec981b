//! The address of a proxy.
//!
//! Invariant: neither `Display` nor `Debug` shows a password.

use std::fmt;
use std::str::FromStr;

use http::uri::Authority;

use crate::error::{Error, ErrorKind};
use crate::secret::Secret;

/// A proxy: how it is spoken to, where it is, and who asks.
#[derive(Clone, PartialEq, Eq)]
pub struct ProxyUrl {
    scheme: ProxyScheme,
    authority: Authority,
    credentials: Option<(String, Secret)>,
}

/// How a proxy is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProxyScheme {
    /// HTTP, with `CONNECT` for servers that are reached over TLS.
    Http,
    /// The same over TLS.
    Https,
    /// SOCKS version 5, which looks the server's name up.
    Socks5,
}

impl ProxyScheme {
    /// The port of a URL that names none.
    pub fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
            Self::Socks5 => 1080,
        }
    }
}

impl ProxyUrl {
    /// How the proxy is spoken to.
    pub fn scheme(&self) -> ProxyScheme {
        self.scheme
    }

    /// Host and, if one was given, port.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// The port, given or not.
    pub fn port(&self) -> u16 {
        self.authority
            .port_u16()
            .unwrap_or_else(|| self.scheme.default_port())
    }

    /// User name and password for the proxy.
    pub fn credentials(&self) -> Option<(&str, &Secret)> {
        let (user, password) = self.credentials.as_ref()?;
        Some((user, password))
    }

    /// What a variable names: a URL or `host:port`; none if it is neither, or of another scheme.
    pub(super) fn of_variable(text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        let proxy = match text.split_once("://") {
            Some((scheme, rest)) => Self::of_parts(scheme, rest, true),
            None => Self::of_parts("http", text, true),
        };
        proxy
            .map_err(|error| {
                tracing::warn!(%error, "a variable of the environment names no proxy that can be used");
            })
            .ok()
    }

    fn of_parts(scheme: &str, rest: &str, from_environment: bool) -> Result<Self, Error> {
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "http" => ProxyScheme::Http,
            "https" => ProxyScheme::Https,
            "socks5" => ProxyScheme::Socks5,
            // Go knows this only in the environment, and does the same for it.
            "socks5h" if from_environment => ProxyScheme::Socks5,
            other => {
                return Err(invalid(format!("the scheme of the proxy is {other:?}")));
            }
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (credentials, host) = match authority.rsplit_once('@') {
            Some((credentials, host)) => (Some(credentials), host),
            None => (None, authority),
        };
        // The text before the host may be a password, so it is not shown.
        let not_an_address = || invalid(format!("{host:?} is not the address of a proxy"));
        let authority = Authority::from_str(host).map_err(|_| not_an_address())?;
        let after_host = &authority.as_str()[authority.host().len()..];
        let bad_port = !after_host.is_empty() && authority.port().is_none();
        if authority.host().is_empty() || (bad_port && after_host != ":") {
            return Err(not_an_address());
        }
        Ok(Self {
            scheme,
            authority,
            credentials: credentials.map(|credentials| {
                let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
                (decoded(user), Secret::new(decoded(password)))
            }),
        })
    }
}

impl FromStr for ProxyUrl {
    type Err = Error;

    /// A URL with a scheme, as `proxy-url` in a kubeconfig.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Proxy`] if it is none, or its scheme is not http, https or socks5.
    fn from_str(text: &str) -> Result<Self, Error> {
        let (scheme, rest) = text
            .split_once("://")
            .ok_or_else(|| invalid("the proxy is not given as a URL".to_owned()))?;
        Self::of_parts(scheme, rest, false)
    }
}

impl fmt::Display for ProxyUrl {
    /// The URL without user name and password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.scheme {
            ProxyScheme::Http => "http",
            ProxyScheme::Https => "https",
            ProxyScheme::Socks5 => "socks5",
        };
        write!(f, "{scheme}://{}", self.authority)
    }
}

impl fmt::Debug for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProxyUrl({self})")
    }
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::Proxy, message)
        .with_hint("write the proxy as http://host:port, https://host:port or socks5://host:port")
}

/// With `%XX` replaced by the bytes that they stand for.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digit = |at: usize| char::from(*after.get(at)?).to_digit(16);
        match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                // Two hexadecimal digits are a byte.
                bytes.push((high * 16 + low) as u8);
                rest = &after[2..];
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_decoded_and_not_shown() {
        let proxy: ProxyUrl = "http://me%40corp:s%3Acret%@proxy:3128/".parse().unwrap();
        let (user, password) = proxy.credentials().unwrap();
        assert_eq!((user, password.expose()), ("me@corp", "s:cret%"));
        assert_eq!(proxy.to_string(), "http://proxy:3128");
        assert!(!format!("{proxy:?}").contains("cret"));
        for text in [
            "http://me:hunter2@a b",
            "ftp://me:hunter2@proxy",
            "me:hunter2@proxy",
        ] {
            let error = text.parse::<ProxyUrl>().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Proxy);
            assert!(
                !format!("{error} {error:?}").contains("hunter2"),
                "{error:?}"
            );
        }
    }

    #[test]
    fn ports_are_those_of_the_scheme_unless_given() {
        for (text, port) in [
            ("http://proxy", 80),
            ("https://proxy", 443),
            ("socks5://proxy", 1080),
            ("socks5://[fd00::1]:9", 9),
            ("http://proxy:", 80),
        ] {
            let proxy: ProxyUrl = text.parse().unwrap();
            assert_eq!(proxy.port(), port, "{text}");
        }
    }
}
