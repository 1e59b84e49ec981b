//! What a request does to objects: the rules of the API around the store.
//!
//! No HTTP here, and nothing is waited for: an operation gets value trees and answers with objects or
//! with a [`Failure`](crate::status::Failure). The server's own controllers use it as requests do.
//!
//! Invariant: what is checked about the state of the store is checked, or checked again, in the same
//! critical section in which the write happens.

mod admission;
mod binding;
mod claims;
mod condition;
mod create;
mod delete;
mod eviction;
mod expire;
mod input;
mod metadata;
mod mode;
mod patch;
mod resources;
mod runtime_config;
mod scale;
mod seed;
mod select;
mod update;
mod view;

pub(crate) use claims::{ClaimError, NODE_PORTS, Reservation};
pub(crate) use delete::{DeleteOptions, Deleted, Propagation};
pub(crate) use input::{Expected, FieldValidation};
pub(crate) use metadata::uid;
pub(crate) use mode::Mode;
pub(crate) use resources::{Registry, Served};
pub(crate) use runtime_config::RuntimeConfig;
pub(crate) use scale::scale_of;
pub(crate) use update::{Change, Updated};
pub(crate) use view::View;
