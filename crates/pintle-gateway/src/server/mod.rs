//! Connections: how many, for how long, and in which version of HTTP.

mod connection;
mod limits;
mod listener;
mod protocol;
mod running;
mod stall;
mod tasks;
mod tls;

pub(crate) use limits::Limits;
pub use running::RunningGateway;
pub(crate) use tls::Tls;
