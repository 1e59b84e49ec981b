//! The types of k8s-openapi as resources. A package of its own: only what tests them builds them.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod clients;
mod documents;
