//! The binary, run against servers that do what a test says, and against the embedded one.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod about;
mod bad_input;
mod binary;
mod config;
mod gateway;
mod logs;
mod outputs;
mod own_cluster;
mod reading;
mod server;
mod watching;
mod writing;
