//! What is promised of leader election.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod election;
mod rules;
mod simulation;
