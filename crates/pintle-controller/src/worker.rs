//! [`Worker`], one of those who reconcile.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use pintle_cache::CacheLister;
use pintle_client::BoxFuture;
use pintle_env::{Metrics, Time};
use pintle_meta::{Object, ObjectName};
use pintle_workqueue::{Item, WorkQueue};
use tokio::sync::watch;
use tracing::Instrument as _;

use crate::contain::contain;
use crate::context::stopped;
use crate::writes::Writes;
use crate::{Action, Context, metrics};

/// Whatever a reconcile fails with.
pub(crate) type AnyError = Box<dyn StdError + Send + Sync>;

/// The program's function.
pub(crate) type Reconcile<K> =
    dyn Fn(ObjectName, Context<K>) -> BoxFuture<'static, Result<Action, AnyError>> + Send + Sync;

/// Takes keys from the queue and reconciles them, one at a time.
pub(crate) struct Worker<K> {
    pub(crate) name: Arc<str>,
    pub(crate) queue: WorkQueue<ObjectName>,
    pub(crate) reconcile: Arc<Reconcile<K>>,
    pub(crate) lister: CacheLister<K>,
    pub(crate) writes: Arc<Writes>,
    pub(crate) stopping: watch::Receiver<bool>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) longest_wait: Duration,
    pub(crate) metrics: Metrics,
    pub(crate) active: Arc<AtomicU32>,
    pub(crate) time: Arc<dyn Time>,
}

/// Why there is no action.
enum Failure {
    Failed(AnyError),
    Panicked(String),
    TimedOut(Duration),
}

impl<K: Object> Worker<K> {
    /// Works until the controller is to stop: what runs comes to its end, what waits is left.
    pub(crate) async fn run(self) {
        loop {
            let item = tokio::select! {
                biased;
                () = stopped(&self.stopping) => return,
                item = self.queue.get() => item,
            };
            let Some(item) = item else { return };
            let is_over = tokio::select! {
                biased;
                () = self.writes.seen(&item) => false,
                () = self.after(self.longest_wait) => {
                    tracing::warn!(controller = &*self.name, object = %*item,
                        "the caches do not have what was written; going on without");
                    false
                }
                () = stopped(&self.stopping) => true,
            };
            if is_over {
                return;
            }
            let span = tracing::info_span!("reconcile", controller = &*self.name, object = %*item);
            self.work(item).instrument(span).await;
        }
    }

    async fn work(&self, item: Item<'_, ObjectName>) {
        let started = self.time.now();
        self.active(1);
        let outcome = self.attempt(&item).await;
        self.active(-1);
        let took = self.time.now().saturating_since(started);
        let name = [&*self.name];
        self.metrics
            .record(&metrics::SECONDS, &name, took.as_secs_f64());
        let result = match &outcome {
            Ok(Action::Done) => "success",
            Ok(Action::RequeueAfter(_)) => "requeue_after",
            Ok(Action::Requeue) => "requeue",
            Err(_) => "error",
        };
        self.metrics
            .count(&metrics::RECONCILES, &[&self.name, result]);
        tracing::debug!(?took, result, "reconciled");
        match outcome {
            Ok(Action::Done) => item.finish(),
            Ok(Action::RequeueAfter(delay)) => item.again_after(delay),
            Ok(Action::Requeue) => item.retry(),
            Err(failure) => {
                self.tell(&failure, self.queue.requeues(&item));
                item.retry();
            }
        }
    }

    async fn attempt(&self, item: &Item<'_, ObjectName>) -> Result<Action, Failure> {
        let key = item.key().clone();
        let context = Context {
            key: key.clone(),
            lister: self.lister.clone(),
            failures: self.queue.requeues(item),
            writes: self.writes.clone(),
            stopping: self.stopping.clone(),
            time: self.time.clone(),
        };
        let reconcile = contain(async { (self.reconcile)(key, context).await });
        let outcome = match self.timeout {
            None => reconcile.await,
            Some(timeout) => tokio::select! {
                biased;
                outcome = reconcile => outcome,
                () = self.after(timeout) => return Err(Failure::TimedOut(timeout)),
            },
        };
        match outcome {
            Ok(outcome) => outcome.map_err(Failure::Failed),
            Err(panic) => Err(Failure::Panicked(panic)),
        }
    }

    fn tell(&self, failure: &Failure, failures: u32) {
        let name = [&*self.name];
        self.metrics.count(&metrics::ERRORS, &name);
        match failure {
            Failure::Failed(error) => {
                tracing::warn!(failures, "the reconcile failed: {}", Causes(&**error));
            }
            Failure::Panicked(message) => {
                self.metrics.count(&metrics::PANICS, &name);
                tracing::error!(failures, "the reconcile panicked: {message}");
            }
            Failure::TimedOut(timeout) => {
                self.metrics.count(&metrics::TIMEOUTS, &name);
                tracing::warn!(failures, "the reconcile was ended after {timeout:?}");
            }
        }
    }

    fn active(&self, change: i32) {
        let before = self
            .active
            .fetch_add(change.cast_unsigned(), Ordering::Relaxed);
        let now = before.wrapping_add_signed(change);
        self.metrics
            .record(&metrics::ACTIVE, &[&self.name], now.into());
    }

    async fn after(&self, delay: Duration) {
        self.time.sleep_until(self.time.now() + delay).await;
    }
}

/// An error and its causes, each behind a colon.
struct Causes<'a>(&'a (dyn StdError + 'static));

impl fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
