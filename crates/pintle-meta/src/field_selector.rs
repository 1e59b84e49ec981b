//! [`FieldSelector`], which objects are meant, by the values of their fields.

use std::fmt;
use std::str::FromStr;

use pintle_codec::Str;

/// Requirements on the fields of objects, all of which must hold, such as
/// `status.phase=Running,spec.nodeName!=node-1`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldSelector(Vec<FieldRequirement>);

/// A field that must, or must not, have a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldRequirement {
    /// The path of the field, such as `status.phase`.
    pub field: Str,
    /// Whether the field must have the value; otherwise it must not.
    pub equals: bool,
    /// The value.
    pub value: Str,
}

/// Text that is not a field selector: what is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseFieldSelectorError {
    kind: FieldSelectorErrorKind,
    /// The requirement that is wrong.
    term: String,
    offset: usize,
}

/// What is wrong with a field selector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldSelectorErrorKind {
    /// A requirement has none of `=`, `==` and `!=`.
    NoOperator,
    /// A requirement has nothing before its operator.
    NoField,
    /// A `\` stands before this character, which needs none, or at the end.
    InvalidEscape(Option<char>),
    /// This character stands in a value without the `\` that it needs.
    Unescaped(char),
}

impl FieldSelector {
    /// The selector that selects every object.
    pub fn everything() -> Self {
        Self::default()
    }

    /// The selector of the one object with this name.
    pub fn name(name: impl Into<Str>) -> Self {
        Self::everything().and_equals("metadata.name", name)
    }

    /// This selector, and `field` must have `value`.
    #[must_use]
    pub fn and_equals(mut self, field: impl Into<Str>, value: impl Into<Str>) -> Self {
        self.0.push(FieldRequirement {
            field: field.into(),
            equals: true,
            value: value.into(),
        });
        self
    }

    /// This selector, and `field` must not have `value`.
    #[must_use]
    pub fn and_not_equals(mut self, field: impl Into<Str>, value: impl Into<Str>) -> Self {
        self.0.push(FieldRequirement {
            field: field.into(),
            equals: false,
            value: value.into(),
        });
        self
    }

    /// The requirements of a selector as they are written: the texts between commas that no `\`
    /// precedes. Empty ones mean nothing.
    pub fn split(text: &str) -> impl Iterator<Item = &str> {
        let mut escaped = false;
        text.split(move |char| {
            let splits = char == ',' && !escaped;
            escaped = char == '\\' && !escaped;
            splits
        })
    }

    /// The requirements.
    pub fn requirements(&self) -> &[FieldRequirement] {
        &self.0
    }

    /// Whether all requirements hold for an object whose fields `value_of` gives.
    pub fn matches<'a>(&self, value_of: impl Fn(&str) -> &'a str) -> bool {
        self.0.iter().all(|requirement| {
            (value_of(&requirement.field) == requirement.value.as_str()) == requirement.equals
        })
    }
}

impl FromStr for FieldSelector {
    type Err = ParseFieldSelectorError;

    /// Reads `field=value`, `field==value` and `field!=value`, separated by commas. In a value `\`
    /// takes the meaning from `\`, `,` and `=`.
    fn from_str(text: &str) -> Result<Self, ParseFieldSelectorError> {
        let mut requirements = Vec::new();
        let mut offset = 0;
        for term in Self::split(text) {
            if !term.is_empty() {
                let requirement = term.parse().and_then(|requirement: FieldRequirement| {
                    if requirement.field.trim().is_empty() {
                        return Err(wrong(FieldSelectorErrorKind::NoField, term));
                    }
                    Ok(requirement)
                });
                requirements.push(requirement.map_err(|error| error.shifted_by(offset))?);
            }
            offset += term.len() + 1;
        }
        Ok(Self(requirements))
    }
}

impl FromStr for FieldRequirement {
    type Err = ParseFieldSelectorError;

    /// Reads `field=value`, `field==value` or `field!=value`, with escapes as in a selector. To
    /// Kubernetes the name of the field may be empty, and so it may here; a selector refuses it.
    fn from_str(term: &str) -> Result<Self, ParseFieldSelectorError> {
        let (field, value) = term
            .split_once('=')
            .ok_or_else(|| wrong(FieldSelectorErrorKind::NoOperator, term))?;
        let (field, equals, value) = match field.strip_suffix('!') {
            Some(field) => (field, false, value),
            None => (field, true, value.strip_prefix('=').unwrap_or(value)),
        };
        let value = unescape(value).map_err(|kind| wrong(kind, term))?;
        Ok(Self {
            field: field.into(),
            equals,
            value: value.into(),
        })
    }
}

