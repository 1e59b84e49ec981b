//! The way to the API server.
//!
//! Invariant: no credential of a caller goes on, and none of the gateway's comes back.

mod forward;
mod headers;
mod limited;
mod tunnel;
mod upgrade;

pub(crate) use forward::Proxy;
pub(crate) use headers::impersonated;
pub(crate) use tunnel::Tunnel;
