//! What a client is built from, once files, environment and overrides have been resolved.
//!
//! Invariant: a `Config` is self-contained. Files that it mentions have been read; their paths are
//! kept only so that they can be read again when they change.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use pintle_env::{Metrics, RateLimiter, Recorder, Time};

use crate::auth::{Auth, Token};
use crate::environment::Environment;
use crate::error::Error;
use crate::impersonation::Impersonation;
use crate::in_cluster;
use crate::limits::{HostBackoff, Http2, RateLimit};
use crate::loader::Loader;
use crate::overrides::Overrides;
use crate::pem::Pem;
use crate::proxy::Proxies;
use crate::secret::Secret;
use crate::server::ServerUrl;
use crate::shared::Shared;
use crate::tls::{Identity, Tls};
use crate::warnings::{WarningHandler, Warnings};

/// How to reach an API server, and as whom.
///
/// client-go's `rest.Config`. Load one with [`Config::infer`] or a [`Loader`], or build one with
/// [`Config::new`]. Clones share connections and credentials that were fetched. `Debug` shows no
/// secret.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// The API server.
    pub server: ServerUrl,
    /// How the server proves who it is, and the client certificate.
    pub tls: Tls,
    /// How a request proves who sends it. A client certificate, in [`Tls::identity`], comes on top.
    pub auth: Auth,
    /// As whom to act. Default: as oneself.
    pub impersonation: Option<Impersonation>,
    /// The namespace that a command works in when it names none. Default: `default`.
    pub default_namespace: String,
    /// The `User-Agent` of every request. Default: one that names the program, pintle's version and the
    /// platform, in the form of client-go's.
    pub user_agent: Option<String>,
    /// Which proxy the server is reached through. Default: that of the environment the configuration
    /// was loaded from, none for one that was built.
    pub proxies: Proxies,
    /// Whether to ask for compressed answers (not those of watches). Default: yes. Without, both sides
    /// save time, and large lists take five to ten times the bandwidth.
    pub compression: bool,
    /// The longest that a request may take, its answer included; of a watch, until it begins. Default:
    /// no limit.
    pub timeout: Option<Duration>,
    /// How long a watch may be silent before it is given up. Default: for ever; HTTP/2 notices a lost
    /// connection by itself. A server that is asked for bookmarks sends one a minute.
    pub watch_idle_timeout: Option<Duration>,
    /// How HTTP/2 is spoken.
    pub http2: Http2,
    /// How many requests are sent.
    pub rate_limit: RateLimit,
    /// How long a host is left alone that has too much to do. Default: as long as it asks for.
    pub backoff: Option<HostBackoff>,
    /// Who hears what the server warns of. Default: the log.
    pub warnings: Warnings,
    /// Who is told how requests and connections fare, in numbers. Default: nobody. Clients with
    /// different recorders do not share connections, so that each recorder hears of its own.
    pub metrics: Metrics,
    /// What clients of this configuration, and of its clones, have in common.
    pub shared: Shared,
    /// The clock, and the timer that agrees with it. Default: those of the runtime.
    pub time: TimeSource,
}

impl Config {
    /// A configuration for `server`, with the system's certificate authorities, no credentials and no
    /// proxy. [`Config::in_environment`] adds what variables say.
    ///
    /// # Errors
    ///
    /// See [`ServerUrl::parse`]; without a scheme the server is spoken to over plain HTTP.
    pub fn new(server: &str) -> Result<Self, Error> {
        Ok(Self::for_server(ServerUrl::parse(server, false)?))
    }

    /// The configuration of the process' environment: `$KUBECONFIG`, else `~/.kube/config`, else the
    /// pod's service account. Short for a [`Loader`] on [`Environment::process`].
    ///
    /// # Errors
    ///
    /// See [`Loader::load`].
    pub fn infer() -> Result<Self, Error> {
        Loader::new(Environment::process()).load()
    }

    /// The configuration of the pod that the process runs in: the server that the kubelet's variables
    /// name, and the service account, whose token and authority are read again as they are replaced.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_in_cluster`] without the variables, [`Error::is_unreadable_file`] without the
    /// token. Without `ca.crt` the system's authorities are trusted, which is only logged.
    pub fn in_cluster(environment: &Environment) -> Result<Self, Error> {
        in_cluster::load(environment, &Overrides::new())
    }

    /// The configuration that a component's `--master` and `--kubeconfig` flags choose; with neither,
    /// that of the pod, and only then what [`Loader`] finds.
    ///
    /// client-go's `BuildConfigFromFlags`.
    ///
    /// # Errors
    ///
    /// See [`Loader::load`].
    pub fn from_flags(
        environment: Environment,
        server: &str,
        kubeconfig: &Path,
    ) -> Result<Self, Error> {
        let loader = Loader::new(environment.clone());
        if !kubeconfig.as_os_str().is_empty() {
            let overrides = Overrides::new().server(server);
            return loader.path(kubeconfig).overrides(overrides).load();
        }
        if server.is_empty() {
            match Self::in_cluster(&environment) {
                Ok(config) => return Ok(config),
                Err(error) => tracing::debug!(%error, "not the configuration of a pod"),
            }
        }
        loader.overrides(Overrides::new().server(server)).load()
    }

