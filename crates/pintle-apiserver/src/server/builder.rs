//! [`ApiServer`], what is decided before a server starts.

use std::{
    fmt,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use pintle_env::{Clock, Random, SystemRandom, Timer};
use tokio::{
    net::TcpListener,
    sync::{Notify, Semaphore, mpsc},
    task::JoinSet,
};

use super::{
    Connector, RunningServer, StartError,
    connection::{STRANGERS, Shared},
    kubeconfig::kubeconfig,
    listener::listen,
    time::SystemTime,
    tls::Credentials,
};
use crate::{
    Authorizer, Faults, HistoryLimits, User,
    authn::{Authenticator, BearerTokens, ServiceAccountTokens},
    authz::AllowAll,
    bootstrap,
    controllers::{self, Collector, Furnishing},
    http::{Api, Flights, Security},
    proxy::{KubeletClient, KubeletTls},
    registry::{Registry, RuntimeConfig},
    shutdown::ShutdownTrigger,
};

/// An API server, from where it is configured to where it runs.
///
/// ```
/// # #[tokio::main]
/// # async fn main() -> Result<(), pintle_apiserver::StartError> {
/// use pintle_apiserver::ApiServer;
///
/// let server = ApiServer::builder().start().await?;
/// println!("{:?}", server.address());
/// server.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct ApiServer(());

/// What is decided before a server starts. Everything has a default.
#[must_use = "a builder does nothing until it is started"]
pub struct ApiServerBuilder {
    listen: Option<SocketAddr>,
    history: HistoryLimits,
    event_ttl: Duration,
    clock: Arc<dyn Clock>,
    timer: Arc<dyn Timer>,
    random: Arc<dyn Random>,
    tokens: BearerTokens,
    authorizer: Arc<dyn Authorizer>,
    kubelet_authority: Option<String>,
    kubelet_client: Option<(String, String)>,
    seeds: Vec<String>,
    faults: Option<Faults>,
    runtime_config: RuntimeConfig,
    flights: Flights,
}

impl ApiServer {
    /// A server that listens on a free port of `127.0.0.1`, with the system's time and randomness.
    pub fn builder() -> ApiServerBuilder {
        let time = Arc::new(SystemTime::default());
        ApiServerBuilder {
            listen: Some((Ipv4Addr::LOCALHOST, 0).into()),
            history: HistoryLimits::default(),
            event_ttl: EVENT_TTL,
            clock: time.clone(),
            timer: time,
            random: Arc::new(SystemRandom),
            tokens: BearerTokens::default(),
            authorizer: Arc::new(AllowAll),
            kubelet_authority: None,
            kubelet_client: None,
            seeds: Vec::new(),
            faults: None,
            runtime_config: RuntimeConfig::default(),
            flights: Flights::default(),
        }
    }
}

impl ApiServerBuilder {
    /// The address to listen on; port 0 is any free one. Default: `127.0.0.1:0`.
    ///
    /// Whoever can reach another address than a loopback one can try to connect; without a client
    /// certificate of the server's own authority, or a token that it knows, nobody gets more than a
    /// 401. At most 100 connections at a time are of clients that have shown neither; more are
    /// closed.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = Some(address);
        self
    }

    /// Listens nowhere: the server is reached from this process only, through its
    /// [`Connector`](super::Connector).
    pub fn in_process(mut self) -> Self {
        self.listen = None;
        self
    }

    /// How much history is kept of each resource, for watches and continued lists.
    pub fn history(mut self, limits: HistoryLimits) -> Self {
        self.history = limits;
        self
    }

    /// How long an Event stays after it was last written, as kube-apiserver's `--event-ttl`. Default:
    /// an hour.
    pub fn event_ttl(mut self, ttl: Duration) -> Self {
        self.event_ttl = ttl;
        self
    }

    /// The time that the server goes by: what it writes into objects, and how long watches, waits
    /// and history last. Default: the system's.
    pub fn time(mut self, time: impl Clock + Timer) -> Self {
        let time = Arc::new(time);
        self.clock = time.clone();
        self.timer = time;
        self
    }

    /// Where uids, generated names and the lifetimes of watches come from. Keys always come from the
    /// system. Default: the system's.
    pub fn random(mut self, random: impl Random) -> Self {
        self.random = Arc::new(random);
        self
    }

    /// A bearer token that the server knows, and whose it is.
    pub fn token(mut self, token: &str, user: User) -> Self {
        self.tokens.add(token, user);
        self
    }

    /// Who decides what users may do. Default: whoever was authenticated may do anything.
    pub fn authorizer(mut self, authorizer: impl Authorizer) -> Self {
        self.authorizer = Arc::new(authorizer);
        self
    }

    /// Authorities, as PEM, one of which must have signed the certificate of a kubelet before logs,
    /// commands, attachments or ports of its pods are asked for.
    ///
    /// Default: none, and whoever is at a node's address is taken for its kubelet, as by a
    /// kube-apiserver without `--kubelet-certificate-authority`.
    pub fn kubelet_certificate_authority(mut self, pem: impl Into<String>) -> Self {
        self.kubelet_authority = Some(pem.into());
        self
    }

    /// The certificate, with its chain, and the private key that are shown to kubelets, as PEM.
    ///
    /// Default: ones of the server's own authority, which the kubeconfig names, for the user
    /// `kube-apiserver-kubelet-client`.
    pub fn kubelet_client_certificate(
        mut self,
        certificate: impl Into<String>,
        key: impl Into<String>,
    ) -> Self {
        self.kubelet_client = Some((certificate.into(), key.into()));
        self
    }

    /// Objects that the server starts with, as YAML documents or JSON; lists are taken apart. Namespaces
    /// are created first, whatever the order. An object is as it says, with the uid, the date of
    /// creation and the status that it has, so that what was read from another cluster keeps its
    /// owners; only its resource version is the server's own. As in any cluster, an object whose owners
    /// do not exist is deleted: they are to be among the seeds, or not to be named. Fields that are misspelled are an error.
    pub fn seed(mut self, objects: impl Into<String>) -> Self {
        self.seeds.push(objects.into());
        self
    }

    /// How many requests that only read, and how many others, are answered at a time; zero for any
    /// number. More are answered 429 with `Retry-After`. Watches and what is passed through are not
    /// counted, and `system:masters` always get an answer. Default: 400 and 200, as by kube-apiserver's
    /// `--max-requests-inflight` and `--max-mutating-requests-inflight`.
    pub fn requests_in_flight(mut self, reading: usize, writing: usize) -> Self {
        self.flights = Flights::new(reading, writing);
        self
    }

    /// What goes wrong in the server, and what counts the requests that it gets. Default: nothing.
    pub fn faults(mut self, faults: &Faults) -> Self {
        self.faults = Some(faults.clone());
        self
    }

    /// Turns built-in APIs on or off, as kube-apiserver's `--runtime-config`: `apps/v1` a version,
    /// `batch/v1/cronjobs` a resource, `/v1/pods` one of the core group, `api/all` all versions,
    /// `api/ga`, `api/beta` and `api/alpha` those that have come as far. What is nearest to a resource
    /// counts. Default: what is on in a kube-apiserver, which is what is stable.
    ///
    /// What is stored is the same for all versions of a resource.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), pintle_apiserver::StartError> {
    /// use pintle_apiserver::ApiServer;
    ///
    /// let server = ApiServer::builder().runtime_config("api/beta", true).start().await?;
    /// # server.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    pub fn runtime_config(mut self, key: &str, enabled: bool) -> Self {
        self.runtime_config.set(key, enabled);
        self
    }

    /// Starts the server. It answers once this returns.
    ///
    /// # Errors
    ///
    /// When the address cannot be listened on, the certificates cannot be made, those for kubelets
    /// are none, an API that is to be turned on or off is not known, or an object that the server is to
    /// start with is refused.
    ///
    /// # Cancel safety
    ///
    /// Dropping this starts nothing.
    pub async fn start(self) -> Result<RunningServer, StartError> {
        let check = self.runtime_config.check();
        check.map_err(StartError::runtime_config)?;
        let (listener, address) = match self.listen {
            Some(address) => bind(address).await.map(|(listener, address)| {
                let address = reachable(address);
                (Some(listener), Some(address))
            })?,
            None => (None, None),
        };
        let credentials = Credentials::generate(address.map(|address| address.ip()))?;
        let own = || {
            let own = &credentials.kubelets;
            let pem = (own.certificate_pem(), own.private_key_pem());
            (pem.0.to_owned(), pem.1.to_owned())
        };
        let (certificate, key) = self.kubelet_client.unwrap_or_else(own);
        let kubelets = KubeletTls::new(&KubeletClient {
            certificate,
            key,
            authority: self.kubelet_authority,
        });
        let kubelets = kubelets.map_err(StartError::kubelets)?;
        let registry = Registry::serving(
            &self.runtime_config,
            self.history,
            self.clock.clone(),
            self.random.clone(),
        );
        let registry = Arc::new(registry);
        bootstrap::start_cluster(&registry, &self.seeds).map_err(StartError::seed)?;
        let authority = credentials.authority;
        let port = address.map_or(PORT, |address| address.port());
        let pem = authority.certificate_pem();
        let mut furnishing = Furnishing::new(registry.clone(), pem, address.map(|a| a.ip()), port);
        if let Some(furnishing) = &mut furnishing {
            furnishing.put();
            bootstrap::begin_history(&registry);
        }
        let host = address.map_or_else(|| WITHIN.to_owned(), |address| address.to_string());
        let accounts = ServiceAccountTokens::new(&host).map_err(StartError::certificates)?;
        let authenticator = Authenticator::new(self.tokens, accounts, registry.clone());
        let (trigger, shutdown) = ShutdownTrigger::new();
        let api = Api::new(
            registry.clone(),
            self.clock.clone(),
            self.timer.clone(),
            self.random,
            shutdown.clone(),
            Security {
                authenticator,
                authorizer: self.authorizer,
                kubelets,
            },
        );
        let shared = Arc::new(Shared {
            api: Arc::new(api.with_flights(self.flights).with_faults(self.faults)),
            acceptor: credentials.acceptor,
            clients: credentials.clients,
            clock: self.clock.clone(),
            timer: self.timer.clone(),
            strangers: Arc::new(Semaphore::new(STRANGERS)),
            cut: Notify::new(),
        });
        let metrics = shared.api.metrics().clone();
        let (opened, local) = mpsc::channel(LOCAL);
        let (mut controllers, mut listening) = (JoinSet::new(), JoinSet::new());
        controllers.spawn(controllers::empty_namespaces(
            registry.clone(),
            self.clock.clone(),
            self.timer.clone(),
            shutdown.clone(),
        ));
        let collector = Collector::new(registry.clone());
        controllers.spawn(collector.run(shutdown.clone()));
        controllers.spawn(controllers::expire_events(
            registry.clone(),
            self.event_ttl,
            self.clock.clone(),
            self.timer.clone(),
            shutdown.clone(),
        ));
        controllers.spawn(controllers::expire_history(
            registry.clone(),
            self.clock,
            self.timer,
            shutdown.clone(),
        ));
        if let Some(furnishing) = furnishing {
            controllers.spawn(furnishing.keep(shutdown.clone()));
        }
        listening.spawn(listen(shared.clone(), listener, local, shutdown));
        Ok(RunningServer {
            metrics,
            kubeconfig: address.map(|address| {
                kubeconfig(address, authority.certificate_pem(), &credentials.admin)
            }),
            address,
            authority,
            connector: Connector::new(opened),
            registry,
            shared,
            trigger,
            controllers,
            listener: listening,
        })
    }
}

impl fmt::Debug for ApiServerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiServerBuilder")
            .field("listen", &self.listen)
            .field("history", &self.history)
            .finish_non_exhaustive()
    }
}

async fn bind(wanted: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |error| StartError::listen(wanted, error);
    let listener = TcpListener::bind(wanted).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

/// An address by which this machine reaches itself.
fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        (Ipv4Addr::LOCALHOST, address.port()).into()
    } else {
        address
    }
}

/// As kube-apiserver.
const EVENT_TTL: Duration = Duration::from_secs(60 * 60);
/// The host and the port of a server that listens nowhere.
const PORT: u16 = 6443;
const WITHIN: &str = "kubernetes.default.svc";
/// The connections from this process that may wait to be taken.
const LOCAL: usize = 64;
