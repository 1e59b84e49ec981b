//! Controllers over informers that a test feeds, and on the embedded server.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod cluster;
mod endpoint;
mod finalizers;
mod leading;
mod reconciles;
mod support;
mod syncing;
