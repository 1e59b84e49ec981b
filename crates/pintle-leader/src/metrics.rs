//! What an election tells about itself, under Kubernetes' names.

use pintle_env::{Metric, MetricKind};

pub(crate) static MASTER_STATUS: Metric = Metric {
    name: "leader_election_master_status",
    help: "1 while this replica leads, 0 while it does not.",
    kind: MetricKind::Gauge,
    labels: &["name"],
};

pub(crate) static SLOWPATH: Metric = Metric {
    name: "leader_election_slowpath_total",
    help: "Renewals of a lease that had to read it first.",
    kind: MetricKind::Counter,
    labels: &["name"],
};
