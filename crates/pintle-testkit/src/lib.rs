//! Scenarios that any Kubernetes API server must pass.
//!
//! One source for all backends: the tests of the workspace run the scenarios on the embedded
//! server, `cargo run -p pintle-testkit --bin conformance -- --kubeconfig FILE` on any other. A
//! scenario panics where the server does something else than it must. It works in a namespace of
//! its own, so that scenarios run side by side and on a cluster that is in use.
#![allow(clippy::unwrap_used, reason = "a scenario fails by panicking")]

mod cluster;
mod scenario;
mod scenarios;

pub use cluster::Cluster;
pub use scenario::{Scenario, run};
pub use scenarios::all;
