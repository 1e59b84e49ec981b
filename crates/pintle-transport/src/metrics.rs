//! What is told of requests in numbers, under the names that Kubernetes' components give to it.

use pintle_env::{Metric, MetricKind};

pub(crate) static REQUEST_DURATION: Metric = Metric {
    name: "rest_client_request_duration_seconds",
    help: "How long requests took, retries and the body of the answer included.",
    kind: MetricKind::Histogram(DURATIONS),
    labels: &["verb", "host"],
};

pub(crate) static LIMITER_DURATION: Metric = Metric {
    name: "rest_client_rate_limiter_duration_seconds",
    help: "How long requests waited for the rate limit of the client.",
    kind: MetricKind::Histogram(DURATIONS),
    labels: &["verb", "host"],
};

pub(crate) static REQUEST_SIZE: Metric = Metric {
    name: "rest_client_request_size_bytes",
    help: "The size of the bodies of requests, of each attempt.",
    kind: MetricKind::Histogram(SIZES),
    labels: &["verb", "host"],
};

pub(crate) static RESPONSE_SIZE: Metric = Metric {
    name: "rest_client_response_size_bytes",
    help: "The size of the bodies of answers, unpacked; not those of watches.",
    kind: MetricKind::Histogram(SIZES),
    labels: &["verb", "host"],
};

pub(crate) static REQUESTS: Metric = Metric {
    name: "rest_client_requests_total",
    help: "Attempts to send a request, by the code of the answer.",
    kind: MetricKind::Counter,
    labels: &["code", "method", "host"],
};

pub(crate) static RETRIES: Metric = Metric {
    name: "rest_client_request_retries_total",
    help: "Attempts that were not the first, by the code of the answer.",
    kind: MetricKind::Counter,
    labels: &["code", "verb", "host"],
};

pub(crate) static EXEC_CALLS: Metric = Metric {
    name: "rest_client_exec_plugin_call_total",
    help: "Runs of exec plugins, by exit code and how they fared.",
    kind: MetricKind::Counter,
    labels: &["code", "call_status"],
};

pub(crate) static EXEC_POLICY_CALLS: Metric = Metric {
    name: "rest_client_exec_plugin_policy_call_total",
    help: "Decisions whether an exec plugin may be run.",
    kind: MetricKind::Counter,
    labels: &["status"],
};

pub(crate) static EXEC_TTL: Metric = Metric {
    name: "rest_client_exec_plugin_ttl_seconds",
    help: "How long the client certificate of an exec plugin is valid yet.",
    kind: MetricKind::Gauge,
    labels: &[],
};

pub(crate) static EXEC_ROTATION_AGE: Metric = Metric {
    name: "rest_client_exec_plugin_certificate_rotation_age",
    help: "How old client certificates of exec plugins were when others came, in seconds.",
    kind: MetricKind::Histogram(AGES),
    labels: &[],
};

/// The code of an attempt that got no answer.
pub(crate) const NO_CODE: &str = "<error>";

const DURATIONS: &[f64] = &[
    0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0,
];

const SIZES: &[f64] = &[
    64.0,
    256.0,
    512.0,
    1024.0,
    4096.0,
    16384.0,
    65536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    16_777_216.0,
];

const AGES: &[f64] = &[
    600.0,
    1_800.0,
    3_600.0,
    14_400.0,
    86_400.0,
    604_800.0,
    2_592_000.0,
    7_776_000.0,
    15_552_000.0,
    31_104_000.0,
    124_416_000.0,
];
