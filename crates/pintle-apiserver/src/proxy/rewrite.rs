//! [`Rewrite`], links of what is proxied to, changed so that they lead through the server again.

use super::{Endpoint, clean_join, escape_path, page};
use percent_encoding::percent_decode_str;

/// Where the links of an answer lead.
#[derive(Clone, Debug)]
pub(crate) struct Rewrite {
    /// The path below which the server proxies to the endpoint.
    prefix: String,
    /// What the server, as the client calls it, and the endpoint are called in URLs.
    hosts: [String; 2],
}

/// A URL in parts: `https:`, `//host`, `/path`, `?query#fragment`, each of which may be empty.
struct Url<'a> {
    scheme: &'a str,
    host: &'a str,
    path: &'a str,
    rest: &'a str,
}

impl Rewrite {
    /// For what `endpoint` answers to a request for `path`, which is sent on for `target` and was
    /// meant for a server that the client calls `host`.
    pub(crate) fn new(path: &str, target: &str, endpoint: &Endpoint, host: &str) -> Self {
        let mut target = target.to_owned();
        if path.ends_with('/') && !target.ends_with('/') {
            target.push('/');
        }
        Self {
            prefix: path.strip_suffix(&target).unwrap_or(path).to_owned(),
            hosts: [host.to_owned(), endpoint.to_string()],
        }
    }

    /// The path of a request for the endpoint's `path` as the server's clients know it.
    pub(crate) fn forwarded_path(&self, path: &str) -> String {
        clean_join(&self.prefix, &escape_path(path))
    }

    /// A link as it leads through the server. Links to elsewhere and relative ones stay what they
    /// are.
    pub(crate) fn url(&self, text: &str) -> String {
        let url = Url::new(text);
        let [server, endpoint] = &self.hosts;
        let host = url.host.strip_prefix("//").unwrap_or_default();
        let elsewhere = !host.is_empty() && host != server && host != endpoint;
        if elsewhere || !url.path.starts_with('/') {
            return text.to_owned();
        }
        let base = if host == server && !host.is_empty() {
            [url.scheme, url.host].concat()
        } else {
            String::new()
        };
        let path = percent_decode_str(url.path).decode_utf8_lossy();
        if path.starts_with(&self.prefix) {
            return [&base, url.path, url.rest].concat();
        }
        let path = escape_path(&clean_join(&self.prefix, &path));
        [&base, path.as_str(), url.rest].concat()
    }

    /// A page whose links lead through the server.
    pub(crate) fn page(&self, page: &[u8]) -> Vec<u8> {
        page::with_links(page, |link| self.url(link))
    }
}

impl<'a> Url<'a> {
    fn new(text: &'a str) -> Self {
        let end = text.find([':', '/', '?', '#']).unwrap_or(text.len());
        let named =
            text[end..].starts_with(':') && text.starts_with(|c: char| c.is_ascii_alphabetic());
        let (scheme, rest) = text.split_at(if named { end + 1 } else { 0 });
        let host = match rest.strip_prefix("//") {
            Some(behind) => 2 + behind.find(['/', '?', '#']).unwrap_or(behind.len()),
            None => 0,
        };
        let (host, rest) = rest.split_at(host);
        let (path, rest) = rest.split_at(rest.find(['?', '#']).unwrap_or(rest.len()));
        Self {
            scheme,
            host,
            path,
            rest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proxy::Trust;

    const PREFIX: &str = "/api/v1/namespaces/default/pods/one:80/proxy";

    fn rewrite() -> Rewrite {
        let endpoint = Endpoint::new("192.0.2.2", "80", Trust::Plain);
        Rewrite::new(
            &format!("{PREFIX}/a/b"),
            "/a/b",
            &endpoint,
            "127.0.0.1:6443",
        )
    }

    // What the real server made of such redirects.
    #[test]
    fn links_lead_through_the_server() {
        for (link, rewritten) in [
            ("/elsewhere?x=y", format!("{PREFIX}/elsewhere?x=y")),
            ("relative/x", "relative/x".to_owned()),
            (
                "http://elsewhere.example/x",
                "http://elsewhere.example/x".to_owned(),
            ),
            ("http://192.0.2.2:80/same/", format!("{PREFIX}/same/")),
            ("//192.0.2.2:80/same/", format!("{PREFIX}/same/")),
            (
                "http://127.0.0.1:6443/x",
                format!("http://127.0.0.1:6443{PREFIX}/x"),
            ),
            ("mailto:someone", "mailto:someone".to_owned()),
            ("", String::new()),
            ("#top", "#top".to_owned()),
        ] {
            assert_eq!(rewrite().url(link), rewritten, "{link}");
        }
        let through = format!("{PREFIX}/x");
        assert_eq!(rewrite().url(&through), through);
    }

    #[test]
    fn the_forwarded_path_is_what_the_client_asked_for() {
        let endpoint = Endpoint::new("192.0.2.2", "80", Trust::Plain);
        for (asked, target, sent, forwarded) in [
            ("/proxy", "", "/", "/proxy/"),
            ("/proxy/", "/", "/", "/proxy/"),
            ("/proxy/a/b", "/a/b", "/a/b", "/proxy/a/b"),
            ("/proxy/a b", "/a b", "/a b", "/proxy/a%20b"),
            // As odd as in the real server.
            ("/proxy/a//b/", "/a/b/", "/a/b/", "/proxy/a/b/a/b/"),
        ] {
            let rewrite = Rewrite::new(asked, target, &endpoint, "h");
            assert_eq!(rewrite.forwarded_path(sent), forwarded, "{asked}");
        }
    }
}
