//! [`Requests`], how many requests there were, how long they took, and how many last.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use pintle_env::Instant;

use super::{Metrics, text::Text};

/// What requests are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Subject {
    /// `GET`, `LIST`, `WATCH`, `POST`, `PUT`, `PATCH`, `APPLY`, `DELETE`, `DELETECOLLECTION`,
    /// `CONNECT`.
    pub(crate) verb: &'static str,
    /// The group of the resource, empty for the core group and for what is no resource.
    pub(crate) group: &'static str,
    /// The version of the group.
    pub(crate) version: &'static str,
    /// The resource, empty for what is none.
    pub(crate) resource: &'static str,
    /// What is below the object, or what it is that is no resource.
    pub(crate) subresource: &'static str,
    /// How many objects it is about: `resource`, `namespace`, `cluster`.
    pub(crate) scope: &'static str,
    /// `All` if nothing is to be stored.
    pub(crate) dry_run: &'static str,
}

/// How many requests of one kind were answered with one code, from
/// [`RunningServer::requests`](crate::RunningServer::requests).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestCount {
    /// `GET`, `LIST`, `WATCH`, `POST`, `PUT`, `PATCH`, `APPLY`, `DELETE`, `DELETECOLLECTION` or
    /// `CONNECT`.
    pub verb: &'static str,
    /// The group of the resource, empty for the core group and for what is no resource.
    pub group: &'static str,
    /// The version of the group.
    pub version: &'static str,
    /// The resource, empty for what is none.
    pub resource: &'static str,
    /// The subresource; of what is no resource, what it is: `/readyz`, `openapi/v3`.
    pub subresource: &'static str,
    /// How many objects it is about: `resource` for one, `namespace`, or `cluster` for all.
    pub scope: &'static str,
    /// The code of the answer.
    pub code: u16,
    /// How many there were.
    pub count: u64,
}

/// How many requests there were, how long they took, and how many last.
#[derive(Debug, Default)]
pub(super) struct Requests(Mutex<HashMap<Subject, Series>>);

/// The requests about one subject.
#[derive(Debug, Default)]
struct Series {
    /// How many were answered, by code.
    codes: Vec<(u16, u64)>,
    /// How many took no longer than each of [`BOUNDS`], and longer than the bound before.
    buckets: [u64; BOUNDS.len()],
    count: u64,
    seconds: f64,
    /// How many last: watches, and what is passed through.
    running: u64,
}

/// A request that is being answered. Dropping it is its end.
#[must_use = "dropping it ends the request"]
pub(crate) struct Measured {
    metrics: Arc<Metrics>,
    subject: Option<Subject>,
    started: Instant,
    code: Option<u16>,
}

impl Requests {
    /// The requests that were answered.
    pub(super) fn counts(&self) -> Vec<RequestCount> {
        let series = self.lock();
        let counts = series.iter().flat_map(|(subject, series)| {
            series.codes.iter().map(|(code, count)| RequestCount {
                verb: subject.verb,
                group: subject.group,
                version: subject.version,
                resource: subject.resource,
                subresource: subject.subresource,
                scope: subject.scope,
                code: *code,
                count: *count,
            })
        });
        counts.collect()
    }

    /// The counters and histograms of requests.
    pub(super) fn write(&self, out: &mut Text) {
        let series = self.lock();
        let mut subjects: Vec<_> = series.iter().collect();
        subjects.sort_by_key(|(subject, _)| **subject);
        out.family(
            "apiserver_request_total",
            "counter",
            "Requests that were answered.",
        );
        for (subject, series) in &subjects {
            for (code, count) in &series.codes {
                let code = code.to_string();
                let mut labels = vec![("code", code.as_str())];
                labels.extend(subject.labels(true));
                out.sample("", &labels, count);
            }
        }
        out.family(
            "apiserver_request_duration_seconds",
            "histogram",
            "How long requests took to be answered, or watches lasted.",
        );
        for (subject, series) in &subjects {
            series.write_durations(subject, out);
        }
        out.family(
            "apiserver_longrunning_requests",
            "gauge",
            "Requests that last: watches, and what is passed through.",
        );
        for (subject, series) in &subjects {
            if series.running > 0 {
                let labels: Vec<_> = subject.labels(false).collect();
                out.sample("", &labels, series.running);
            }
        }
    }

