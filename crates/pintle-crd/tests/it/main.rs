//! The traits of serde and schemars, definitions of custom resources, and the derive.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod definitions;
mod resources;
mod schemas;
mod serde;
mod structural;
mod versions;
