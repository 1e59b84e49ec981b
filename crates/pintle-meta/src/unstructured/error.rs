//! [`FieldError`], why a field of an unstructured object is not what was asked for.

use std::fmt;

use pintle_codec::Value;

/// Why a field of an unstructured object is not what was asked for: it, or one on the way to it, is
/// of another type.
///
/// It says where and of what types, never what the value is: it may be a secret. A field that is
/// missing is no error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    path: String,
    expected: &'static str,
    found: &'static str,
}

impl FieldError {
    pub(super) fn new<'a>(
        path: impl IntoIterator<Item = &'a str>,
        expected: &'static str,
        found: &'static str,
    ) -> Self {
        let path = path
            .into_iter()
            .fold(String::new(), |path, step| path + "." + step);
        Self {
            path,
            expected,
            found,
        }
    }

    /// The same error, of an element of the list at the path.
    pub(super) fn at_index(mut self, index: usize) -> Self {
        self.path.push_str(&format!("[{index}]"));
        self
    }

    /// The path to the value that is of another type: `.spec.replicas`.
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            expected,
            found,
        } = self;
        // The object as a whole has an empty path.
        let path = if path.is_empty() { "." } else { path };
        write!(f, "{path}: expected {expected}, found {found}")
    }
}

impl std::error::Error for FieldError {}

/// What a value is, as an error names it.
pub(super) fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a bool",
        Value::Int(_) => "a whole number",
        Value::Float(_) => "a floating-point number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
