//! The transport against servers on loopback: HTTP over TLS and without, and sockets that misbehave.
#![allow(
    clippy::unwrap_used,
    reason = "a test that finds what it did not expect fails"
)]

mod connecting;
#[cfg(target_os = "linux")]
mod exec;
mod gzip;
mod headers;
mod http2;
mod layers;
mod lifetime;
mod log;
mod loopback_proxy;
mod measured;
mod observed;
mod oidc;
mod pools;
mod proxies;
mod requests;
mod responses;
mod retries;
mod rotation;
mod script;
mod secrets;
mod server;
mod soak;
mod throttling;
mod token_files;
mod upgrades;
