//! Which proxy a server is reached through.
//!
//! Invariant: the choice goes by the server's address, never by the proxy's.

mod exceptions;
mod url;

use std::fmt;

use crate::environment::Environment;
use crate::error::{Error, ErrorKind};
use crate::server::ServerUrl;

use self::exceptions::Exceptions;
pub use self::url::{ProxyScheme, ProxyUrl};

/// The proxies of a configuration.
///
/// Those of the environment follow Go's rules, as client-go and kubectl do: `HTTPS_PROXY` for servers
/// reached over TLS, `HTTP_PROXY` for others, and none for what `NO_PROXY` names, nor for this machine.
/// A proxy of the kubeconfig (`proxy-url`) serves every request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies(Choice);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Choice {
    #[default]
    None,
    Always(ProxyUrl),
    Environment(Box<Rules>),
}

#[derive(Clone, PartialEq, Eq)]
struct Rules {
    https: Option<ProxyUrl>,
    http: Option<ProxyUrl>,
    exceptions: Exceptions,
    /// Whether the process answers a web request, of which a header may have become `HTTP_PROXY`.
    is_cgi: bool,
}

impl Proxies {
    /// No proxy.
    pub fn none() -> Self {
        Self::default()
    }

    /// This proxy for every request.
    pub fn always(proxy: ProxyUrl) -> Self {
        Self(Choice::Always(proxy))
    }

    /// Those that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name, or in their stead the same in lower
    /// case. What is no URL of a proxy is passed over, as Go does.
    ///
    /// Names in `NO_PROXY` that are not ASCII are to be written as they are looked up (`xn--…`).
    pub fn from_environment(environment: &Environment) -> Self {
        let either = |upper: &str, lower: &str| {
            let value = environment
                .variable(upper)
                .or_else(|| environment.variable(lower));
            value.map(|value| value.to_string_lossy().into_owned())
        };
        let proxy = |upper, lower| ProxyUrl::of_variable(&either(upper, lower)?);
        let (https, http) = (
            proxy("HTTPS_PROXY", "https_proxy"),
            proxy("HTTP_PROXY", "http_proxy"),
        );
        if https.is_none() && http.is_none() {
            return Self::none();
        }
        Self(Choice::Environment(Box::new(Rules {
            https,
            http,
            exceptions: Exceptions::parse(&either("NO_PROXY", "no_proxy").unwrap_or_default()),
            is_cgi: environment.variable("REQUEST_METHOD").is_some(),
        })))
    }

    /// The proxy that was chosen for every request, if one was: not by the environment.
    pub fn fixed(&self) -> Option<&ProxyUrl> {
        match &self.0 {
            Choice::Always(proxy) => Some(proxy),
            Choice::None | Choice::Environment(_) => None,
        }
    }

    /// The proxy that `server` is reached through; `None` if it is reached directly.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Proxy`] if `HTTP_PROXY` would apply in a process that answers a web request: the
    /// variable could come from a header of that request.
    pub fn for_server(&self, server: &ServerUrl) -> Result<Option<&ProxyUrl>, Error> {
        let rules = match &self.0 {
            Choice::None => return Ok(None),
            Choice::Always(proxy) => return Ok(Some(proxy)),
            Choice::Environment(rules) => rules,
        };
        let proxy = if server.is_https() {
            rules.https.as_ref()
        } else {
            rules.http.as_ref()
        };
        if proxy.is_some() && !server.is_https() && rules.is_cgi {
            return Err(Error::new(
                ErrorKind::Proxy,
                "HTTP_PROXY may come from a web request here (REQUEST_METHOD is set), so it is not used",
            )
            .with_hint("name the proxy in the kubeconfig, as the cluster's proxy-url"));
        }
        let port = server.authority().port_u16();
        let port = port.unwrap_or(if server.is_https() { 443 } else { 80 });
        let excepted = rules.exceptions.except(server.authority().host(), port);
        Ok(proxy.filter(|_| !excepted))
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rules")
            .field("https", &self.https)
            .field("http", &self.http)
            .field("exceptions", &self.exceptions)
            .finish()
    }
}
