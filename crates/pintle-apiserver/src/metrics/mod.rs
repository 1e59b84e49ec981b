//! What the server counts, under the names that kube-apiserver has for it.
//!
//! Invariant: to count costs a request no allocation, and a watch an addition for what it sends at a
//! time. Everything else is worked out when somebody asks.

mod process;
mod requests;
mod text;

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use pintle_env::{Clock, Timestamp};

pub use requests::RequestCount;
use requests::Requests;
pub(crate) use requests::{Measured, Subject};
pub(crate) use text::CONTENT_TYPE;

use crate::{registry::Registry, schema::Resource};

/// What the server counts.
pub(crate) struct Metrics {
    clock: Arc<dyn Clock>,
    started: Timestamp,
    requests: Requests,
    reading: AtomicI64,
    writing: AtomicI64,
    /// The events that watches of each resource were sent.
    events: Vec<(&'static Resource, Arc<AtomicU64>)>,
}

impl Metrics {
    /// Nothing counted yet.
    pub(crate) fn new(registry: &Registry, clock: Arc<dyn Clock>) -> Self {
        let served = registry.resources().iter();
        Self {
            started: clock.timestamp(),
            clock,
            requests: Requests::default(),
            reading: AtomicI64::default(),
            writing: AtomicI64::default(),
            events: served
                .map(|served| (served.facts, Arc::default()))
                .collect(),
        }
    }

    /// A request begins. It ends when what this returns is dropped.
    pub(crate) fn begin(self: &Arc<Self>, subject: Option<Subject>) -> Measured {
        Measured::new(self.clone(), subject)
    }

    /// Where to count the events that watches of a resource are sent.
    pub(crate) fn events(&self, of: &'static Resource) -> Arc<AtomicU64> {
        let mut events = self.events.iter();
        let own = events.find(|(facts, _)| std::ptr::eq(*facts, of));
        own.map(|(_, count)| count.clone()).unwrap_or_default()
    }

    /// The requests that were answered, by what they were.
    pub(crate) fn requests(&self) -> Vec<RequestCount> {
        self.requests.counts()
    }

    /// Everything, in the text format of Prometheus.
    pub(crate) fn text(&self, registry: &Registry) -> String {
        let mut out = text::Text::default();
        self.requests.write(&mut out);
        let in_flight = [("mutating", &self.writing), ("readOnly", &self.reading)];
        out.family(
            "apiserver_current_inflight_requests",
            "gauge",
            "Requests that are being answered, watches apart.",
        );
        for (kind, count) in in_flight {
            let labels = [("request_kind", kind)];
            out.sample("", &labels, count.load(Ordering::Relaxed));
        }
        self.write_objects(registry, &mut out);
        out.family(
            "apiserver_watch_events_total",
            "counter",
            "Events that were sent to watches.",
        );
        for (facts, count) in &self.events {
            let count = count.load(Ordering::Relaxed);
            if count > 0 {
                let labels = [
                    ("group", facts.group),
                    ("resource", facts.resource),
                    ("version", facts.version),
                ];
                out.sample("", &labels, count);
            }
        }
        process::write(self.started, &mut out);
        out.finish()
    }

    /// How many objects there are. Versions of a resource share them.
    fn write_objects(&self, registry: &Registry, out: &mut text::Text) {
        let mut counts = Vec::new();
        for served in registry.resources() {
            let (id, facts) = (served.id, served.facts);
            let known = |(other, _, _): &(_, &Resource, usize)| *other == id;
            if facts.verbs.contains(&"watch") && !counts.iter().any(known) {
                let snapshot = registry.store().read(|store| store.snapshot(id));
                counts.push((id, facts, snapshot.len()));
            }
        }
        out.family(
            "apiserver_resource_objects",
            "gauge",
            "Objects that are stored.",
        );
        for (_, facts, count) in &counts {
            let labels = [("group", facts.group), ("resource", facts.resource)];
            out.sample("", &labels, count);
        }
        out.family(
            "apiserver_storage_objects",
            "gauge",
            "Objects that are stored: apiserver_resource_objects under its older name.",
        );
        for (_, facts, count) in &counts {
            let name = match facts.group {
                "" => facts.resource.to_owned(),
                group => format!("{}.{group}", facts.resource),
            };
            out.sample("", &[("resource", &name)], count);
        }
    }
}
