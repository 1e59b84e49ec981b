//! A Kubernetes API server in a library: real HTTPS, nothing installed, ready in milliseconds.
//!
//! Tests and programs start it in their own process and talk to it as to any other cluster:
//!
//! ```
//! # #[tokio::main]
//! # async fn main() -> Result<(), pintle_apiserver::StartError> {
//! let server = pintle_apiserver::ApiServer::builder().start().await?;
//! if let Some(kubeconfig) = server.kubeconfig() {
//!     std::fs::write(std::env::temp_dir().join("pintle-kubeconfig"), kubeconfig).ok();
//! }
//! server.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! Clients are known by their certificates, which the server's own authority signed, or by bearer
//! tokens: those that the server was given, and those of service accounts. Whoever is known may do
//! everything, unless an [`Authorizer`] says otherwise. Anonymous requests are refused with 401, those
//! for the version, the health and discovery too: as a kube-apiserver with `--anonymous-auth=false`.
//!
//! # Inside
//!
//! A request goes through these, and back:
//!
//! - `server`: sockets, TLS, tasks.
//! - `http`: from a request to an operation, and from its outcome to a response.
//! - `registry`: the rules of the API around the store. `kinds` has what kinds differ in,
//!   `schema` turns JSON into trees by the tables in `generated`, `patch` changes them, `validation`
//!   says what is wrong.
//! - `encoding`: what is stored, in the encodings that clients ask for.
//! - `proxy`: requests that are sent on, to kubelets, pods and nodes.
//! - `store`: the objects, their history, lists and watches; pure and synchronous.
//!
//! Invariants: time and randomness come in from outside; no lock is held across an await; nothing
//! that a client sends makes anything panic; a resource differs from others by data, and by its file
//! in `kinds`, never by a path of its own.

mod api_services;
mod authn;
mod authz;
mod bootstrap;
mod controllers;
mod discovery;
#[doc(hidden)]
pub mod documents;
mod encoding;
mod faults;
#[doc(hidden)]
pub mod fuzzing;
mod generated;
mod hash;
mod http;
mod kinds;
mod metrics;
mod openapi;
mod patch;
mod proxy;
mod quote;
mod registry;
mod schema;
mod seed;
mod selector;
mod server;
mod shared;
mod shutdown;
mod status;
mod store;
mod table;
mod validation;
mod version;
mod versions;

pub use authn::User;
pub use authz::{Attributes, Authorizer, Decision, PathRule, ResourceRule, Rules};
pub use faults::{Fault, Faults, Requests};
pub use metrics::RequestCount;
pub use server::{ApiServer, ApiServerBuilder, Connection, Connector, RunningServer, StartError};
pub use store::HistoryLimits;
