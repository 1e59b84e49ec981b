//! What a queue tells about itself, under Kubernetes' names.

use pintle_env::{Instant, Metric, MetricKind, Metrics};

/// Where a queue's numbers go.
pub(crate) struct Told {
    metrics: Metrics,
    name: Box<str>,
    /// What workers have, since when.
    running: Vec<(u32, Instant)>,
}

impl Told {
    pub(crate) fn nobody() -> Self {
        Self::to(Metrics::none(), "")
    }

    /// Numbers of a queue without a name would be mixed up with others', and are told to nobody.
    pub(crate) fn to(metrics: Metrics, name: &str) -> Self {
        Self {
            metrics: if name.is_empty() {
                Metrics::none()
            } else {
                metrics
            },
            name: name.into(),
            running: Vec::new(),
        }
    }

    #[inline]
    pub(crate) fn anybody(&self) -> bool {
        self.metrics.is_some()
    }

    /// A key was added; so many wait now.
    #[inline]
    pub(crate) fn added(&self, depth: usize) {
        if self.anybody() {
            self.metrics.count(&ADDS, &[&self.name]);
            self.depth(depth);
        }
    }

    #[inline]
    pub(crate) fn retried(&self) {
        if self.anybody() {
            self.metrics.count(&RETRIES, &[&self.name]);
        }
    }

    #[inline]
    pub(crate) fn taken(&mut self, slot: u32, since: Instant, now: Instant, depth: usize) {
        if self.anybody() {
            self.seconds(&QUEUE_DURATION, since, now);
            self.depth(depth);
            self.running.push((slot, now));
        }
    }

    #[inline]
    pub(crate) fn done(&mut self, slot: u32, now: Instant) {
        let found = self.running.iter().position(|&(other, _)| other == slot);
        if let Some(found) = found {
            let (_, since) = self.running.swap_remove(found);
            self.seconds(&WORK_DURATION, since, now);
        }
    }

    /// How long what is being worked on has been.
    pub(crate) fn unfinished(&self, now: Instant) {
        let ages = self.running.iter();
        let ages = ages.map(|(_, since)| now.saturating_since(*since).as_secs_f64());
        let (sum, longest) = ages.fold((0.0, 0.0), |(sum, longest), age: f64| {
            (sum + age, age.max(longest))
        });
        self.metrics.record(&UNFINISHED, &[&self.name], sum);
        self.metrics.record(&LONGEST, &[&self.name], longest);
    }

    fn depth(&self, depth: usize) {
        self.metrics.record(&DEPTH, &[&self.name], depth as f64);
    }

    fn seconds(&self, metric: &'static Metric, since: Instant, now: Instant) {
        let seconds = now.saturating_since(since).as_secs_f64();
        self.metrics.record(metric, &[&self.name], seconds);
    }
}

static DEPTH: Metric = Metric {
    name: "workqueue_depth",
    help: "How many keys wait for a worker.",
    kind: MetricKind::Gauge,
    labels: LABELS,
};

static ADDS: Metric = Metric {
    name: "workqueue_adds_total",
    help: "Keys that were added and did not wait already.",
    kind: MetricKind::Counter,
    labels: LABELS,
};

static QUEUE_DURATION: Metric = Metric {
    name: "workqueue_queue_duration_seconds",
    help: "How long keys waited for a worker.",
    kind: MetricKind::Histogram(SECONDS),
    labels: LABELS,
};

static WORK_DURATION: Metric = Metric {
    name: "workqueue_work_duration_seconds",
    help: "How long workers had keys.",
    kind: MetricKind::Histogram(SECONDS),
    labels: LABELS,
};

static UNFINISHED: Metric = Metric {
    name: "workqueue_unfinished_work_seconds",
    help: "How long the keys that workers have now have been with them, all added up.",
    kind: MetricKind::Gauge,
    labels: LABELS,
};

static LONGEST: Metric = Metric {
    name: "workqueue_longest_running_processor_seconds",
    help: "How long the key that a worker has had longest has been with it.",
    kind: MetricKind::Gauge,
    labels: LABELS,
};

static RETRIES: Metric = Metric {
    name: "workqueue_retries_total",
    help: "Keys that were added for later.",
    kind: MetricKind::Counter,
    labels: LABELS,
};

const LABELS: &[&str] = &["name"];

/// Kubernetes' own, from 10 ns to 1000 s.
const SECONDS: &[f64] = &[
    1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0, 100.0, 1000.0,
];
