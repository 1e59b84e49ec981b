//! What a gateway is told before it starts.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use pintle_client::Client;
use pintle_config::Config;
use pintle_transport::Transport;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::error::{StartError, StartErrorKind};
use crate::guard::{Callers, Guard, Tokens};
use crate::handler::Handler;
use crate::lists::{Access, Resources};
use crate::metrics::Metrics;
use crate::proxy::Proxy;
use crate::server::{Limits, RunningGateway, Tls};

/// The gateway. It begins with [`Gateway::builder`].
#[derive(Debug)]
pub struct Gateway(());

impl Gateway {
    /// A gateway to the API server of a configuration, with that configuration's credentials.
    ///
    /// The rate limit of the configuration does not count: it would be one for all callers.
    pub fn builder(config: Config) -> Builder {
        Builder {
            config: config.rate_limit(-1.0, 0),
            listen: SocketAddr::from(([127, 0, 0, 1], 8888)),
            hosts: Vec::new(),
            origins: Vec::new(),
            paths: Vec::new(),
            certificate: None,
            authorities: None,
            tokens: None,
            unauthenticated: false,
            read_only: false,
            http_status: false,
            limits: Limits::default(),
        }
    }
}

/// What a gateway is told before it starts.
#[must_use = "a gateway does nothing before it is started"]
pub struct Builder {
    config: Config,
    listen: SocketAddr,
    hosts: Vec<String>,
    origins: Vec<String>,
    paths: Vec<String>,
    certificate: Option<(PathBuf, PathBuf)>,
    authorities: Option<PathBuf>,
    tokens: Option<PathBuf>,
    unauthenticated: bool,
    read_only: bool,
    http_status: bool,
    limits: Limits,
}

impl Builder {
    /// The address to listen at; port 0 is any that is free. Default: `127.0.0.1:8888`.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// A name, without a port, under which requests may ask for the gateway. Default: on loopback
    /// `localhost`, `127.0.0.1` and `[::1]`; elsewhere the address to listen at. Each name more is one
    /// that an attacker's page could be served under.
    pub fn allow_host(mut self, name: impl Into<String>) -> Self {
        self.hosts.push(name.into());
        self
    }

