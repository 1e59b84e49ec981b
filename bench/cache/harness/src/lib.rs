//! What the Rust peers of the cache and list benchmarks share, so that they differ in nothing but the library
//! measured.
//!
//! A peer is a process that does one thing with one server, prints what came of it as a line of JSON, and ends.

mod digest;
mod latencies;
mod peer;
mod server;
mod stages;
mod usage;

pub use bench_harness::Failure;
pub use digest::{Digest, Facts};
pub use latencies::Latencies;
pub use peer::main;
pub use server::{ask, count};
pub use stages::{Stage, Stopwatch};
pub use usage::{cpu_ns, peak_resident, reset_peak_resident, resident, voluntary_switches};
