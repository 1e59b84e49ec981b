//! A Kubernetes API server in a library.

mod quote;
mod selector;
mod status;
mod store;
mod validation;
