//! Running a controller: caches, then workers, then their end.

use std::future::{pending, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::task::Poll;

use pintle_cache::HandlerHandle;
use pintle_client::{Error, ErrorKind};
use pintle_meta::{Object, ObjectName};
use pintle_workqueue::WorkQueue;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

use crate::source::Feed;
use crate::worker::{AnyError, Reconcile, Worker};
use crate::writes::Writes;
use crate::{Action, Context, Controller, metrics};

impl<K: Object> Controller<K> {
    /// Starts the informers, waits until they have synced, and reconciles until `stop` ends; then waits
    /// until what runs has come to its end. What waits is not reconciled any more.
    ///
    /// ```
    /// use pintle_api::core::v1::ConfigMap;
    /// use pintle_cache::InformerFactory;
    /// use pintle_client::Error;
    /// use pintle_controller::{Action, Context, Controller};
    /// use pintle_meta::{Metadata, ObjectName};
    ///
    /// async fn reconcile(key: ObjectName, cx: Context<ConfigMap>) -> Result<Action, Error> {
    ///     match cx.object() {
    ///         Some(config_map) => println!("{key} has version {}", config_map.resource_version()),
    ///         None => println!("{key} is gone"),
    ///     }
    ///     Ok(Action::Done)
    /// }
    ///
    /// # pintle_test::block_on(async {
    /// # let cluster = pintle_test::Cluster::start().await?;
    /// # let client = cluster.client();
    /// # let stop = async {};
    /// let factory = InformerFactory::new(client);
    /// let config_maps = factory.informer::<ConfigMap>();
    /// Controller::new("config-maps", &config_maps).run_until(stop, reconcile).await?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    ///
    /// State that reconciles share is brought by the closure:
    /// `move |key, cx| websites.clone().reconcile(key, cx)`, with an `Arc` and a method that takes
    /// `self: Arc<Self>`.
    ///
    /// As the work of a leader it stops when leadership ends:
    /// `election.run_until(stop, |lead| controller.run_until(async move { lead.ended().await }, …))`.
    ///
    /// # Cancel safety
    /// When the future is dropped, the reconciles that run are dropped, wherever they are.
    ///
    /// # Errors
    /// When an informer does not sync in time, with what went wrong with it last; when one has stopped.
    pub async fn run_until<F, E>(
        self,
        stop: impl Future<Output = ()>,
        reconcile: impl Fn(ObjectName, Context<K>) -> F + Send + Sync + 'static,
    ) -> Result<(), Error>
    where
        F: Future<Output = Result<Action, E>> + Send + 'static,
        E: Into<AnyError>,
    {
        let reconcile: Arc<Reconcile<K>> = Arc::new(move |key, context| {
            let reconcile = reconcile(key, context);
            Box::pin(async move { reconcile.await.map_err(Into::into) })
        });
        self.run(stop, reconcile).await
    }

    async fn run(
        self,
        stop: impl Future<Output = ()>,
        reconcile: Arc<Reconcile<K>>,
    ) -> Result<(), Error> {
        let health = self.health.clone();
        let phase = health.begin();
        let mut stop = pin!(stop);
        let queue = WorkQueue::builder(&self.name, self.time.clone())
            .by_priority()
            .limiter(self.limiter)
            .metrics(self.metrics.clone())
            .build();
        let mut handlers = Vec::new();
        for feed in &self.feeds {
            handlers.push(feed.attach(&self.name, &queue)?);
            feed.start();
        }
        let deadline = self.time.now() + self.sync_timeout;
        tokio::select! {
            biased;
            () = &mut stop => return Ok(()),
            synced = synced(&handlers) => synced?,
            () = self.time.sleep_until(deadline) => {
                let message = unsynced(&self.feeds, self.sync_timeout);
                return Err(Error::with_message(ErrorKind::DeadlineExceeded, message));
            }
        }

        self.metrics
            .record(&metrics::WORKERS, &[&self.name], self.workers as f64);
        let (stopping, stops) = watch::channel(false);
        let writes = Arc::new(Writes::new(self.feeds.clone()));
        let active = Arc::new(AtomicU32::new(0));
        let mut workers = JoinSet::new();
        for _ in 0..self.workers {
            let worker = Worker {
                name: self.name.clone(),
                queue: queue.clone(),
                reconcile: reconcile.clone(),
                lister: self.informer.lister(),
                writes: writes.clone(),
                stopping: stops.clone(),
                timeout: self.reconcile_timeout,
                longest_wait: self.longest_wait,
                metrics: self.metrics.clone(),
                active: active.clone(),
                time: self.time.clone(),
            };
            workers.spawn(worker.run());
        }
        phase.running();
        tracing::info!(
            controller = &*self.name,
            workers = self.workers,
            "reconciling"
        );
        let outcome = tokio::select! {
            biased;
            () = &mut stop => Ok(()),
            informer = any_stopped(&self.feeds) => {
                let message = format!("the informer of {informer} has stopped");
                Err(Error::with_message(ErrorKind::Misuse, message))
            }
            // Workers do not end before they are told to, unless something is wrong with them.
            Some(ended) = workers.join_next() => {
                rethrow(ended);
                Ok(())
            }
            // It ends before only if nobody wants to know.
            () = async { queue.tell_unfinished().await; pending().await } => Ok(()),
        };
        stopping.send_replace(true);
        drop(handlers);
        queue.shut_down();
        while let Some(ended) = workers.join_next().await {
            rethrow(ended);
        }
        tracing::info!(controller = &*self.name, "ended");
        outcome
    }
}

/// A panic of a worker, which is not one of a reconcile, is ours, and not to be passed over.
fn rethrow(ended: Result<(), JoinError>) {
    if let Err(error) = ended
        && let Ok(panic) = error.try_into_panic()
    {
        std::panic::resume_unwind(panic);
    }
}

/// Waits until all objects with which handlers began are in the queue.
async fn synced(handlers: &[HandlerHandle]) -> Result<(), Error> {
    for handler in handlers {
        handler.wait_for_sync().await?;
    }
    Ok(())
}

/// Which informers have not synced, and what went wrong with them.
fn unsynced(feeds: &[Arc<dyn Feed>], timeout: std::time::Duration) -> String {
    let mut message = format!("not synced within {timeout:?}");
    let states = feeds.iter().map(|feed| feed.sync_state());
    for state in states.filter(|state| !state.is_synced) {
        message += &format!("; {}", state.informer);
        match state.last_problem {
            Some(problem) => message += &format!(": {problem}"),
            None => message += " has had no answer yet",
        }
    }
    message
}

/// Waits until one of the informers stops; which.
async fn any_stopped(feeds: &[Arc<dyn Feed>]) -> String {
    let mut stopped: Vec<_> = feeds.iter().map(|feed| feed.stopped()).collect();
    let which = poll_fn(|cx| {
        let mut ended = stopped.iter_mut();
        match ended.position(|stopped| stopped.as_mut().poll(cx).is_ready()) {
            Some(which) => Poll::Ready(which),
            None => Poll::Pending,
        }
    });
    feeds[which.await].sync_state().informer
}
