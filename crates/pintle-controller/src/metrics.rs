//! What controllers tell about themselves in numbers, under controller-runtime's names.

use pintle_env::{Metric, MetricKind};

/// Reconciles by what came of them.
pub(crate) static RECONCILES: Metric = Metric {
    name: "controller_runtime_reconcile_total",
    help: "Reconciles by what came of them: success, requeue, requeue_after or error.",
    kind: MetricKind::Counter,
    labels: &["controller", "result"],
};

/// Reconciles that failed.
pub(crate) static ERRORS: Metric = Metric {
    name: "controller_runtime_reconcile_errors_total",
    help: "Reconciles that failed, panicked or took too long.",
    kind: MetricKind::Counter,
    labels: &["controller"],
};

/// Reconciles that panicked.
pub(crate) static PANICS: Metric = Metric {
    name: "controller_runtime_reconcile_panics_total",
    help: "Reconciles that panicked.",
    kind: MetricKind::Counter,
    labels: &["controller"],
};

/// Reconciles that took too long.
pub(crate) static TIMEOUTS: Metric = Metric {
    name: "controller_runtime_reconcile_timeouts_total",
    help: "Reconciles that took longer than they may.",
    kind: MetricKind::Counter,
    labels: &["controller"],
};

/// How long reconciles take.
pub(crate) static SECONDS: Metric = Metric {
    name: "controller_runtime_reconcile_time_seconds",
    help: "How long reconciles took.",
    kind: MetricKind::Histogram(&[
        0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8,
        0.9, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0,
        15.0, 20.0, 25.0, 30.0, 40.0, 50.0, 60.0,
    ]),
    labels: &["controller"],
};

/// How many reconciles may run at a time.
pub(crate) static WORKERS: Metric = Metric {
    name: "controller_runtime_max_concurrent_reconciles",
    help: "How many reconciles may run at a time.",
    kind: MetricKind::Gauge,
    labels: &["controller"],
};

/// How many reconciles run.
pub(crate) static ACTIVE: Metric = Metric {
    name: "controller_runtime_active_workers",
    help: "How many reconciles run now.",
    kind: MetricKind::Gauge,
    labels: &["controller"],
};
