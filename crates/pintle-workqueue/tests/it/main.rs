//! What is promised of work queues.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod custom_order;
mod front;
mod inbox;
mod limited;
mod metrics;
mod model;
mod schedules;
mod threads;
