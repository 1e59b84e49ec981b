//! The binary, run against servers that do what a test says, and against the embedded one.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod about;
mod bad_input;
mod binary;
mod config;
mod exec;
mod gateway;
mod logs;
mod outputs;
mod own_cluster;
mod port_forward;
mod reading;
mod server;
mod sockets;
mod watching;
mod writing;
