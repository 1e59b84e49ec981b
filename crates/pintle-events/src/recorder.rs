//! [`Recorder`], which takes events.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use pintle_api::core::v1::ObjectReference;
use pintle_env::{Metrics, Time, Timestamp};
use tokio::sync::{mpsc, oneshot};

use crate::metrics::DROPPED;
use crate::{Event, Regarding};

/// Takes events, and never waits. Clones are the same.
///
/// Events are sent by the [`Recording`](crate::Recording) that came with it.
#[derive(Clone)]
pub struct Recorder {
    pub(crate) queue: mpsc::Sender<Message>,
    pub(crate) losses: Losses,
    pub(crate) time: Arc<dyn Time>,
}

/// What a recorder tells its recording.
pub(crate) enum Message {
    /// Something happened to an object.
    Event(Box<(Event, ObjectReference, Timestamp)>),
    /// Somebody waits until all before this has been written.
    Flush(oneshot::Sender<()>),
}

/// Counts what is lost.
#[derive(Clone)]
pub(crate) struct Losses {
    count: Arc<AtomicU64>,
    metrics: Metrics,
}

impl Recorder {
    /// Records that something happened to an object, and nothing is wrong.
    pub fn normal(&self, object: &impl Regarding, reason: &str, note: impl Into<String>) {
        self.record(object, Event::normal(reason, note));
    }

    /// Records that something happened to an object that somebody should look at.
    pub fn warning(&self, object: &impl Regarding, reason: &str, note: impl Into<String>) {
        self.record(object, Event::warning(reason, note));
    }

    /// Records an event. It is lost if 1,000 others wait to be looked at.
    pub fn record(&self, object: &impl Regarding, event: Event) {
        let date = self.time.timestamp();
        let message = Message::Event(Box::new((event, object.reference(), date)));
        if let Err(error) = self.queue.try_send(message)
            && let Message::Event(lost) = error.into_inner()
        {
            let (event, object, _) = *lost;
            tracing::warn!(
                reason = %event.reason,
                object = %object.name,
                "an event is lost: too many wait"
            );
            self.losses.add("queue");
        }
    }

    /// How many events were recorded and will never be seen: see the [crate's documentation](crate).
    pub fn dropped(&self) -> u64 {
        self.losses.count.load(Ordering::Relaxed)
    }

    /// Waits until all events that were recorded before have been written, or are lost. For tests, and
    /// for the end of a program.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn flushed(&self) {
        let (done, is_done) = oneshot::channel();
        if self.queue.send(Message::Flush(done)).await.is_ok() {
            // If the recording ends, nothing will be written any more.
            let _ = is_done.await;
        }
    }
}

impl Losses {
    pub(crate) fn new(metrics: Metrics) -> Self {
        Self {
            count: Arc::default(),
            metrics,
        }
    }

    pub(crate) fn add(&self, reason: &str) {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.metrics.count(&DROPPED, &[reason]);
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder")
            .field("dropped", &self.dropped())
            .finish_non_exhaustive()
    }
}