    /// An origin, such as `https://dashboard.example`, whose pages may send requests. Default: the
    /// gateway's own alone.
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        self.origins.push(origin.into());
        self
    }

    /// A path that is served, such as `/pod/list`; others are refused with 403. `*` is any one segment
    /// of it and, at its end, `**` all that follow: `/stream/**`,
    /// `/api/v1/namespaces/*/pods`. Default: every path, `/healthz` and the page among them.
    pub fn allow_path(mut self, pattern: impl Into<String>) -> Self {
        self.paths.push(pattern.into());
        self
    }

    /// Serves HTTPS, with the certificate (and those between it and its root) and the private key of
    /// these PEM files, which are read once. Default: plain HTTP.
    pub fn tls(mut self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        self.certificate = Some((certificate.into(), key.into()));
        self
    }

    /// Lets in who shows a bearer token of this file, which is read once, and nobody else but who
    /// shows a certificate ([`Builder::client_authorities`]). A line is `token,user,uid` or
    /// `token,user,uid,"group,group"`, as kube-apiserver's. Such a caller acts at the API server as
    /// that user. Default: on loopback everybody is let in and acts with the gateway's credentials.
    pub fn tokens(mut self, file: impl Into<PathBuf>) -> Self {
        self.tokens = Some(file.into());
        self
    }

    /// Lets in who shows, in TLS, a certificate that an authority of this PEM file has signed, and
    /// nobody else but who shows a token ([`Builder::tokens`]). As at the API server, the common name
    /// is the user's, and organisations are groups; such a caller acts at the API server as that user.
    /// The file is read once. A certificate is judged when it is shown: a connection may outlive it.
    pub fn client_authorities(mut self, file: impl Into<PathBuf>) -> Self {
        self.authorities = Some(file.into());
        self
    }

    /// Starts beyond loopback though everybody who gets there may do what the gateway's credentials
    /// allow, or though tokens travel in the clear. Only where something else keeps others out.
    pub fn danger_allow_exposure(mut self, allow: bool) -> Self {
        self.unauthenticated = allow;
        self
    }

    /// Passes only requests on to the API server that read: GET and HEAD, and no upgrades. Default:
    /// all.
    pub fn read_only(mut self, read_only: bool) -> Self {
        self.read_only = read_only;
        self
    }

    /// Gives errors of lists and streams statuses of their own. Default: they have the status 200, and
    /// the envelope's code says that they are errors.
    pub fn http_status(mut self, own: bool) -> Self {
        self.http_status = own;
        self
    }

    /// How many connections there may be; whoever comes then waits. Default: 4,096.
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.limits.connections = connections.max(1);
        self
    }

    /// How many streams of events there may be, over however many connections; whoever wants one then
    /// is refused with 503. Default: 4,096.
    pub fn max_streams(mut self, streams: usize) -> Self {
        self.limits.streams = streams;
        self
    }

    /// How many bytes the body of a request may have. Default: 8 MiB; the API server itself takes 3.
    pub fn max_body(mut self, bytes: u64) -> Self {
        self.limits.body = bytes;
        self
    }

    /// How long a client may take nothing of what is sent to it before its connection is given up.
    /// Default: 30 s.
    pub fn patience(mut self, patience: std::time::Duration) -> Self {
        self.limits.patience = patience;
        self
    }

    /// Starts the gateway. It takes connections when this returns, and begins to follow the usual
    /// resources; `/readyz` says when it knows them.
    ///
    /// # Errors
    ///
    /// When the gateway would be open to others ([`StartErrorKind::Exposed`]), when a file cannot be
    /// used, when client certificates are to be taken without TLS, and when the address cannot be
    /// listened at.
    ///
    /// # Cancel safety
    ///
    /// Nothing is left when this is dropped.
    pub async fn start(self) -> Result<RunningGateway, StartError> {
        self.refuse_exposure()?;
        let tokens = self.tokens.as_deref().map(Tokens::read).transpose()?;
        let tls = match &self.certificate {
            Some((certificate, key)) => {
                Some(Tls::read(certificate, key, self.authorities.as_deref())?)
            }
            None => None,
        };
        let listener = TcpListener::bind(self.listen).await;
        let listener = listener.map_err(|error| {
            let message = format!("cannot listen at {}", self.listen);
            StartError::new(StartErrorKind::Address, message).caused_by(error)
        })?;
        let address = listener.local_addr().map_err(|error| {
            StartError::new(StartErrorKind::Address, "the listener has no address").caused_by(error)
        })?;
        let transport = Transport::new(&self.config).map_err(|error| {
            let message = "the API server's configuration cannot be used";
            StartError::new(StartErrorKind::Configuration, message).caused_by(error)
        })?;
        let metrics = Metrics::default();
        let guard = Guard::new(
            address.ip(),
            self.hosts,
            self.origins,
            &self.paths,
            tls.is_some(),
        );
        let client = Client::from_transport(transport.clone(), &self.config.default_namespace);
        let handler = Handler {
            guard,
            callers: Callers::new(tokens, self.authorities.is_some()),
            resources: Resources::new(client, metrics.recorder()),
            access: Access::new(transport.clone()),
            streams: Arc::new(Semaphore::new(self.limits.streams)),
            http_status: self.http_status,
            proxy: Proxy::new(transport, self.read_only, self.limits.body),
            metrics,
        };
        Ok(RunningGateway::new(
            listener,
            address,
            tls,
            Arc::new(handler),
            self.limits,
        ))
    }

    fn refuse_exposure(&self) -> Result<(), StartError> {
        if self.authorities.is_some() && self.certificate.is_none() {
            let message =
                "clients show certificates in TLS only, and there is none to serve it with";
            return Err(StartError::new(StartErrorKind::Credentials, message));
        }
        if self.listen.ip().is_loopback() || self.unauthenticated {
            return Ok(());
        }
        let knows_callers = self.tokens.is_some() || self.authorities.is_some();
        let lacks = match (knows_callers, &self.certificate) {
            (true, Some(_)) => return Ok(()),
            (false, Some(_)) => "a way to know callers",
            (true, None) => "TLS",
            (false, None) => "TLS and a way to know callers",
        };
        let message = format!(
            "{} can be reached by others, and without {lacks} they could do what the gateway may",
            self.listen
        );
        Err(StartError::new(StartErrorKind::Exposed, message))
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("config", &self.config)
            .field("listen", &self.listen)
            .field("hosts", &self.hosts)
            .field("origins", &self.origins)
            .finish_non_exhaustive()
    }
}
