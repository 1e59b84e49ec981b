//! `cargo xtask ci`: the gate that every change passes, on a machine that may have nothing but Rust and Go.
//!
//! A step proves one thing and says how many cases it proved it on; a step that has a floor fails below it,
//! so that a proof which lost its cases is not taken for one that passed. A missing tool is a failure, never
//! a reason to skip. Steps share the target directory; whatever is costly to build and does not depend on
//! the checkout lives in the cache.

mod bans;
mod chaos;
mod claims;
mod codec;
mod connect;
mod control_plane;
mod discovery;
mod docs;
mod embedded;
mod examples;
mod explained;
mod followed;
mod gate;
mod informers;
mod kubectl;
mod outcome;
mod page;
mod replicas;
mod rust;
mod schedules;
mod schema;
mod steps;
mod streams;
mod tools;
mod watcher;
mod websites;

pub(crate) use embedded::Embedded;
pub(crate) use gate::{Arguments, run};
pub(crate) use outcome::{Cases, proof};
