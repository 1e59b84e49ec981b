//! Which types a server has, and which of them a name means.
//!
//! The server is asked for the aggregated form of discovery, two answers for everything; one that
//! does not have it is asked group by group.

mod aggregated;
mod catalog;
mod discover;
mod legacy;

pub(crate) use catalog::{Catalog, ResourceType};
pub(crate) use discover::discover;
