//! Names mapped to resources: of what a person types, or a document says.

mod deferred;
mod names;
mod rest_mapper;
mod shortcuts;

pub use deferred::DeferredRestMapper;
pub use names::{GroupResource, Mapping, PartialResource};
pub use rest_mapper::RestMapper;
pub use shortcuts::Expansion;
