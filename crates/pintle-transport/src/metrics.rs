//! What is told of requests and connections in numbers, under the names that Kubernetes' components give
//! to it where they have one.

use std::sync::Arc;

use pintle_env::{Instant, Metric, MetricKind, Metrics, Time};

/// All that a transport tells the recorder of its configuration: for who prepares for it, or checks a
/// dashboard.
///
/// What Kubernetes' components tell of their clients has the same name, labels and bounds here. Those of
/// single connections, and of looks at files of client certificates, are pintle's own.
pub static METRICS: &[&Metric] = &[
    &REQUEST_DURATION,
    &LIMITER_DURATION,
    &REQUEST_SIZE,
    &RESPONSE_SIZE,
    &REQUESTS,
    &RETRIES,
    &EXEC_CALLS,
    &EXEC_POLICY_CALLS,
    &EXEC_TTL,
    &EXEC_ROTATION_AGE,
    &LOOKUP_DURATION,
    &DIAL_DURATION,
    &HANDSHAKE_DURATION,
    &CONNECTIONS_OPEN,
    &CONNECTIONS_OPENED,
    &CONNECTIONS_REUSED,
    &CONNECTIONS_CLOSED,
    &POOLS,
    &POOL_REQUESTS,
    &POOLS_GONE,
    &AUTHORITY_RELOADS,
    &CERTIFICATE_RELOADS,
    &OVERSEERS_GONE,
];

/// Tells a recorder how long things took.
#[derive(Clone)]
pub(crate) struct Meter {
    pub(crate) metrics: Metrics,
    pub(crate) time: Arc<dyn Time>,
}

impl Meter {
    /// When something begins.
    pub(crate) fn now(&self) -> Instant {
        self.time.now()
    }

    /// Something that has begun then is over now.
    pub(crate) fn took(&self, metric: &'static Metric, labels: &[&str], begun: Instant) {
        let took = self.time.now().saturating_since(begun);
        self.metrics.record(metric, labels, took.as_secs_f64());
    }
}

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
    help: "How long the client certificates of exec plugins are valid yet, that which ends first.",
    kind: MetricKind::Gauge,
    labels: &[],
};

pub(crate) static EXEC_ROTATION_AGE: Metric = Metric {
    name: "rest_client_exec_plugin_certificate_rotation_age",
    help: "How old client certificates of exec plugins were when others came, in seconds.",
    kind: MetricKind::Histogram(AGES),
    labels: &[],
};

pub(crate) static LOOKUP_DURATION: Metric = Metric {
    name: "rest_client_dns_resolution_duration_seconds",
    help: "How long name lookups took, those that failed included.",
    kind: MetricKind::Histogram(SHORT_DURATIONS),
    labels: &["host"],
};

pub(crate) static DIAL_DURATION: Metric = Metric {
    name: "rest_client_dial_duration_seconds",
    help: "How long it took to reach a server or proxy, name lookup included.",
    kind: MetricKind::Histogram(SHORT_DURATIONS),
    labels: &["host"],
};

pub(crate) static HANDSHAKE_DURATION: Metric = Metric {
    name: "rest_client_tls_handshake_duration_seconds",
    help: "How long TLS handshakes with servers took.",
    kind: MetricKind::Histogram(SHORT_DURATIONS),
    labels: &["host"],
};

pub(crate) static CONNECTIONS_OPEN: Metric = Metric {
    name: "rest_client_connections_open",
    help: "Connections that are open.",
    kind: MetricKind::Level,
    labels: &["host"],
};

pub(crate) static CONNECTIONS_OPENED: Metric = Metric {
    name: "rest_client_connections_opened_total",
    help: "Connections that were opened, by the HTTP that is spoken over them.",
    kind: MetricKind::Counter,
    labels: &["host", "protocol"],
};

pub(crate) static CONNECTIONS_REUSED: Metric = Metric {
    name: "rest_client_connections_reused_total",
    help: "Answers that came over a connection which had brought another one before.",
    kind: MetricKind::Counter,
    labels: &["host"],
};

pub(crate) static CONNECTIONS_CLOSED: Metric = Metric {
    name: "rest_client_connections_closed_total",
    help: "Connections that ended: by the peer, by an error, because certificates were replaced, or by the client, who had no use for them or no answer to pings.",
    kind: MetricKind::Counter,
    labels: &["host", "reason"],
};

pub(crate) static POOLS: Metric = Metric {
    name: "rest_client_transport_cache_entries",
    help: "Pools of connections that transports share.",
    kind: MetricKind::Level,
    labels: &[],
};

pub(crate) static POOL_REQUESTS: Metric = Metric {
    name: "rest_client_transport_create_calls_total",
    help: "Transports that were made: whose pool was there (hit), was made (miss), or is theirs alone (uncacheable).",
    kind: MetricKind::Counter,
    labels: &["result"],
};

pub(crate) static POOLS_GONE: Metric = Metric {
    name: "rest_client_transport_cache_gc_calls_total",
    help: "Pools that went with the last transport that shared them.",
    kind: MetricKind::Counter,
    labels: &["result"],
};

pub(crate) static AUTHORITY_RELOADS: Metric = Metric {
    name: "rest_client_transport_ca_reload_total",
    help: "Looks at files of certificate authorities, by what was found.",
    kind: MetricKind::Counter,
    labels: &["result", "reason"],
};

pub(crate) static CERTIFICATE_RELOADS: Metric = Metric {
    name: "rest_client_transport_cert_reload_total",
    help: "Looks at files of client certificates, by what was found.",
    kind: MetricKind::Counter,
    labels: &["result", "reason"],
};

pub(crate) static OVERSEERS_GONE: Metric = Metric {
    name: "rest_client_transport_cert_rotation_gc_calls_total",
    help: "Client certificates that nobody looks after any more, since nobody uses them.",
    kind: MetricKind::Counter,
    labels: &[],
};

/// The code of an attempt that got no answer.
pub(crate) const NO_CODE: &str = "<error>";

const DURATIONS: &[f64] = &[
    0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0,
];

const SHORT_DURATIONS: &[f64] = &[0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0];

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
