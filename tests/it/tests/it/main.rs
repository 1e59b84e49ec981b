//! What needs a server, on the embedded one.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod chaos;
mod discovery;
mod scenarios;
