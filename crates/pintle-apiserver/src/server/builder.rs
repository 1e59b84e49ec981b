//! [`ApiServer`], what is decided before a server starts.

use std::{
    fmt,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use pintle_env::{Clock, Random, SystemRandom, Timer};
use tokio::{net::TcpListener, sync::Semaphore, task::JoinSet};

use super::{
    RunningServer, StartError,
    connection::{STRANGERS, Shared},
    kubeconfig::kubeconfig,
    listener::listen,
    time::SystemTime,
    tls::Credentials,
};
use crate::{
    Authorizer, HistoryLimits, User,
    authn::{Authenticator, BearerTokens, ServiceAccountTokens},
    authz::AllowAll,
    bootstrap, controllers,
    http::{Api, Security},
    proxy::{KubeletClient, KubeletTls},
    registry::Registry,
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
/// println!("https://{}", server.address());
/// server.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct ApiServer(());

/// What is decided before a server starts. Everything has a default.
#[must_use = "a builder does nothing until it is started"]
pub struct ApiServerBuilder {
    listen: SocketAddr,
    history: HistoryLimits,
    clock: Arc<dyn Clock>,
    timer: Arc<dyn Timer>,
    random: Arc<dyn Random>,
    tokens: BearerTokens,
    authorizer: Arc<dyn Authorizer>,
    kubelet_authority: Option<String>,
    kubelet_client: Option<(String, String)>,
}

impl ApiServer {
    /// A server that listens on a free port of `127.0.0.1`, with the system's time and randomness.
    pub fn builder() -> ApiServerBuilder {
        let time = Arc::new(SystemTime::default());
        ApiServerBuilder {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            history: HistoryLimits::default(),
            clock: time.clone(),
            timer: time,
            random: Arc::new(SystemRandom),
            tokens: BearerTokens::default(),
            authorizer: Arc::new(AllowAll),
            kubelet_authority: None,
            kubelet_client: None,
        }
    }
}

impl ApiServerBuilder {
    /// The address to listen on; port 0 is any free one. Default: `127.0.0.1:0`.
    ///
    /// Whoever can reach another address than a loopback one can try to connect; without a client
    /// certificate of the server's own authority nobody gets more than a 401. At most 100 connections
    /// at a time are without such a certificate; more are closed.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// How much history is kept of each resource, for watches and continued lists.
    pub fn history(mut self, limits: HistoryLimits) -> Self {
        self.history = limits;
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

    /// Starts the server. It answers once this returns.
    ///
    /// # Errors
    ///
    /// When the address cannot be listened on, the certificates cannot be made, or those for kubelets
    /// are none.
    ///
    /// # Cancel safety
    ///
    /// Dropping this starts nothing.
    pub async fn start(self) -> Result<RunningServer, StartError> {
        let listener = TcpListener::bind(self.listen).await;
        let listener = listener.map_err(|error| StartError::listen(self.listen, error))?;
        let address = listener.local_addr();
        let address = address.map_err(|error| StartError::listen(self.listen, error))?;
        let credentials = Credentials::generate(address.ip(), self.clock.timestamp())?;
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
        let registry = Registry::new(self.history, self.clock.clone(), self.random.clone());
        let registry = Arc::new(registry);
        bootstrap::start_cluster(&registry);
        let accounts = ServiceAccountTokens::new(&reachable(address).to_string());
        let accounts = accounts.map_err(StartError::certificates)?;
        let authenticator = Authenticator::new(self.tokens, accounts, registry.clone());
        let (trigger, shutdown) = ShutdownTrigger::new();
        let shared = Arc::new(Shared {
            api: Arc::new(Api::new(
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
            )),
            acceptor: credentials.acceptor,
            clients: credentials.clients,
            clock: self.clock.clone(),
            timer: self.timer.clone(),
            strangers: Semaphore::new(STRANGERS),
        });
        let metrics = shared.api.metrics().clone();
        let (mut controllers, mut listening) = (JoinSet::new(), JoinSet::new());
        controllers.spawn(controllers::empty_namespaces(
            registry.clone(),
            shutdown.clone(),
        ));
        controllers.spawn(controllers::expire_history(
            registry,
            self.clock,
            self.timer,
            shutdown.clone(),
        ));
        listening.spawn(listen(shared, listener, shutdown));
        Ok(RunningServer {
            metrics,
            kubeconfig: kubeconfig(
                reachable(address),
                &credentials.authority_pem,
                &credentials.admin,
            ),
            address,
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

/// An address by which this machine reaches itself.
fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        (Ipv4Addr::LOCALHOST, address.port()).into()
    } else {
        address
    }
}
