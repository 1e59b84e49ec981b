//! [`FieldError`], one thing that is wrong with one field.

use std::fmt;

use crate::quote::Quoted;

/// One thing that is wrong with one field of an object or of a request's options.
///
/// It becomes a cause in the details of a 422 Invalid status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldError {
    kind: Kind,
    field: String,
    /// The value at fault as it is shown, for the kinds that show it.
    value: String,
    detail: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Required,
    Invalid,
    NotSupported,
    Forbidden,
    TooLong,
    Duplicate,
    NotFound,
}

impl FieldError {
    /// A value is missing. `detail` may be empty.
    pub(crate) fn required(field: impl Into<String>, detail: &str) -> Self {
        Self::new(Kind::Required, field, String::new(), detail)
    }

    /// A text is not what the field may hold.
    pub(crate) fn invalid(field: impl Into<String>, value: &str, detail: &str) -> Self {
        Self::new(Kind::Invalid, field, Quoted(value).to_string(), detail)
    }

    /// A value that is not a text, shown as `value` is written, is not what the field may hold.
    pub(crate) fn invalid_shown(field: impl Into<String>, value: &str, detail: &str) -> Self {
        Self::new(Kind::Invalid, field, value.to_owned(), detail)
    }

    /// A text is not one of those that the field may hold.
    pub(crate) fn not_supported(field: impl Into<String>, value: &str, supported: &[&str]) -> Self {
        let value = Quoted(value).to_string();
        Self::new(Kind::NotSupported, field, value, &list(supported))
    }

    /// Some of these texts are not among those that the field may hold.
    pub(crate) fn none_supported(
        field: impl Into<String>,
        values: &[&str],
        supported: &[&str],
    ) -> Self {
        let values: Vec<_> = values
            .iter()
            .map(|value| Quoted(value).to_string())
            .collect();
        let values = format!("[{}]", values.join(","));
        Self::new(Kind::NotSupported, field, values, &list(supported))
    }

    /// The field may not be set here.
    pub(crate) fn forbidden(field: impl Into<String>, detail: &str) -> Self {
        Self::new(Kind::Forbidden, field, String::new(), detail)
    }

    /// The value has more than `max` bytes.
    pub(crate) fn too_long(field: impl Into<String>, max: usize) -> Self {
        let detail = format!("may not be more than {max} bytes");
        Self::new(Kind::TooLong, field, String::new(), &detail)
    }

    /// A text is there a second time.
    pub(crate) fn duplicate(field: impl Into<String>, value: &str) -> Self {
        Self::new(Kind::Duplicate, field, Quoted(value).to_string(), "")
    }

    /// A text names nothing that is there.
    pub(crate) fn not_found(field: impl Into<String>, value: &str) -> Self {
        Self::new(Kind::NotFound, field, Quoted(value).to_string(), "")
    }

    fn new(kind: Kind, field: impl Into<String>, value: String, detail: &str) -> Self {
        Self {
            kind,
            field: field.into(),
            value,
            detail: detail.to_owned(),
        }
    }

    /// The path of the field, from the object's root.
    pub(crate) fn field(&self) -> &str {
        &self.field
    }

    /// The machine-readable kind of fault, as in a status cause.
    pub(crate) fn reason(&self) -> &'static str {
        match self.kind {
            Kind::Required => "FieldValueRequired",
            Kind::Invalid => "FieldValueInvalid",
            Kind::NotSupported => "FieldValueNotSupported",
            Kind::Forbidden => "FieldValueForbidden",
            Kind::TooLong => "FieldValueTooLong",
            Kind::Duplicate => "FieldValueDuplicate",
            Kind::NotFound => "FieldValueNotFound",
        }
    }

    /// What is wrong, without the field.
    pub(crate) fn body(&self) -> String {
        let kind = match self.kind {
            Kind::Required => "Required value",
            Kind::Invalid => "Invalid value",
            Kind::NotSupported => "Unsupported value",
            Kind::Forbidden => "Forbidden",
            Kind::TooLong => "Too long",
            Kind::Duplicate => "Duplicate value",
            Kind::NotFound => "Not found",
        };
        let parts = [kind, &self.value, &self.detail];
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(": ")
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.body())
    }
}

fn list(supported: &[&str]) -> String {
    let supported: Vec<_> = supported
        .iter()
        .map(|value| Quoted(value).to_string())
        .collect();
    format!("supported values: {}", supported.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_read_as_the_real_servers() {
        let shown = |error: FieldError| error.to_string();
        assert_eq!(
            shown(FieldError::required(
                "metadata.name",
                "name or generateName is required"
            )),
            "metadata.name: Required value: name or generateName is required"
        );
        assert_eq!(
            shown(FieldError::required("spec.x", "")),
            "spec.x: Required value"
        );
        assert_eq!(
            shown(FieldError::invalid("a", "x y", "no")),
            "a: Invalid value: \"x y\": no"
        );
        assert_eq!(
            shown(FieldError::not_supported("m", "Foo", &["Exact", ""])),
            "m: Unsupported value: \"Foo\": supported values: \"Exact\", \"\""
        );
        assert_eq!(
            shown(FieldError::none_supported("dryRun", &["Foo"], &["All"])),
            "dryRun: Unsupported value: [\"Foo\"]: supported values: \"All\""
        );
        assert_eq!(
            shown(FieldError::forbidden("f", "why")),
            "f: Forbidden: why"
        );
    }
}
