//! The controllers without which an API server is of little use.
//!
//! Each is a loop that looks at the state and brings it nearer to what it should be, and then waits
//! for a write. It never relies on having seen a certain event.

mod events;
mod furnishing;
mod garbage;
mod history;
mod namespaces;

pub(crate) use events::expire_events;
pub(crate) use furnishing::Furnishing;
pub(crate) use garbage::Collector;
pub(crate) use history::expire_history;
pub(crate) use namespaces::empty_namespaces;
