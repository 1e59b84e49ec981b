//! Kubeconfigs and environments, through the public interface, on real files.
#![allow(
    clippy::unwrap_used,
    reason = "a test that finds what it did not expect fails"
)]

mod directory;
mod in_cluster;
mod loading;
mod malformed;
mod resolving;
mod secrets;
mod writing;
