//! What a program takes from its surroundings without asking for it: time, randomness, and someone who
//! counts what it does.
//!
//! The rest of pintle never reads a clock nor a random source by itself. It is given a [`Clock`], a
//! [`Timer`] and a [`Random`], so that a test decides what time it is, when a wait ends and which
//! numbers are drawn, and one seed reproduces any run.
//!
//! - [`Instant`] is monotonic and has no date: use it for deadlines, ages and rates.
//! - [`Timestamp`] is a date and may jump: use it for what is shown or stored.
//! - [`Metrics`] are told to a [`Recorder`]; [`OpenMetrics`] prints them for Prometheus.
//! - A [`RateLimiter`] says when the next one may go; [`TokenBucket`] is the usual one.
//!
//! This crate has no async runtime: [`SystemClock`] and [`SystemRandom`] wrap the operating system,
//! [`ManualClock`] and [`SeededRandom`] are for tests, and the crates that drive I/O implement
//! [`Timer`] over their runtime.

mod clock;
mod instant;
mod manual;
mod metrics;
mod open_metrics;
mod random;
mod rate;
mod timestamp;

pub use clock::{Clock, Sleep, SystemClock, Time, Timer};
pub use instant::Instant;
pub use manual::ManualClock;
pub use metrics::{Metric, MetricKind, Metrics, Recorder};
pub use open_metrics::OpenMetrics;
pub use random::{Random, SeededRandom, SystemRandom};
pub use rate::{RateLimiter, TokenBucket};
pub use timestamp::Timestamp;
