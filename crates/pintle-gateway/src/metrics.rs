//! What the gateway did, for Prometheus.

use std::sync::Arc;

use http::StatusCode;
use pintle_env::{Metric, MetricKind, OpenMetrics, Recorder as _};

/// Counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Metrics(Arc<OpenMetrics>);

impl Metrics {
    /// A request was answered.
    pub(crate) fn answered(&self, route: &str, status: StatusCode) {
        self.0.record(&REQUESTS, &[route, status.as_str()], 1.0);
    }

    /// So many objects of a resource are known.
    pub(crate) fn objects(&self, resource: &str, objects: usize) {
        self.0.record(&OBJECTS, &[resource], objects as f64);
    }

    /// For those who tell about themselves.
    pub(crate) fn recorder(&self) -> pintle_env::Metrics {
        pintle_env::Metrics::to(self.0.clone())
    }

    /// All there is to tell.
    pub(crate) fn text(&self) -> String {
        self.0.to_string()
    }
}

static OBJECTS: Metric = Metric {
    name: "pintle_gateway_objects",
    help: "Objects that the gateway knows, by resource.",
    kind: MetricKind::Gauge,
    labels: &["resource"],
};

static REQUESTS: Metric = Metric {
    name: "pintle_gateway_requests_total",
    help: "Requests that were answered, by what they asked for and the status of the answer.",
    kind: MetricKind::Counter,
    labels: &["route", "status"],
};
