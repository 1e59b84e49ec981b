//! [`Recording`], which sends events.

use std::fmt;
use std::time::Duration;

use pintle_api::core::v1::{Event as CoreEvent, EventSource, ObjectReference};
use pintle_api::events::v1::Event as SeriesEvent;
use pintle_client::Client;
use pintle_codec::Str;
use pintle_env::{Instant, Time, Timestamp};
use pintle_meta::{MicroTime, Time as Seconds};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use crate::recorder::Message;
use crate::write::{Tries, Writer, name_of};
use crate::{Builder, Correlated, Correlator, Event, Key, Series};

/// Sends the events that its [`Recorder`](crate::Recorder) takes. Nothing is sent unless it is run.
#[must_use = "events are sent by `run`"]
pub struct Recording {
    pub(crate) messages: mpsc::Receiver<Message>,
    pub(crate) kind: Kind,
    pub(crate) component: Str,
    pub(crate) instance: Str,
    pub(crate) writer: Writer,
}

#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Series,
    Core,
}

impl Recording {
    /// Events of `events.k8s.io`, said by a component: the name of the controller.
    pub fn events(client: &Client, component: &str) -> Builder {
        Builder::new(client, Kind::Series, component)
    }

    /// Events of the core group, said by a component: the name of the controller.
    pub fn core(client: &Client, component: &str) -> Builder {
        Builder::new(client, Kind::Core, component)
    }

    /// Sends events until the last recorder is dropped. What was recorded by then is still written,
    /// with one attempt each, and so is the last count of every series.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the recording; events that were not sent are lost.
    pub async fn run(self) {
        match self.kind {
            Kind::Series => self.run_series().await,
            Kind::Core => self.run_core().await,
        }
    }

    /// One after the other: while the server cannot be reached, everything waits.
    async fn run_core(mut self) {
        let (mut correlator, mut dates) = (Correlator::new(), Dates::default());
        while let Some(message) = self.messages.recv().await {
            let (event, object, date) = match message {
                Message::Event(event) => *event,
                Message::Flush(done) => {
                    // Whoever asked may be gone.
                    let _ = done.send(());
                    continue;
                }
            };
            let date = dates.distinct(date);
            let event = self.core_event(event, object, date);
            let now = self.writer.time.now();
            let (event, counts) = match correlator.correlate(event, now, date) {
                Correlated::Create(event) => (event, false),
                Correlated::Count(event) => (event, true),
                Correlated::LeaveOut => continue,
            };
            let tries = if self.messages.is_closed() {
                Tries::Once
            } else {
                Tries::Many
            };
            if let Some(written) = self.writer.write_core(event, counts, tries).await {
                correlator.written(&written);
            }
        }
    }

    /// Different events side by side, the writes of one event one after the other.
    async fn run_series(mut self) {
        let mut going_on = GoingOn::default();
        let time = self.writer.time.clone();
        loop {
            let deadline = going_on.series.next_deadline();
            tokio::select! {
                biased;
                Some(done) = going_on.writes.join_next() => {
                    // A write that panicked counts as one that failed; which it was is not known.
                    if let Ok((key, name)) = done {
                        self.next_write(&mut going_on, key, name.as_deref(), Tries::Many);
                    }
                }
                () = sleep(&*time, deadline) => {
                    for (key, event) in going_on.series.tick(time.now()) {
                        going_on.write(&self.writer, key, event, Tries::Many);
                    }
                }
                message = self.messages.recv(), if going_on.writes.len() < MOST_WRITES => {
                    match message {
                        Some(message) => self.take(&mut going_on, message),
                        None => break,
                    }
                }
            }
            going_on.flush();
        }
        self.end(going_on).await;
    }

    fn take(&self, going_on: &mut GoingOn, message: Message) {
        match message {
            Message::Event(event) => {
                let (event, object, date) = *event;
                let date = going_on.dates.distinct(date);
                let event = self.series_event(event, object, date);
                let now = self.writer.time.now();
                if let Some((key, event)) = going_on.series.observe(event, now, date) {
                    going_on.write(&self.writer, key, event, Tries::Many);
                }
            }
            Message::Flush(done) => going_on.flushes.push(done),
        }
    }

    fn next_write(&self, going_on: &mut GoingOn, key: Key, name: Option<&str>, tries: Tries) {
        if let Some(event) = going_on.series.written(&key, name) {
            going_on.write(&self.writer, key, event, tries);
        }
    }

