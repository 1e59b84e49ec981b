//! [`Cluster`], a cluster that runs.

use std::fmt;
use std::time::Duration;

use pintle_apiserver::{Fault, Faults, Requests, RunningServer, User};
use pintle_client::Client;
use pintle_config::{Config, Pem};
use pintle_env::ManualClock;
use pintle_transport::Transport;

use crate::{ClusterBuilder, Error};

/// A Kubernetes API server in this process, as clients see it: a cluster without nodes.
///
/// Dropping it ends it at once, with all its connections; [`Cluster::shutdown`] waits until everything
/// that is being answered has been.
#[must_use = "dropping it ends the cluster"]
pub struct Cluster {
    server: RunningServer,
    faults: Faults,
    clock: Option<ManualClock>,
    client: Client,
}

impl Cluster {
    /// Starts a cluster that listens on a free port of `127.0.0.1`. It answers once this returns.
    ///
    /// # Errors
    ///
    /// When the system gives it no port or no random numbers.
    ///
    /// # Cancel safety
    ///
    /// Dropping this starts nothing.
    pub async fn start() -> Result<Self, Error> {
        Self::builder().start().await
    }

    /// For a cluster with options.
    pub fn builder() -> ClusterBuilder {
        ClusterBuilder::new()
    }

    pub(crate) fn new(
        server: RunningServer,
        faults: Faults,
        clock: Option<ManualClock>,
    ) -> Result<Self, Error> {
        let client = client(&server, "admin", &[User::MASTERS])?;
        Ok(Self {
            server,
            faults,
            clock,
            client,
        })
    }

    /// A client of the administrator, who may do everything. Clones share its connections.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// A client, with connections of its own, of a user in these groups, besides
    /// `system:authenticated`.
    ///
    /// # Errors
    ///
    /// When the user's or a group's name is empty.
    pub fn client_as(&self, user: &str, groups: &[&str]) -> Result<Client, Error> {
        client(&self.server, user, groups)
    }

    /// A client, with connections of its own, that shows a bearer token: one that the cluster was
    /// [given](ClusterBuilder::token), or a service account's. With another it is nobody, and is told
    /// so.
    ///
    /// # Errors
    ///
    /// When the token cannot be sent in a header.
    pub fn client_with_token(&self, token: &str) -> Result<Client, Error> {
        let config = match self.server.address() {
            Some(_) => config(&self.server)?,
            None => local_config()?,
        };
        let config = config.bearer_token(token);
        let builder = Transport::builder(&config);
        let transport = match self.server.address() {
            Some(_) => builder.build(),
            None => {
                let connector = self.server.connector().clone().nobody();
                let connect = move || {
                    let connector = connector.clone();
                    async move { connector.connect().await }
                };
                builder.connect_with(connect).build()
            }
        };
        from_transport(transport, &config)
    }

    /// A kubeconfig of the administrator, in YAML, for kubectl or any other client. It holds a private
    /// key, which is good for this cluster only.
    ///
    /// # Panics
    ///
    /// If the cluster is [in this process only](ClusterBuilder::in_process).
    pub fn kubeconfig(&self) -> &str {
        self.server.kubeconfig().expect(NO_PORT)
    }

    /// The configuration of the administrator's client, to be changed before a client is made of it.
    ///
    /// # Panics
    ///
    /// If the cluster is [in this process only](ClusterBuilder::in_process).
    pub fn config(&self) -> Result<Config, Error> {
        assert!(self.server.address().is_some(), "{NO_PORT}");
        authenticated(&self.server, "admin", &[User::MASTERS])
    }

    /// Where the cluster listens: `https://127.0.0.1:PORT`.
    ///
    /// # Panics
    ///
    /// If the cluster is [in this process only](ClusterBuilder::in_process).
    pub fn url(&self) -> String {
        let address = self.server.address().expect(NO_PORT);
        format!("https://{address}")
    }

