//! The map beside the standard library's, and the cell under readers and a writer.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod cell;
mod map;
mod set;
