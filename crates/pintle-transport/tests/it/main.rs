//! The transport against servers on loopback: HTTP over TLS and without, and sockets that misbehave.
#![allow(
    clippy::unwrap_used,
    reason = "a test that finds what it did not expect fails"
)]

mod connecting;
mod layers;
mod lifetime;
mod requests;
mod responses;
mod secrets;
mod server;