    /// Lets time pass for the cluster: what waits for it goes on, such as watches that end, Events that
    /// expire and history that is forgotten. What comes of it, comes of it soon, not before this
    /// returns.
    ///
    /// # Panics
    ///
    /// If the cluster was started without a [simulated clock](ClusterBuilder::simulated_clock).
    pub fn advance(&self, by: Duration) {
        let clock = self.clock.as_ref();
        let clock = clock.expect("time is moved where it was started with simulated_clock()");
        clock.advance(by);
    }

    /// The clock of the cluster, if it is [simulated](ClusterBuilder::simulated_clock).
    pub fn clock(&self) -> Option<&ManualClock> {
        self.clock.as_ref()
    }

    /// Lets something go wrong from now on.
    pub fn inject(&self, fault: Fault) {
        self.faults.inject(fault);
    }

    /// Lets nothing go wrong any more.
    pub fn clear_faults(&self) {
        self.faults.clear();
    }

    /// How many such requests have come, answered or not.
    pub fn count(&self, requests: &Requests) -> u64 {
        self.faults.count(requests)
    }

    /// Ends watches that are being served, as if their time was over.
    pub fn end_watches(&self, watches: &Requests) {
        self.faults.end_watches(watches);
    }

    /// Forgets all history, as etcd's compaction does: watches and continued lists that are to begin
    /// or to go on at an older resource version are told so (410 Expired). Watches that are being
    /// served go on.
    pub fn compact(&self) {
        self.server.compact();
    }

    /// Breaks all connections that there are, without a word to anybody.
    pub fn disconnect(&self) {
        self.server.disconnect();
    }

    /// Ends the cluster, and waits until nothing of it is left. Requests that are being answered have
    /// five seconds to come to their end.
    ///
    /// # Cancel safety
    ///
    /// Dropping this ends the cluster at once.
    pub async fn shutdown(self) {
        // Its own connections are not waited for.
        drop(self.client);
        self.server.shutdown().await;
    }
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster")
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}

/// A client of a user, who shows a certificate if there is a port.
fn client(server: &RunningServer, user: &str, groups: &[&str]) -> Result<Client, Error> {
    if server.address().is_some() {
        return Ok(Client::new(&authenticated(server, user, groups)?)?);
    }
    let groups = groups.iter().copied();
    let user = groups.fold(User::new(user), User::group);
    let connector = server.connector().clone().user(user);
    let config = local_config()?;
    let transport = Transport::builder(&config).connect_with(move || {
        let connector = connector.clone();
        async move { connector.connect().await }
    });
    from_transport(transport.build(), &config)
}

fn from_transport(
    transport: Result<Transport, pintle_transport::Error>,
    config: &Config,
) -> Result<Client, Error> {
    let transport = transport.map_err(pintle_client::Error::from)?;
    Ok(Client::from_transport(transport, &config.default_namespace))
}

fn authenticated(server: &RunningServer, user: &str, groups: &[&str]) -> Result<Config, Error> {
    let identity = server.client_certificate(user, groups)?;
    let certificate = Pem::from_bytes(identity.certificate_pem());
    let key = Pem::from_bytes(identity.private_key_pem());
    Ok(config(server)?.identity(certificate, key))
}

/// How to reach a server that listens, as nobody.
fn config(server: &RunningServer) -> Result<Config, Error> {
    let address = server.address().expect(NO_PORT);
    let config = Config::new(&format!("https://{address}"));
    let config = config.map_err(pintle_client::Error::from)?;
    let authority = Pem::from_bytes(server.certificate_authority());
    Ok(unlimited(config.certificate_authority(authority)))
}

/// How to reach a server in this process, as whoever its connector says.
fn local_config() -> Result<Config, Error> {
    let config = Config::new("http://cluster.local");
    Ok(unlimited(config.map_err(pintle_client::Error::from)?))
}

/// A test is in a hurry, and its cluster is there for nobody else.
fn unlimited(config: Config) -> Config {
    config.rate_limit(-1.0, 0)
}

const NO_PORT: &str = "the cluster has a port unless it was started with in_process()";
