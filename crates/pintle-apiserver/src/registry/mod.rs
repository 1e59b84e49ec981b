//! What a request does to objects: the rules of the API around the store.
//!
//! No HTTP here, and nothing is waited for: an operation gets value trees and answers with objects or
//! with a [`Failure`](crate::status::Failure). The server's own controllers use it as requests do.
//!
//! Invariant: what is checked about the state of the store is checked, or checked again, in the same
//! critical section in which the write happens.

mod admission;
mod create;
mod delete;
mod input;
mod metadata;
mod patch;
mod resources;
mod select;
mod update;

pub(crate) use delete::{DeleteOptions, Deleted};
pub(crate) use input::FieldValidation;

pub(crate) use resources::{Registry, Served};
pub(crate) use update::{Change, Updated};
