//! Informers on the embedded server, which misbehaves when it shall.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod compressed;
mod factory;
mod faults;
mod freed;
mod handlers;
mod informer;
mod intake;
mod support;
mod wire;
