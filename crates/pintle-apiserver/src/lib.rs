//! A Kubernetes API server in a library.

mod generated;
mod quote;
mod schema;
mod selector;
mod status;
mod store;
mod validation;
