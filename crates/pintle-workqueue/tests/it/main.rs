//! What is promised of work queues.

mod custom_order;
mod front;
mod metrics;
mod model;
mod schedules;
mod threads;
