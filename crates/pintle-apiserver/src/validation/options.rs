//! The options that writes have in common.

use super::FieldError;

/// `dryRun` may only be `All`.
pub(crate) fn validate_dry_run(values: &[&str]) -> Option<FieldError> {
    let supported = values.iter().all(|value| *value == "All");
    (!supported).then(|| FieldError::none_supported("dryRun", values, &["All"]))
}

/// `fieldValidation` is one of four words.
pub(crate) fn validate_field_validation(value: &str) -> Option<FieldError> {
    const SUPPORTED: [&str; 4] = ["", "Ignore", "Strict", "Warn"];
    let supported = SUPPORTED.contains(&value);
    (!supported).then(|| FieldError::not_supported("fieldValidation", value, &SUPPORTED))
}

/// `fieldManager` is short and can be printed.
pub(crate) fn validate_field_manager(value: &str) -> Vec<FieldError> {
    const FIELD: &str = "fieldManager";
    const MAX: usize = 128;
    let mut errors = Vec::new();
    if value.len() > MAX {
        errors.push(FieldError::too_long(FIELD, MAX));
    }
    for (at, character) in value.char_indices().filter(|(_, c)| c.is_control()) {
        let code = u32::from(character);
        let detail = format!("invalid character U+{code:04X} (at position {at})");
        errors.push(FieldError::invalid(FIELD, value, &detail));
    }
    errors
}
