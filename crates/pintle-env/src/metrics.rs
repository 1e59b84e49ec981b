//! What a program tells about itself in numbers: metrics, and the [`Recorder`] that takes them.
//!
//! Invariant: who measures knows nothing of who listens; without a recorder a measurement costs a
//! comparison.

use std::fmt;
use std::sync::Arc;

/// A number that is told about, such as a count of requests. Declared once, as a `static`.
///
/// Names and labels are those of Kubernetes where it has them, so that dashboards fit.
#[derive(Debug)]
pub struct Metric {
    /// Its name, with its unit: `rest_client_request_duration_seconds`. That of a counter ends in
    /// `_total`.
    pub name: &'static str,
    /// What it says, in a sentence.
    pub help: &'static str,
    /// What its values mean.
    pub kind: MetricKind,
    /// The names of its labels. Their values come from small, closed sets: methods, codes, hosts.
    pub labels: &'static [&'static str],
}

/// What the values of a [`Metric`] mean.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum MetricKind {
    /// Each value is added.
    Counter,
    /// Each value replaces the last.
    Gauge,
    /// Each value is added, and what goes is a negative one: how much of something there is, told by
    /// several who do not know of each other. Shown as a gauge.
    Level,
    /// Each value is counted among those of its size. The upper bounds of the sizes, ascending.
    Histogram(&'static [f64]),
}

/// Takes metrics. It is called where things happen and must not block.
pub trait Recorder: Send + Sync + 'static {
    /// A value of `metric`, with one value for each of its labels.
    fn record(&self, metric: &'static Metric, labels: &[&str], value: f64);
}

/// The recorder of a configuration, if it has one.
#[derive(Clone, Default)]
pub struct Metrics(Option<Arc<dyn Recorder>>);

impl Metrics {
    /// Tells `recorder`.
    pub fn to(recorder: Arc<dyn Recorder>) -> Self {
        Self(Some(recorder))
    }

    /// Tells nobody. The default.
    pub fn none() -> Self {
        Self(None)
    }

    /// Whether anybody is told.
    pub fn is_some(&self) -> bool {
        self.0.is_some()
    }

    /// A value of `metric`, with one value for each of its labels.
    pub fn record(&self, metric: &'static Metric, labels: &[&str], value: f64) {
        if let Some(recorder) = &self.0 {
            recorder.record(metric, labels, value);
        }
    }

    /// One more of a counter.
    pub fn count(&self, metric: &'static Metric, labels: &[&str]) {
        self.record(metric, labels, 1.0);
    }
}

impl PartialEq for Metrics {
    /// Whether both tell the same recorder, or nobody.
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (None, None) => true,
            (Some(ours), Some(theirs)) => Arc::ptr_eq(ours, theirs),
            _ => false,
        }
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_some() { "Metrics" } else { "None" })
    }
}
