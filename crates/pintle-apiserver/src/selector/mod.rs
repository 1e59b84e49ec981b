//! Selectors: those of requests over the fields that a resource has, and those of objects over labels.
//!
//! Pure. What is accepted and what is refused, in which words, is the real server's.

mod fields;
pub(crate) mod labels;

pub(crate) use fields::{FieldSelector, ParseFieldsError};
