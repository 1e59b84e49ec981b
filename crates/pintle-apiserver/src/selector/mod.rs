//! Field selectors over the fields that a resource has.
//!
//! Pure. What is accepted and what is refused, in which words, is the real server's.

mod fields;

pub(crate) use fields::{FieldSelector, ParseFieldsError};