    fn change(&self, subject: Subject, change: impl FnOnce(&mut Series)) {
        change(self.lock().entry(subject).or_default());
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Subject, Series>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Series {
    fn answered(&mut self, code: u16, after: Duration) {
        match self.codes.iter_mut().find(|(known, _)| *known == code) {
            Some((_, count)) => *count += 1,
            None => {
                self.codes.push((code, 1));
                self.codes.sort_unstable();
            }
        }
        let seconds = after.as_secs_f64();
        self.count += 1;
        self.seconds += seconds;
        if let Some(bucket) = BOUNDS.iter().position(|bound| seconds <= *bound) {
            self.buckets[bucket] += 1;
        }
    }

    fn write_durations(&self, subject: &Subject, out: &mut Text) {
        if self.count == 0 {
            return;
        }
        let labels: Vec<_> = subject.labels(true).collect();
        let bounds = BOUNDS.iter().map(f64::to_string);
        let bounds = bounds.chain(["+Inf".to_owned()]);
        let mut below = 0;
        let mut buckets = self.buckets.iter();
        for bound in bounds {
            below = buckets.next().map_or(self.count, |bucket| below + bucket);
            let mut labels = labels.clone();
            labels.push(("le", &bound));
            out.sample("_bucket", &labels, below);
        }
        out.sample("_sum", &labels, self.seconds);
        out.sample("_count", &labels, self.count);
    }
}

impl Subject {
    /// Whether requests about it go on for as long as the client likes.
    fn lasts(&self) -> bool {
        matches!(self.verb, "WATCH" | "CONNECT")
    }

    fn changes(&self) -> bool {
        !matches!(self.verb, "GET" | "LIST" | "WATCH" | "CONNECT" | "HEAD")
    }

    /// The labels, in alphabetical order. What lasts has none that says whether it is dry.
    fn labels<'s>(&self, may_be_dry: bool) -> impl Iterator<Item = (&'s str, &'s str)> + use<'s> {
        let component = if self.resource.is_empty() {
            ""
        } else {
            "apiserver"
        };
        let dry_run = may_be_dry.then_some(("dry_run", self.dry_run));
        [("component", component)]
            .into_iter()
            .chain(dry_run)
            .chain([
                ("group", self.group),
                ("resource", self.resource),
                ("scope", self.scope),
                ("subresource", self.subresource),
                ("verb", self.verb),
                ("version", self.version),
            ])
    }
}

impl Measured {
    pub(super) fn new(metrics: Arc<Metrics>, subject: Option<Subject>) -> Self {
        let measured = Self {
            started: metrics.clock.now(),
            metrics,
            subject,
            code: None,
        };
        match subject {
            Some(subject) if subject.lasts() => {
                let requests = &measured.metrics.requests;
                requests.change(subject, |series| series.running += 1);
            }
            _ => _ = measured.in_flight().fetch_add(1, Ordering::Relaxed),
        }
        measured
    }

    /// Whether it may go on after its answer has begun.
    pub(crate) fn lasts(&self) -> bool {
        self.subject.is_some_and(|subject| subject.lasts())
    }

    /// It is answered with this code.
    pub(crate) fn answered(mut self, code: u16) -> Self {
        self.code = Some(code);
        self
    }

    fn in_flight(&self) -> &AtomicI64 {
        match self.subject {
            Some(subject) if subject.changes() => &self.metrics.writing,
            _ => &self.metrics.reading,
        }
    }
}

impl Drop for Measured {
    fn drop(&mut self) {
        if !self.lasts() {
            self.in_flight().fetch_sub(1, Ordering::Relaxed);
        }
        let Some(subject) = self.subject else { return };
        let after = self.metrics.clock.now().saturating_since(self.started);
        self.metrics.requests.change(subject, |series| {
            if subject.lasts() {
                series.running -= 1;
            }
            // A request that its client gave up was not answered.
            if let Some(code) = self.code {
                series.answered(code, after);
            }
        });
    }
}

/// The bounds of the histogram in seconds, as kube-apiserver's.
const BOUNDS: [f64; 23] = [
    0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0,
    10.0, 15.0, 20.0, 30.0, 45.0, 60.0,
];
