//! [`Builder`], a queue with options.

use std::fmt;
use std::sync::Arc;

use pintle_env::{Metrics, Time};

use crate::{ByPriority, Delayed, Fifo, Key, Limiter, Order, Queue, WorkQueue, controller_limiter};

/// What a [`WorkQueue`] is made of.
pub struct Builder<K> {
    name: String,
    time: Arc<dyn Time>,
    order: Box<dyn Order<K>>,
    limiter: Box<dyn Limiter<K>>,
    delayed: Delayed,
    metrics: Metrics,
}

impl<K: Key> Builder<K> {
    pub(crate) fn new(name: &str, time: Arc<dyn Time>) -> Self {
        Self {
            name: name.to_owned(),
            time,
            order: Box::new(Fifo::new()),
            limiter: Box::new(controller_limiter()),
            delayed: Delayed::default(),
            metrics: Metrics::none(),
        }
    }

    /// How long keys wait that are tried again. The default is [`controller_limiter`].
    #[must_use]
    pub fn limiter(mut self, limiter: impl Limiter<K>) -> Self {
        self.limiter = Box::new(limiter);
        self
    }

    /// The order in which keys are handed out. The default is [`Fifo`].
    #[must_use]
    pub fn order(mut self, order: impl Order<K>) -> Self {
        self.order = Box::new(order);
        self
    }

    /// What becomes of a key's delay when the key is added in another way. The default is
    /// [`Delayed::Apart`].
    #[must_use]
    pub fn delayed(mut self, delayed: Delayed) -> Self {
        self.delayed = delayed;
        self
    }

    /// As controller-runtime's priority queue: [`ByPriority`] and [`Delayed::Merged`].
    #[must_use]
    pub fn by_priority(self) -> Self {
        self.order(ByPriority::new()).delayed(Delayed::Merged)
    }

    /// Where the queue tells how it fares, in Kubernetes' `workqueue_…` metrics. Nowhere by default.
    #[must_use]
    pub fn metrics(mut self, metrics: Metrics) -> Self {
        self.metrics = metrics;
        self
    }

    /// The queue.
    pub fn build(self) -> WorkQueue<K> {
        let queue = Queue::boxed(self.order, self.limiter)
            .delayed(self.delayed)
            .metrics(self.metrics, &self.name);
        WorkQueue::over(queue, self.time)
    }
}

impl<K> fmt::Debug for Builder<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("name", &self.name)
            .field("delayed", &self.delayed)
            .finish_non_exhaustive()
    }
}
