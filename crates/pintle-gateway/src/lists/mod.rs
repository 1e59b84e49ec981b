//! Resources that the gateway knows itself: lists and streams that cost the API server nothing.
//!
//! One informer a resource, whoever asks how often. The usual resources are followed from the start,
//! others from their first use until nobody has asked for a while.

mod access;
mod answer;
mod followed;
mod query;
mod resources;
mod stream;

pub(crate) use access::Access;
pub(crate) use answer::Failure;
pub(crate) use query::Query;
pub(crate) use resources::{Gvr, Resources, SWEEP, gvr};
pub(crate) use stream::Events;
