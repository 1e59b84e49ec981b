//! [`LabelSelector`], which objects are meant, by their labels.
//!
//! `requirement` says what one requirement demands and when it is met; `selector` is a list of
//! them, `parse` its text and `object` the form that it has inside objects.

mod object;
mod parse;
mod requirement;
mod selector;

pub use object::{InvalidLabelSelectorError, UnsupportedOperatorError};
pub use parse::ParseLabelSelectorError;
pub use requirement::{InvalidRequirementError, LabelOperator, LabelRequirement};
pub use selector::LabelSelector;
