//! The transport against servers on loopback: HTTP over TLS and without, and sockets that misbehave.
#![allow(
    clippy::unwrap_used,
    reason = "a test that finds what it did not expect fails"
)]

mod connecting;
mod http2;
mod layers;
mod lifetime;
mod loopback_proxy;
mod pools;
mod proxies;
mod requests;
mod responses;
mod rotation;
mod secrets;
mod server;
mod upgrades;
