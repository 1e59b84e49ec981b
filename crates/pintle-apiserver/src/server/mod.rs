//! The server as a program has it: built, started, running, ended.
//!
//! Invariant: every task belongs to a set that [`RunningServer`] owns, directly or through another
//! task; when it is dropped, all of them end.

mod builder;
mod connection;
mod connector;
mod error;
mod kubeconfig;
mod listener;
mod protocol;
mod running;
mod tasks;
mod time;
mod tls;

pub use builder::{ApiServer, ApiServerBuilder};
pub use connector::{Connection, Connector};
pub use error::StartError;
pub use running::RunningServer;
