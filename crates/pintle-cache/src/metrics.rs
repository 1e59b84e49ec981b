//! What informers tell about themselves in numbers.

use pintle_env::{Metric, MetricKind};

/// Objects held.
pub(crate) static OBJECTS: Metric = Metric {
    name: "informer_store_objects",
    help: "Objects that an informer holds.",
    kind: MetricKind::Gauge,
    labels: &["name", "resource"],
};

/// Batches.
pub(crate) static CHANGES: Metric = Metric {
    name: "informer_changes_total",
    help: "Changes that an informer has taken in.",
    kind: MetricKind::Counter,
    labels: &["name", "resource"],
};

/// What went wrong.
pub(crate) static PROBLEMS: Metric = Metric {
    name: "informer_problems_total",
    help: "What went wrong with an informer, which went on.",
    kind: MetricKind::Counter,
    labels: &["name", "resource", "problem"],
};

/// How far a handler lags behind, in events.
pub(crate) static LAG_EVENTS: Metric = Metric {
    name: "informer_handler_lag_events",
    help: "Events that a handler has not been told of yet.",
    kind: MetricKind::Gauge,
    labels: &["name", "resource", "handler"],
};

/// How far a handler lags behind, in bytes.
pub(crate) static LAG_BYTES: Metric = Metric {
    name: "informer_handler_lag_bytes",
    help: "Bytes of objects that are kept in memory for a handler that lags behind.",
    kind: MetricKind::Gauge,
    labels: &["name", "resource", "handler"],
};

/// Events that a handler will never be told of.
pub(crate) static DROPPED: Metric = Metric {
    name: "informer_handler_dropped_events",
    help: "Events dropped so far because a handler allows only so many to wait.",
    kind: MetricKind::Gauge,
    labels: &["name", "resource", "handler"],
};

/// Events that became one with another.
pub(crate) static MERGED: Metric = Metric {
    name: "informer_handler_merged_events",
    help: "Events that became one with a later one of the same object so far.",
    kind: MetricKind::Gauge,
    labels: &["name", "resource", "handler"],
};