    /// Nobody records any more: what is on its way, and the last counts, have one attempt.
    async fn end(&self, mut going_on: GoingOn) {
        for (key, event) in going_on.series.end() {
            going_on.write(&self.writer, key, event, Tries::Once);
        }
        // Attempts that pause are not waited for.
        let until = self.writer.time.now() + AT_THE_END;
        let time = self.writer.time.clone();
        loop {
            tokio::select! {
                biased;
                done = going_on.writes.join_next() => match done {
                    Some(Ok((key, name))) => {
                        self.next_write(&mut going_on, key, name.as_deref(), Tries::Once);
                    }
                    Some(Err(_)) => {}
                    None => return,
                },
                () = time.sleep_until(until) => return,
            }
        }
    }

    fn series_event(
        &self,
        event: Event,
        regarding: ObjectReference,
        date: Timestamp,
    ) -> SeriesEvent {
        let micros = date.subsecond_nanoseconds() / 1_000;
        let mut written = SeriesEvent {
            event_time: MicroTime::from_unix(date.unix_seconds(), micros),
            reporting_controller: self.component.clone(),
            reporting_instance: self.instance.clone(),
            action: event.action,
            reason: event.reason,
            related: event.related.map(Box::new),
            note: event.note,
            type_: event.type_.as_str().into(),
            ..SeriesEvent::default()
        };
        written.metadata.name = name_of(&regarding.name, date);
        written.metadata.namespace = namespace(&regarding);
        written.metadata.annotations = event.annotations;
        written.regarding = regarding;
        written
    }

    fn core_event(&self, event: Event, object: ObjectReference, date: Timestamp) -> CoreEvent {
        let time = Seconds::from_unix(date.unix_seconds());
        let mut written = CoreEvent {
            reason: event.reason,
            message: event.note,
            source: EventSource {
                component: self.component.clone(),
                host: self.instance.clone(),
            },
            first_timestamp: time,
            last_timestamp: time,
            count: 1,
            type_: event.type_.as_str().into(),
            reporting_component: self.component.clone(),
            reporting_instance: self.instance.clone(),
            ..CoreEvent::default()
        };
        written.metadata.name = name_of(&object.name, date);
        written.metadata.namespace = namespace(&object);
        written.metadata.annotations = event.annotations;
        written.involved_object = object;
        written
    }
}

/// Dates of events.
#[derive(Default)]
struct Dates {
    last: Timestamp,
}

impl Dates {
    /// A date that no other event has, since events are named for theirs: clocks may be coarse, or stand still.
    fn distinct(&mut self, date: Timestamp) -> Timestamp {
        // Not after a clock was set back.
        let is_taken = date <= self.last && self.last < date + Duration::from_secs(1);
        self.last = match is_taken {
            true => self.last + Duration::from_nanos(1),
            false => date,
        };
        self.last
    }
}

/// Series, and the writes that are on their way.
#[derive(Default)]
struct GoingOn {
    series: Series,
    dates: Dates,
    writes: JoinSet<(Key, Option<Str>)>,
    flushes: Vec<oneshot::Sender<()>>,
}

impl GoingOn {
    fn write(&mut self, writer: &Writer, key: Key, event: SeriesEvent, tries: Tries) {
        let writer = writer.clone();
        self.writes.spawn(async move {
            let name = writer.write(event, tries).await;
            (key, name)
        });
    }

    /// Lets those know who wait until nothing is on its way.
    fn flush(&mut self) {
        if self.writes.is_empty() {
            for done in self.flushes.drain(..) {
                // Whoever asked may be gone.
                let _ = done.send(());
            }
        }
    }
}

/// The namespace of an event: that of its object, or `default` for one of the whole cluster.
fn namespace(object: &ObjectReference) -> Str {
    if object.namespace.is_empty() {
        "default".into()
    } else {
        object.namespace.clone()
    }
}

async fn sleep(time: &dyn Time, deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => time.sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording")
            .field("component", &self.component)
            .field("instance", &self.instance)
            .finish_non_exhaustive()
    }
}

/// How many events may be on their way at once.
const MOST_WRITES: usize = 1000;

/// How long the last events may take.
const AT_THE_END: std::time::Duration = std::time::Duration::from_secs(5);
