//! [`HandlerHandle`], a handler that was added, and the loop that calls it.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use pintle_cache_core::{Lag, Notice, Subscriber, Subscription};
use pintle_client::Error;
use pintle_meta::AnyObject;
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

use crate::core::{Core, Owner, STOPPED};
use crate::handler::AnyHandler;
use crate::metrics;
use crate::report::Problem;
use crate::subscribed::Subscribed;

/// A handler that was added to an informer. When it is dropped, the handler is removed; it keeps the
/// informer alive until then.
#[must_use = "dropping it removes the handler; `keep` lets it live"]
pub struct HandlerHandle {
    owner: Arc<Owner>,
    subscriber: Subscriber,
    abort: Arc<OnceLock<AbortHandle>>,
    /// Ends when the handler is not called any more.
    ended: oneshot::Receiver<()>,
    is_kept: bool,
}

impl HandlerHandle {
    pub(crate) fn new(
        owner: &Arc<Owner>,
        name: String,
        subscription: Subscription<AnyObject>,
        handler: AnyHandler,
    ) -> Result<Self, Error> {
        let (end, ended) = oneshot::channel();
        let subscriber = subscription.subscriber().clone();
        let running = Running {
            core: owner.core().clone(),
            name,
            subscription: Subscribed::new(owner.core(), subscription),
            handler,
        };
        let abort = owner.run(async move {
            running.run().await;
            // Whatever ends the task drops this.
            drop(end);
        })?;
        Ok(Self {
            owner: owner.clone(),
            subscriber,
            abort,
            ended,
            is_kept: false,
        })
    }

    /// Lets the handler live as long as the informer does.
    pub fn keep(mut self) {
        self.is_kept = true;
    }

    /// Removes the handler, and waits until it is not running any more. Not to be called by the
    /// handler itself.
    ///
    /// # Cancel safety
    /// The handler is removed in any case.
    pub async fn remove(mut self) {
        self.end();
        // An error is the end that was waited for.
        let _ = (&mut self.ended).await;
    }

    /// Whether the handler has been called with every object that was there when it was added.
    pub fn has_synced(&self) -> bool {
        self.subscriber.has_synced()
    }

    /// Waits until the handler has been called with every object that was there when it was added.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// When the informer stops before.
    pub async fn wait_for_sync(&self) -> Result<(), Error> {
        let core = self.owner.core();
        core.wait_until(|_| self.subscriber.has_synced()).await
    }

    /// What the handler has not been told yet.
    pub fn lag(&self) -> Lag {
        self.subscriber.lag()
    }

    /// How many events the handler will never be told of; see [`Handler::bounded`](crate::Handler::bounded).
    pub fn dropped(&self) -> u64 {
        self.subscriber.dropped()
    }

    /// How many events became one with a later one; see [`Handler::latest`](crate::Handler::latest).
    pub fn merged(&self) -> u64 {
        self.subscriber.merged()
    }

    fn end(&self) {
        self.owner.core().writer().unsubscribe(self.subscriber.id());
        match self.abort.get() {
            Some(running) => running.abort(),
            None => self.owner.forget(&self.abort),
        }
    }
}

impl Drop for HandlerHandle {
    fn drop(&mut self) {
        if !self.is_kept {
            self.end();
        }
    }
}

impl fmt::Debug for HandlerHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandlerHandle")
            .field("informer", &self.owner.core().identity.label)
            .field("lag", &self.lag())
            .field("has_synced", &self.has_synced())
            .finish_non_exhaustive()
    }
}

struct Running {
    core: Arc<Core>,
    name: String,
    subscription: Subscribed,
    handler: AnyHandler,
}

impl Running {
    async fn run(mut self) {
        let mut versions = self.core.versions();
        loop {
            // What comes after this look wakes it again.
            let has_stopped = *versions.borrow_and_update() == STOPPED;
            let mut since_yield = 0;
            while let Some(notice) = self.subscription.next_notice() {
                if !self.call(&notice) {
                    let pause = self.core.settings.time.now() + AFTER_PANIC;
                    self.core.settings.time.sleep_until(pause).await;
                }
                if matches!(notice, Notice::Synced) {
                    self.subscription.set_synced();
                    // Whoever waits for that waits for versions.
                    self.core.announce();
                }
                since_yield += 1;
                if since_yield == CALLS_AT_ONCE {
                    since_yield = 0;
                    self.measure();
                    tokio::task::yield_now().await;
                }
            }
            self.measure();
            if has_stopped || versions.changed().await.is_err() {
                return;
            }
        }
    }

    /// Calls the handler; says whether it came back.
    fn call(&mut self, notice: &Notice<AnyObject>) -> bool {
        // What the handler leaves behind when it panics is the handler's own.
        let called = catch_unwind(AssertUnwindSafe(|| (self.handler)(notice)));
        let Err(panic) = called else {
            return true;
        };
        self.core.report(Problem::HandlerPanicked {
            handler: self.name.clone(),
            message: message_of(&*panic),
        });
        if self.core.settings.aborts_on_panic {
            std::process::abort();
        }
        false
    }

    fn measure(&self) {
        let metrics = &self.core.settings.metrics;
        if !metrics.is_some() {
            return;
        }
        let identity = &self.core.identity;
        let labels = [
            identity.name.as_str(),
            identity.resource.as_str(),
            self.name.as_str(),
        ];
        let subscriber = self.subscription.subscriber();
        let lag = subscriber.lag();
        for (metric, value) in [
            (&metrics::LAG_EVENTS, lag.events),
            (&metrics::LAG_BYTES, lag.bytes),
            (&metrics::DROPPED, subscriber.dropped()),
            (&metrics::MERGED, subscriber.merged()),
        ] {
            metrics.record(metric, &labels, value as f64);
        }
    }
}

fn message_of(panic: &(dyn Any + Send)) -> String {
    if let Some(message) = panic.downcast_ref::<&str>() {
        return (*message).to_owned();
    }
    match panic.downcast_ref::<String>() {
        Some(message) => message.clone(),
        None => "it did not say why".to_owned(),
    }
}

/// As in client-go.
const AFTER_PANIC: Duration = Duration::from_secs(1);

/// After so many calls others of the runtime have their turn.
const CALLS_AT_ONCE: usize = 128;
