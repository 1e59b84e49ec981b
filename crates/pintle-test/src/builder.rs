//! [`ClusterBuilder`], what is decided before a cluster starts.

use std::fmt;

use pintle_apiserver::{ApiServer, ApiServerBuilder, Authorizer, Faults, HistoryLimits, User};
use pintle_codec::Format;
use pintle_env::{ManualClock, SeededRandom};
use pintle_meta::Resource;

use crate::{Cluster, Error};

/// What is decided before a cluster starts. Everything has a default.
#[must_use = "a builder does nothing until it is started"]
pub struct ClusterBuilder {
    server: ApiServerBuilder,
    is_local: bool,
    clock: Option<ManualClock>,
    fault: Option<Error>,
}

impl ClusterBuilder {
    pub(crate) fn new() -> Self {
        Self {
            server: ApiServer::builder(),
            is_local: false,
            clock: None,
            fault: None,
        }
    }

    /// Objects that the cluster starts with, as YAML documents or JSON; lists are taken apart. An
    /// object is as it says, its uid and its status included, so that what `kubectl get -o yaml` says
    /// of another cluster can be loaded. Namespaces must be among them, but for `default` and those
    /// of `kube-`; an object that has to have one and names none is in `default`.
    ///
    /// ```
    /// # fn main() -> Result<(), pintle_test::Error> {
    /// # pintle_test::block_on(async {
    /// let cluster = pintle_test::Cluster::builder()
    ///     .seed("{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {mode: fast}}")
    ///     .start()
    ///     .await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn seed(mut self, objects: impl Into<String>) -> Self {
        self.server = self.server.seed(objects);
        self
    }

    /// An object that the cluster starts with, as it is.
    pub fn object<K: Resource>(mut self, object: &K) -> Self {
        let mut json = Vec::new();
        match object.encode(Format::Json, &mut json) {
            Ok(()) => self.seed(String::from_utf8_lossy(&json)),
            Err(error) => {
                self.fault.get_or_insert(Error::seed(error));
                self
            }
        }
    }

    /// A bearer token that the cluster knows, and whose it is.
    pub fn token(mut self, token: &str, user: User) -> Self {
        self.server = self.server.token(token, user);
        self
    }

    /// Who decides what users may do. Default: whoever was authenticated may do anything.
    pub fn authorizer(mut self, authorizer: impl Authorizer) -> Self {
        self.server = self.server.authorizer(authorizer);
        self
    }

    /// How much history is kept of each resource, for watches and continued lists.
    pub fn history(mut self, limits: HistoryLimits) -> Self {
        self.server = self.server.history(limits);
        self
    }

    /// Turns built-in APIs on or off, as kube-apiserver's `--runtime-config`: `api/all`, `api/beta`, a
    /// version as `batch/v1`, or a resource of one as `batch/v1/cronjobs`. Default: what is on in a
    /// kube-apiserver.
    ///
    /// ```
    /// # fn main() -> Result<(), pintle_test::Error> {
    /// # pintle_test::block_on(async {
    /// use pintle_test::meta::GroupVersion;
    ///
    /// let cluster = pintle_test::Cluster::builder()
    ///     .runtime_config("resource.k8s.io/v1beta1", true)
    ///     .start()
    ///     .await?;
    /// let version = GroupVersion::new("resource.k8s.io", "v1beta1");
    /// let claims = cluster.client().rest(&version).get().resource("resourceclaims");
    /// assert_eq!(claims.send().await?.status_code(), 200);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn runtime_config(mut self, key: &str, enabled: bool) -> Self {
        self.server = self.server.runtime_config(key, enabled);
        self
    }

    /// Time stands still for the cluster unless a test [moves](Cluster::advance) it, and what it leaves to
    /// chance is the same in every run. It is 2026-01-01T00:00:00Z at first. Default: the system's time, and
    /// real chance.
    ///
    /// The time of clients stays their own: what they wait for by their own clocks, they wait for.
    ///
    /// ```
    /// # fn main() -> Result<(), pintle_test::Error> {
    /// # pintle_test::block_on(async {
    /// use std::time::Duration;
    /// use pintle_test::meta::GroupVersion;
    ///
    /// let cluster = pintle_test::Cluster::builder().simulated_clock().start().await?;
    /// cluster.advance(Duration::from_secs(60 * 60));
    /// let core = cluster.client().rest(&GroupVersion::core("v1"));
    /// let body = r#"{"metadata":{"name":"late"}}"#;
    /// let created = core
    ///     .post()
    ///     .resource("namespaces")
    ///     .body_bytes("application/json", body)
    ///     .send()
    ///     .await?;
    /// let created = String::from_utf8_lossy(created.raw()).into_owned();
    /// assert!(created.contains(r#""creationTimestamp":"2026-01-01T01:00:00Z""#));
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn simulated_clock(mut self) -> Self {
        self.clock = Some(ManualClock::new());
        self
    }

    /// Listens nowhere: only clients of this process, from [`Cluster::client`], reach the cluster.
    /// Default: it listens on a free port of `127.0.0.1`, where kubectl and every other client can
    /// reach it, over TLS.
    pub fn in_process(mut self) -> Self {
        self.is_local = true;
        self
    }

    /// Starts the cluster. It answers once this returns.
    ///
    /// # Errors
    ///
    /// When an object that it is to start with is refused, or the system gives it no port or no random
    /// numbers.
    ///
    /// # Cancel safety
    ///
    /// Dropping this starts nothing.
    pub async fn start(self) -> Result<Cluster, Error> {
        let Self {
            mut server,
            is_local,
            clock,
            fault,
        } = self;
        if let Some(error) = fault {
            return Err(error);
        }
        if is_local {
            server = server.in_process();
        }
        if let Some(clock) = &clock {
            server = server.time(clock.clone()).random(SeededRandom::new(SEED));
        }
        let faults = Faults::new();
        let server = server.faults(&faults).start().await?;
        Cluster::new(server, faults, clock)
    }
}

impl fmt::Debug for ClusterBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClusterBuilder")
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}

/// Any number is as good.
const SEED: u64 = 1;
