//! Label and field selectors: what they say, and whether something matches.
//!
//! Pure. Parsing accepts and refuses what the real server does, in its words.

mod fields;
mod labels;

pub(crate) use fields::{FieldSelector, ParseFieldsError};
pub(crate) use labels::LabelSelector;
