//! What is promised of event recorders.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod core_events;
mod regarding;
mod sending;
mod series;
mod storm;
