//! Which types a server has, and which of them a name means.
//!
//! What a server said is kept on disk for a while, in kubectl's place and form, so that the next command
//! need not ask.

mod cache;
mod catalog;
mod discover;

pub(crate) use cache::cached;
pub(crate) use catalog::{Catalog, ResourceType};
pub(crate) use discover::{discover, discover_anew};
