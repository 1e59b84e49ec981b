//! Kubeconfigs and environments, through the public interface, on real files.
#![allow(
    clippy::unwrap_used,
    reason = "a test that finds what it did not expect fails"
)]

mod building;
mod deferred;
mod directory;
mod in_cluster;
mod loading;
mod malformed;
mod oracle;
mod resolving;
mod secrets;
mod writing;
