//! The gateway in front of servers, asked by a client that writes its own requests.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod backend;
mod certificates;
mod http;
mod lists;
mod logs;
mod page;
mod proxying;
mod security;
mod starting;
mod streams;