    /// Sets what variables say: proxies, HTTP/2 and backoff. A configuration that was loaded has it
    /// already.
    #[must_use]
    pub fn in_environment(mut self, environment: &Environment) -> Self {
        self.proxies = Proxies::from_environment(environment);
        self.http2 = Http2::from_environment(environment);
        self.backoff = HostBackoff::from_environment(environment);
        self
    }

    /// The same without anything that says who asks: credentials, client certificate, impersonation.
    #[must_use]
    pub fn anonymous(&self) -> Self {
        let mut config = self.clone();
        config.auth = Auth::Anonymous;
        config.tls.identity = None;
        config.impersonation = None;
        config
    }

    /// Trusts servers whose certificate is signed by one of these, and no other.
    #[must_use]
    pub fn certificate_authority(mut self, pem: Pem) -> Self {
        self.tls.certificate_authority = Some(pem);
        self
    }

    /// Presents a client certificate.
    #[must_use]
    pub fn identity(mut self, certificate: Pem, key: Pem) -> Self {
        self.tls.identity = Some(Identity { certificate, key });
        self
    }

    /// Sends `Authorization: Bearer …`.
    #[must_use]
    pub fn bearer_token(mut self, token: impl Into<Secret>) -> Self {
        self.auth = Auth::Bearer(Token::new(token));
        self
    }

    /// Sends `Authorization: Basic …`.
    #[must_use]
    pub fn basic(mut self, username: impl Into<String>, password: impl Into<Secret>) -> Self {
        self.auth = Auth::Basic {
            username: username.into(),
            password: password.into(),
        };
        self
    }

    /// Acts as someone else.
    #[must_use]
    pub fn impersonate(mut self, impersonation: Impersonation) -> Self {
        self.impersonation = Some(impersonation);
        self
    }

    /// Sets the `User-Agent` of every request.
    #[must_use]
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// Limits how long a request may take.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout).filter(|timeout| !timeout.is_zero());
        self
    }

    /// Sends `qps` requests a second in the long run, and `burst` at once. Zero stands for the default,
    /// a negative rate for no limit.
    #[must_use]
    pub fn rate_limit(mut self, qps: f32, burst: u32) -> Self {
        (self.rate_limit.qps, self.rate_limit.burst) = (qps, burst);
        self
    }

    /// Asks `limiter` before each request.
    #[must_use]
    pub fn rate_limiter(mut self, limiter: Arc<dyn RateLimiter>) -> Self {
        self.rate_limit.limiter = Some(limiter);
        self
    }

    /// Tells `handler` what the server warns of.
    #[must_use]
    pub fn warning_handler(mut self, handler: impl WarningHandler) -> Self {
        self.warnings = Warnings::Handler(Arc::new(handler));
        self
    }

    /// Tells `recorder` how requests and connections fare, in numbers.
    #[must_use]
    pub fn recorder(mut self, recorder: Arc<dyn Recorder>) -> Self {
        self.metrics = Metrics::to(recorder);
        self
    }

    /// Goes by this clock and timer.
    #[must_use]
    pub fn time(mut self, time: Arc<dyn Time>) -> Self {
        self.time = TimeSource(Some(time));
        self
    }

    pub(crate) fn for_server(server: ServerUrl) -> Self {
        Self {
            server,
            tls: Tls::default(),
            auth: Auth::Anonymous,
            impersonation: None,
            default_namespace: DEFAULT_NAMESPACE.to_owned(),
            user_agent: None,
            proxies: Proxies::none(),
            compression: true,
            timeout: None,
            watch_idle_timeout: None,
            http2: Http2::default(),
            rate_limit: RateLimit::default(),
            backoff: None,
            warnings: Warnings::default(),
            metrics: Metrics::none(),
            shared: Shared::new(),
            time: TimeSource::default(),
        }
    }
}

/// The clock of a configuration, and the timer that agrees with it, if they are not the runtime's.
#[derive(Clone, Default)]
pub struct TimeSource(Option<Arc<dyn Time>>);

impl TimeSource {
    /// The clock and timer, if they were set.
    pub fn get(&self) -> Option<Arc<dyn Time>> {
        self.0.clone()
    }
}

impl fmt::Debug for TimeSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Own" } else { "Runtime" })
    }
}

pub(crate) const DEFAULT_NAMESPACE: &str = "default";