impl fmt::Display for FieldSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, requirement) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "," };
            let operator = if requirement.equals { "=" } else { "!=" };
            write!(f, "{separator}{}{operator}", requirement.field)?;
            for char in requirement.value.chars() {
                if matches!(char, '\\' | ',' | '=') {
                    f.write_str("\\")?;
                }
                write!(f, "{char}")?;
            }
        }
        Ok(())
    }
}

impl ParseFieldSelectorError {
    /// What is wrong.
    pub fn kind(&self) -> FieldSelectorErrorKind {
        self.kind
    }

    /// The byte at which the requirement starts that is wrong.
    pub fn offset(&self) -> usize {
        self.offset
    }

    fn shifted_by(mut self, start: usize) -> Self {
        self.offset += start;
        self
    }
}

impl fmt::Display for ParseFieldSelectorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} ", self.term)?;
        match self.kind {
            FieldSelectorErrorKind::NoOperator => {
                f.write_str("is not field=value, field==value or field!=value")?;
            }
            FieldSelectorErrorKind::NoField => f.write_str("names no field")?,
            FieldSelectorErrorKind::InvalidEscape(_) => {
                f.write_str("has a \\ that escapes nothing")?;
            }
            FieldSelectorErrorKind::Unescaped(char) => {
                write!(f, "has a {char} without a \\ before it")?;
            }
        }
        write!(f, " at byte {}", self.offset)
    }
}

impl std::error::Error for ParseFieldSelectorError {}

fn wrong(kind: FieldSelectorErrorKind, term: &str) -> ParseFieldSelectorError {
    ParseFieldSelectorError {
        kind,
        term: term.to_owned(),
        offset: 0,
    }
}

/// A value without its escapes: `\\`, `\,` and `\=`.
fn unescape(text: &str) -> Result<String, FieldSelectorErrorKind> {
    let mut value = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        value.push(match char {
            '\\' => match chars.next() {
                Some(literal @ ('\\' | ',' | '=')) => literal,
                other => return Err(FieldSelectorErrorKind::InvalidEscape(other)),
            },
            ',' | '=' => return Err(FieldSelectorErrorKind::Unescaped(char)),
            char => char,
        });
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{FieldSelector, FieldSelectorErrorKind};

    fn parse(text: &str) -> FieldSelector {
        text.parse().unwrap()
    }

    #[test]
    fn reads_its_three_forms() {
        let selector = parse("metadata.name=a,status.phase==Running,spec.nodeName!=n");
        assert_eq!(
            selector.to_string(),
            "metadata.name=a,status.phase=Running,spec.nodeName!=n"
        );
        assert_eq!(parse(""), FieldSelector::everything());
        assert_eq!(parse("metadata.name=a"), FieldSelector::name("a"));
        assert_eq!(parse("x=").requirements()[0].value, "");
    }

    #[test]
    fn all_requirements_must_hold() {
        let value_of = |field: &str| if field == "a" { "1" } else { "" };
        assert!(parse("a=1,b!=1").matches(value_of));
        assert!(!parse("a=1,b=1").matches(value_of));
        assert!(FieldSelector::everything().matches(value_of));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let error = "a=1,b".parse::<FieldSelector>().unwrap_err();
        assert_eq!(error.offset(), 4);
        assert!(error.to_string().contains("\"b\""), "{error}");
        for (text, kind) in [
            ("a", FieldSelectorErrorKind::NoOperator),
            ("=1", FieldSelectorErrorKind::NoField),
            ("!=a", FieldSelectorErrorKind::NoField),
            ("a=b=c", FieldSelectorErrorKind::Unescaped('=')),
            ("a=\\x", FieldSelectorErrorKind::InvalidEscape(Some('x'))),
            ("a=\\", FieldSelectorErrorKind::InvalidEscape(None)),
        ] {
            assert_eq!(text.parse::<FieldSelector>().unwrap_err().kind(), kind);
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(values in prop::collection::vec("\\PC{0,8}", 0..4)) {
            let selector = values.iter().enumerate().fold(FieldSelector::everything(), |selector, (index, value)| {
                if index % 2 == 0 { selector.and_equals("a.b", value) } else { selector.and_not_equals("c", value) }
            });
            prop_assert_eq!(parse(&selector.to_string()), selector);
        }

        #[test]
        fn never_panics(text in "[a=!,\\\\é]{0,12}") {
            let _ = text.parse::<FieldSelector>();
        }
    }
}
