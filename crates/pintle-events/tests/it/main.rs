//! What is promised of event recorders.

mod core_events;
mod sending;
mod series;
mod storm;
