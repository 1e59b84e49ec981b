//! What a recorder tells about itself.

use pintle_env::{Metric, MetricKind};

pub(crate) static DROPPED: Metric = Metric {
    name: "events_dropped_total",
    help: "Events that were recorded and that nobody will see, by why: queue, refused, unreachable.",
    kind: MetricKind::Counter,
    labels: &["reason"],
};
