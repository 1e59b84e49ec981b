//! Apply configurations, beside what client-go does.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod client_go;
mod extract;
mod setters;
