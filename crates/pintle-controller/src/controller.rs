//! [`Controller`], what is decided before a controller runs.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use pintle_cache::SharedInformer;
use pintle_client::RuntimeTime;
use pintle_env::{Metrics, Time};
use pintle_meta::{Lazy, Object, ObjectName, Resource};
use pintle_workqueue::{Exponential, Limiter};

use crate::owner::controller_of;
use crate::source::Feed;
use crate::{Health, Source};

/// Calls a function, the reconcile, for each object that has changed, until it succeeds.
///
/// A reconcile is told which object it is and not what has changed: it looks at the object, and makes
/// the world as the object says. Changes that come meanwhile become one further reconcile. No object is
/// reconciled twice at a time; different ones are, by several workers. One that fails, panics or takes
/// too long is called again, later and later; so is one that asks for it.
///
/// What changes comes from informers: of the controller's own kind, of what its objects
/// [own](Self::owns), of whatever it [watches](Self::watches).
///
/// controller-runtime's `Controller` and its builder.
#[must_use = "a controller does nothing until it runs"]
pub struct Controller<K> {
    pub(crate) name: Arc<str>,
    pub(crate) informer: SharedInformer<K>,
    pub(crate) feeds: Vec<Arc<dyn Feed>>,
    pub(crate) workers: usize,
    pub(crate) limiter: Box<dyn Limiter<ObjectName>>,
    pub(crate) reconcile_timeout: Option<Duration>,
    pub(crate) sync_timeout: Duration,
    pub(crate) longest_wait: Duration,
    pub(crate) metrics: Metrics,
    pub(crate) time: Arc<dyn Time>,
    pub(crate) health: Health,
}

impl<K: Object> Controller<K> {
    /// A controller of the objects of an informer. The name is that of its metrics, spans and messages.
    ///
    /// It is to be made within a runtime that has a timer.
    pub fn new(name: &str, source: impl Into<Source<K>>) -> Self {
        let source = source.into();
        let informer = source.informer.clone();
        let own = source.feed(|object, add| add(object.key()));
        Self {
            name: name.into(),
            informer,
            feeds: vec![own],
            workers: 4,
            limiter: Box::new(Exponential::new(SHORTEST, LONGEST)),
            reconcile_timeout: None,
            sync_timeout: Duration::from_secs(120),
            longest_wait: Duration::from_secs(10),
            metrics: Metrics::none(),
            time: Arc::new(RuntimeTime::new()),
            health: Health::default(),
        }
    }

    /// A change of one of these objects is worth a reconcile of the object that controls it: that is
    /// named as controller among its owners (see [`own`](crate::own)).
    pub fn owns<D: Object>(mut self, source: impl Into<Source<D>>) -> Self
    where
        K: Resource,
    {
        let feed = source.into().feed(|dependent, add| {
            if let Some(owner) = controller_of::<K, D>(dependent) {
                add(owner);
            }
        });
        self.feeds.push(feed);
        self
    }

    /// A change of one of these objects is worth a reconcile of those whose keys `map` names. It is asked
    /// about the state before the change and about the state after it.
    ///
    /// ```
    /// use pintle_api::apps::v1::Deployment;
    /// use pintle_api::core::v1::ConfigMap;
    /// use pintle_cache::SharedInformer;
    /// use pintle_controller::Controller;
    /// use pintle_meta::{Metadata, ObjectName};
    ///
    /// # fn example(deployments: &SharedInformer<Deployment>, config_maps: &SharedInformer<ConfigMap>) {
    /// let controller = Controller::new("web", deployments).watches(config_maps, |map| {
    ///     let user = map.label("used-by")?;
    ///     Some(ObjectName::new(map.namespace(), user))
    /// });
    /// # let _ = controller;
    /// # }
    /// ```
    pub fn watches<W: Object, I: IntoIterator<Item = ObjectName>>(
        mut self,
        source: impl Into<Source<W>>,
        map: impl Fn(&Lazy<W>) -> I + Send + Sync + 'static,
    ) -> Self {
        let feed = source.into().feed(move |object, add| {
            map(object).into_iter().for_each(add);
        });
        self.feeds.push(feed);
        self
    }

    /// How many objects are reconciled at a time. The default is 4: one reconcile that waits does not
    /// keep all others waiting; more put more load on the server. controller-runtime's default is 1.
    pub fn workers(mut self, workers: usize) -> Self {
        self.workers = workers.max(1);
        self
    }

    /// How long an object waits that is to be reconciled again after a failure. The default is that of
    /// controller-runtime: 5 ms, twice as long each time, 1000 s at most.
    pub fn limiter(mut self, limiter: impl Limiter<ObjectName>) -> Self {
        self.limiter = Box::new(limiter);
        self
    }

    /// How long a reconcile may take: it is dropped then, wherever it is, and counts as failed. The
    /// default is no limit, as requests have limits of their own.
    pub fn reconcile_timeout(mut self, timeout: Duration) -> Self {
        self.reconcile_timeout = Some(timeout);
        self
    }

    /// How long it may take until the caches have synced. The default is two minutes, as in
    /// controller-runtime; a controller that cannot list something forever does not look as if it worked.
    pub fn sync_timeout(mut self, timeout: Duration) -> Self {
        self.sync_timeout = timeout;
        self
    }

    /// How long a reconcile waits at most for the caches to have what the one before has
    /// [written](crate::Context::wrote). The default is ten seconds.
    pub fn longest_wait(mut self, wait: Duration) -> Self {
        self.longest_wait = wait;
        self
    }

    /// Where the controller and its queue tell how they fare, under the names that controller-runtime
    /// gives (`controller_runtime_reconcile_total`, `workqueue_depth`, …). Nowhere by default.
    pub fn metrics(mut self, metrics: Metrics) -> Self {
        self.metrics = metrics;
        self
    }

    /// The clock to go by. The default is the runtime's.
    pub fn time(mut self, time: Arc<dyn Time>) -> Self {
        self.time = time;
        self
    }

    /// Whether it runs, for the readiness of the program; true for as long as it does.
    pub fn health(&self) -> Health {
        self.health.clone()
    }
}

impl<K> fmt::Debug for Controller<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Controller")
            .field("name", &self.name)
            .field("informer", &self.informer)
            .field("sources", &self.feeds.len())
            .field("workers", &self.workers)
            .finish_non_exhaustive()
    }
}

/// As controller-runtime.
const SHORTEST: Duration = Duration::from_millis(5);
const LONGEST: Duration = Duration::from_secs(1000);
