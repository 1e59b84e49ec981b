//! Scenarios that any Kubernetes API server must pass.
//!
//! One source for all backends: the tests of the workspace run the scenarios on the embedded
//! server, `cargo xtask conformance --backend real|KUBECONFIG` on any other. A scenario panics where the server does something else than it must. It works in namespaces of its
//! own, which [`run`] deletes afterwards, so that scenarios do not get into each other's way nor
//! into that of a cluster's users.
#![allow(clippy::unwrap_used, reason = "a scenario fails by panicking")]

mod ask;
mod chaos;
mod cluster;
mod definitions;
mod faults;
mod scenario;
mod scenarios;

pub use chaos::{Chaos, Difference, Workload};
pub use cluster::Cluster;
pub use faults::{AnswerFault, ConnectionFault, FaultLayer, FaultProxy};
pub use scenario::{Scenario, run};
pub use scenarios::{all, of_credentials, of_custom_resources};
