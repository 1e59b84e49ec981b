//! The address of an API server.
//!
//! Invariant: a [`ServerUrl`] is absolute, `http` or `https`, with a host, a base path that is empty
//! or starts and does not end with `/`, and with no query, fragment or credentials.

use std::fmt;
use std::str::FromStr;

use http::uri::{Authority, PathAndQuery, Scheme};

use crate::error::{Error, ErrorKind};

/// The URL of an API server: scheme, host, port and base path.
///
/// Written as a host, `host:port` or a URL. Without a scheme it is `http`, unless TLS is configured
/// (see [`ServerUrl::parse`]). A base path, as of a server behind a proxy, is kept and prefixes every
/// request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerUrl {
    scheme: Scheme,
    authority: Authority,
    base_path: String,
}

impl ServerUrl {
    /// Parses `text`; where it names no scheme, it is `https` if `tls` is configured, else `http`.
    ///
    /// A query and a fragment are dropped, as client-go drops them. An empty `text` is `localhost`.
    ///
    /// # Errors
    ///
    /// [`Error::is_invalid`] if `text` is not a URL, has another scheme, carries a user name or
    /// password (they belong into the user's stanza), or is a bare `host:port` followed by a path.
    pub fn parse(text: &str, tls: bool) -> Result<Self, Error> {
        let text = text.trim();
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (Scheme::HTTPS, rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (Scheme::HTTP, rest),
            Some((scheme, _)) => {
                return Err(invalid(format!(
                    "the scheme of the server's URL is \"{scheme}\""
                )));
            }
            None => {
                let rest = text.strip_suffix('/').unwrap_or(text);
                if rest.contains('/') {
                    return Err(invalid(format!(
                        "the server \"{}\" is neither a URL nor host:port",
                        without_credentials(text)
                    )));
                }
                let scheme = if tls { Scheme::HTTPS } else { Scheme::HTTP };
                (scheme, if rest.is_empty() { "localhost" } else { rest })
            }
        };

        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if authority.contains('@') {
            return Err(invalid(format!(
                "the server's URL for host \"{}\" carries credentials",
                without_credentials(authority)
            )));
        }
        let not_a_url = || invalid(format!("the server \"{text}\" is not a valid URL"));
        let authority = Authority::from_str(authority).map_err(|_| not_a_url())?;
        let after_host = &authority.as_str()[authority.host().len()..];
        if authority.host().is_empty() || (!after_host.is_empty() && authority.port().is_none()) {
            return Err(not_a_url());
        }
        let base_path = path.trim_end_matches('/').to_owned();
        if !base_path.is_empty() {
            PathAndQuery::from_str(&base_path).map_err(|_| not_a_url())?;
        }
        Ok(Self {
            scheme,
            authority,
            base_path,
        })
    }

    /// `http` or `https`.
    pub fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// Whether requests travel over TLS.
    pub fn is_https(&self) -> bool {
        self.scheme == Scheme::HTTPS
    }

    /// Host and, if one was given, port.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// What precedes the path of every request: empty, or `/like/this`.
    pub fn base_path(&self) -> &str {
        &self.base_path
    }
}

impl FromStr for ServerUrl {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text, false)
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.base_path)
    }
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::ServerUrl, message)
        .with_hint("write the server as https://host:port, optionally with a base path")
}

fn without_credentials(text: &str) -> &str {
    text.rsplit_once('@').map_or(text, |(_, host)| host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str, tls: bool) -> String {
        match ServerUrl::parse(text, tls) {
            Ok(url) => url.to_string(),
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn scheme_follows_tls_when_none_is_written() {
        assert_eq!(parsed("10.0.0.1:6443", true), "https://10.0.0.1:6443");
        assert_eq!(parsed("10.0.0.1:8080", false), "http://10.0.0.1:8080");
        assert_eq!(parsed("example.org", false), "http://example.org");
        assert_eq!(parsed("[::1]:6443", true), "https://[::1]:6443");
        assert_eq!(parsed("", false), "http://localhost");
        assert_eq!(parsed("http://example.org", true), "http://example.org");
        assert_eq!(parsed("HTTPS://example.org", false), "https://example.org");
    }

    #[test]
    fn base_path_is_kept_and_query_dropped() {
        assert_eq!(
            parsed("https://example.org/k8s/clusters/a/?x=1#f", false),
            "https://example.org/k8s/clusters/a"
        );
        assert_eq!(parsed("https://example.org/", false), "https://example.org");
        assert_eq!(
            parsed("https://example.org?x", false),
            "https://example.org"
        );
    }

    #[test]
    fn what_is_not_a_server_is_refused() {
        for text in [
            "ftp://h",
            "h:1/path",
            "https://",
            "https://a b",
            "https://h:port",
            "https://h:99999",
            "https://h/ü ü",
        ] {
            assert!(ServerUrl::parse(text, true).is_err(), "{text}");
        }
    }

    #[test]
    fn credentials_in_the_url_are_refused_and_not_repeated() {
        for text in [
            "https://me:hunter2@example.org",
            "me:hunter2@example.org",
            "me:hunter2@example.org/x",
        ] {
            let error = ServerUrl::parse(text, true).expect_err(text);
            assert!(
                !format!("{error} {error:?}").contains("hunter2"),
                "{error:?}"
            );
        }
    }
}
