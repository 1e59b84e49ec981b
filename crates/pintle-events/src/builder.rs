//! [`Builder`], a recorder and its recording.

use std::fmt;
use std::sync::Arc;

use pintle_client::{Client, RuntimeTime};
use pintle_env::{Metrics, Random, SystemRandom, Time};
use tokio::sync::mpsc;

use crate::recorder::Losses;
use crate::recording::Kind;
use crate::write::Writer;
use crate::{Recorder, Recording};

/// What a [`Recorder`] and its [`Recording`] are made of.
#[must_use]
pub struct Builder {
    client: Client,
    kind: Kind,
    component: String,
    instance: String,
    time: Arc<dyn Time>,
    random: Arc<dyn Random>,
    metrics: Metrics,
}

impl Builder {
    pub(crate) fn new(client: &Client, kind: Kind, component: &str) -> Self {
        Self {
            client: client.clone(),
            kind,
            component: component.to_owned(),
            instance: component.to_owned(),
            time: Arc::new(RuntimeTime::new()),
            random: Arc::new(SystemRandom),
            metrics: Metrics::none(),
        }
    }

    /// Which replica or machine says it: the name of the pod, for instance. It is the name of the
    /// component, if nothing else is said. For core events it is the host of the source.
    pub fn instance(mut self, instance: &str) -> Self {
        self.instance = instance.to_owned();
        self
    }

    /// The clock to go by. The default is the runtime's.
    pub fn time(mut self, time: Arc<dyn Time>) -> Self {
        self.time = time;
        self
    }

    /// Where random numbers come from. The default is the system.
    pub fn random(mut self, random: Arc<dyn Random>) -> Self {
        self.random = random;
        self
    }

    /// Where it tells how many events are lost (`events_dropped_total`). Nowhere by default.
    pub fn metrics(mut self, metrics: Metrics) -> Self {
        self.metrics = metrics;
        self
    }

    /// A recorder, and what sends its events.
    pub fn build(self) -> (Recorder, Recording) {
        let (queue, messages) = mpsc::channel(QUEUED);
        let losses = Losses::new(self.metrics);
        let recorder = Recorder {
            queue,
            losses: losses.clone(),
            time: self.time.clone(),
        };
        let writer = Writer {
            client: self.client,
            time: self.time,
            random: self.random,
            losses,
        };
        let recording = Recording {
            messages,
            kind: self.kind,
            component: self.component.into(),
            instance: self.instance.into(),
            writer,
        };
        (recorder, recording)
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("component", &self.component)
            .field("instance", &self.instance)
            .finish_non_exhaustive()
    }
}

/// How many events may wait to be looked at.
const QUEUED: usize = 1000;
