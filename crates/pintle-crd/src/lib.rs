//! Custom resources of Kubernetes from Rust types.
