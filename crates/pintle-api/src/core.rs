//! The core group: pods, services, nodes, namespaces and what they need.

pub mod v1;
