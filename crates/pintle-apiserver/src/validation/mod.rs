//! What is wrong with an object or with the options of a request, said as the real server says it.
//!
//! Pure: a check gets values and returns [`FieldError`]s; it never looks anything up.

mod field;
mod metadata;
pub(crate) mod names;
mod options;
mod presence;

pub(crate) use field::FieldError;
pub(crate) use metadata::{
    FOREGROUND, NameRule, ORPHAN, validate_metadata, validate_metadata_update,
};
pub(crate) use options::{validate_dry_run, validate_field_manager, validate_field_validation};
pub(crate) use presence::validate_fields;
