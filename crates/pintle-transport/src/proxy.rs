//! Reaching a server through a proxy.
//!
//! Invariant: user name and password of a proxy go to that proxy only, and into no error.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::HeaderValue;
use http::{StatusCode, Uri};
use pintle_config::{Pem, ProxyScheme, ProxyUrl};
use rustls::ClientConfig;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

use crate::connect::{handshake, server_name};
use crate::dial::{Dial, Dialed};
use crate::error::{Error, ErrorKind};
use crate::tls::{Authorities, client_config};

/// A proxy, and what it takes to speak to it. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Proxy {
    url: ProxyUrl,
    /// For one that is spoken to over TLS.
    tls: Option<Arc<ClientConfig>>,
    authorization: Option<HeaderValue>,
}

/// The server that a connection leads to, as a proxy is told.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    host: String,
    port: u16,
}

impl Target {
    /// That of a URL.
    pub(crate) fn of(uri: &Uri) -> Self {
        let is_https = uri.scheme() == Some(&http::uri::Scheme::HTTPS);
        Self {
            host: uri.host().unwrap_or_default().to_owned(),
            port: uri.port_u16().unwrap_or(if is_https { 443 } else { 80 }),
        }
    }

    fn address(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

impl Proxy {
    /// A proxy over TLS shows a certificate that the system's authorities have signed, or `cluster`, the
    /// authority of the cluster, which is all that client-go would accept.
    pub(crate) fn new(url: ProxyUrl, cluster: Option<&Pem>) -> Result<Self, Error> {
        let tls = (url.scheme() == ProxyScheme::Https).then(|| {
            let authorities = Authorities::of_system_and(cluster)?;
            client_config(&authorities, None, Vec::new()).map(Arc::new)
        });
        Ok(Self {
            tls: tls.transpose()?,
            authorization: authorization(&url)?,
            url,
        })
    }

    /// Whether requests for servers without TLS are handed to the proxy whole.
    pub(crate) fn forwards(&self) -> bool {
        self.url.scheme() != ProxyScheme::Socks5
    }

    /// The `Proxy-Authorization` of requests that are handed to it.
    pub(crate) fn authorization(&self) -> Option<&HeaderValue> {
        self.authorization.as_ref()
    }

    /// A connection to the proxy itself.
    pub(crate) async fn reach(&self, dial: &Dial, target: &Target) -> Result<Dialed, Error> {
        let dialed = dial.open(&self.address()?).await;
        let dialed = dialed.map_err(|error| self.unreachable(target, error))?;
        let Some(tls) = &self.tls else {
            return Ok(dialed);
        };
        let peer = self.url.authority().as_str();
        let name = server_name(self.url.authority().host())?;
        let shaken = handshake(peer, name, Arc::clone(tls), dialed).await;
        let stream = shaken.map_err(|error| self.unreachable(target, error))?;
        Ok(Dialed::Foreign(Box::new(stream)))
    }

    /// A connection through the proxy to the server.
    pub(crate) async fn tunnel(&self, dial: &Dial, target: &Target) -> Result<Dialed, Error> {
        let mut dialed = self.reach(dial, target).await?;
        let asked = async {
            match self.url.scheme() {
                ProxyScheme::Socks5 => self.ask_socks(&mut dialed, target).await,
                _ => self.ask_http(&mut dialed, target).await,
            }
        };
        match timeout(ANSWER_TIMEOUT, asked).await {
            Ok(outcome) => outcome.map(|()| dialed),
            Err(_) => Err(self.failed(
                target,
                format!("no answer within {} s", ANSWER_TIMEOUT.as_secs()),
            )),
        }
    }

    async fn ask_http(&self, proxy: &mut Dialed, target: &Target) -> Result<(), Error> {
        let address = target.address();
        let mut request = format!("CONNECT {address} HTTP/1.1\r\nHost: {address}\r\n").into_bytes();
        if let Some(authorization) = &self.authorization {
            request.extend_from_slice(b"Proxy-Authorization: ");
            request.extend_from_slice(authorization.as_bytes());
            request.extend_from_slice(b"\r\n");
        }
        request.extend_from_slice(b"\r\n");
        let broken = |error| self.broken(target, error);
        proxy.write_all(&request).await.map_err(broken)?;
        proxy.flush().await.map_err(broken)?;

        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            // One at a time: what follows the head is the server's.
            head.push(proxy.read_u8().await.map_err(broken)?);
            if head.len() == LONGEST_HEAD {
                return Err(self.failed(target, "its answer does not end"));
            }
        }
        match status(&head) {
            Some(status) if status.is_success() => Ok(()),
            Some(StatusCode::PROXY_AUTHENTICATION_REQUIRED) => {
                Err(self.unauthorized(target, "407 Proxy Authentication Required"))
            }
            Some(status) => Err(self.failed(target, status)),
            None => Err(self.failed(target, "its answer is not HTTP")),
        }
    }

    async fn ask_socks(&self, proxy: &mut Dialed, target: &Target) -> Result<(), Error> {
        let credentials = self.url.credentials();
        let broken = |error| self.broken(target, error);
        let methods: &[u8] = match credentials {
            None => &[5, 1, NO_CREDENTIALS],
            Some(_) => &[5, 2, NO_CREDENTIALS, PASSWORD],
        };
        proxy.write_all(methods).await.map_err(broken)?;
        proxy.flush().await.map_err(broken)?;
        let mut choice = [0; 2];
        proxy.read_exact(&mut choice).await.map_err(broken)?;
        match (choice, credentials) {
            ([5, NO_CREDENTIALS], _) => {}
            ([5, PASSWORD], Some((user, password))) => {
                // Both fit, or there would be no proxy.
                let mut request = vec![1];
                push_counted(&mut request, user.as_bytes());
                push_counted(&mut request, password.expose().as_bytes());
                proxy.write_all(&request).await.map_err(broken)?;
                proxy.flush().await.map_err(broken)?;
                let mut verdict = [0; 2];
                proxy.read_exact(&mut verdict).await.map_err(broken)?;
                if verdict[1] != 0 {
                    return Err(self.unauthorized(target, "user name or password are wrong"));
                }
            }
            ([5, _], _) => {
                return Err(self.unauthorized(target, "it wants another authentication"));
            }
            _ => return Err(self.failed(target, "its answer is not SOCKS 5")),
        }
        self.ask_socks_to_connect(proxy, target).await
    }

    async fn ask_socks_to_connect(&self, proxy: &mut Dialed, target: &Target) -> Result<(), Error> {
        let broken = |error| self.broken(target, error);
        let mut request = vec![5, 1, 0];
        push_address(&mut request, &target.host);
        request.extend_from_slice(&target.port.to_be_bytes());
        proxy.write_all(&request).await.map_err(broken)?;
        proxy.flush().await.map_err(broken)?;
        // Version, reply, a zero, and the address that the proxy took for itself.
        let mut reply = [0; 4];
        proxy.read_exact(&mut reply).await.map_err(broken)?;
        if reply[0] != 5 {
            return Err(self.failed(target, "its answer is not SOCKS 5"));
        }
        if reply[1] != 0 {
            return Err(self.failed(target, of_reply(reply[1])));
        }
        let address = match reply[3] {
            IPV4 => 4,
            IPV6 => 16,
            _ => usize::from(proxy.read_u8().await.map_err(broken)?),
        };
        let mut rest = vec![0; address + 2];
        proxy.read_exact(&mut rest).await.map_err(broken)?;
        Ok(())
    }

    fn address(&self) -> Result<Uri, Error> {
        let host = self.url.authority().host();
        let uri = format!("http://{host}:{}", self.url.port());
        uri.parse().map_err(|error| {
            Error::with_source(
                ErrorKind::Configuration,
                format!("the proxy {} has no address", self.url),
                error,
            )
        })
    }

    fn unreachable(&self, target: &Target, error: Error) -> Error {
        let (proxy, target) = (&self.url, target.address());
        let message = format!("the proxy {proxy}, through which {target} is reached, is not there");
        Error::with_source(ErrorKind::Proxy, message, error)
    }

    fn broken(&self, target: &Target, error: io::Error) -> Error {
        let (proxy, target) = (&self.url, target.address());
        let message = format!("the proxy {proxy} broke off when it was asked for {target}");
        Error::with_source(ErrorKind::Proxy, message, error)
    }

    fn failed(&self, target: &Target, why: impl std::fmt::Display) -> Error {
        let (proxy, target) = (&self.url, target.address());
        let message = format!("the proxy {proxy} does not connect to {target}: {why}");
        Error::new(ErrorKind::Proxy, message)
    }

    fn unauthorized(&self, target: &Target, why: &str) -> Error {
        let (proxy, target) = (&self.url, target.address());
        let message = format!("the proxy {proxy} does not connect to {target}: {why}");
        Error::new(ErrorKind::ProxyCredentials, message)
    }
}

fn authorization(url: &ProxyUrl) -> Result<Option<HeaderValue>, Error> {
    let Some((user, password)) = url.credentials() else {
        return Ok(None);
    };
    if url.scheme() == ProxyScheme::Socks5 {
        // Their lengths are told in a byte.
        return match user.len() > 255 || password.expose().len() > 255 {
            true => Err(Error::new(
                ErrorKind::Configuration,
                format!("user name or password for the proxy {url} are longer than 255 bytes"),
            )),
            false => Ok(None),
        };
    }
    let pair = STANDARD.encode(format!("{user}:{}", password.expose()));
    let mut value = HeaderValue::try_from(format!("Basic {pair}")).expect("base64 fits a header");
    value.set_sensitive(true);
    Ok(Some(value))
}

/// The status of a response.
fn status(head: &[u8]) -> Option<StatusCode> {
    let line = head.split(|byte| *byte == b'\r').next()?;
    let mut words = line.split(|byte| *byte == b' ');
    words.next()?.strip_prefix(b"HTTP/1.")?;
    StatusCode::from_bytes(words.next()?).ok()
}

fn push_address(request: &mut Vec<u8>, host: &str) {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse() {
        Ok(IpAddr::V4(address)) => {
            request.push(IPV4);
            request.extend_from_slice(&address.octets());
        }
        Ok(IpAddr::V6(address)) => {
            request.push(IPV6);
            request.extend_from_slice(&address.octets());
        }
        // The proxy looks it up: the name may mean nothing here.
        Err(_) => {
            request.push(NAME);
            push_counted(request, bare.as_bytes());
        }
    }
}

fn push_counted(request: &mut Vec<u8>, bytes: &[u8]) {
    // No name of a host is longer, and credentials were looked at before.
    let length = u8::try_from(bytes.len()).unwrap_or(u8::MAX);
    request.push(length);
    request.extend_from_slice(&bytes[..usize::from(length)]);
}

/// What a SOCKS proxy says, in the words of RFC 1928.
fn of_reply(reply: u8) -> &'static str {
    match reply {
        1 => "general failure",
        2 => "its rules do not allow it",
        3 => "the network is unreachable",
        4 => "the host is unreachable",
        5 => "the connection was refused",
        6 => "the time to live expired",
        7 => "it does not know the command",
        8 => "it does not know the type of address",
        _ => "it gives no reason",
    }
}

const NO_CREDENTIALS: u8 = 0;
const PASSWORD: u8 = 2;
const IPV4: u8 = 1;
const NAME: u8 = 3;
const IPV6: u8 = 4;

/// How long a proxy may take to connect to the server.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
const LONGEST_HEAD: usize = 16 << 10;
