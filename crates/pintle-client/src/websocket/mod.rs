//! What is spoken over a connection once it has left HTTP: WebSocket (RFC 6455), by tungstenite.

mod heartbeat;
mod socket;

pub(crate) use socket::{BUFFER, Socket};
