//! [`FieldSelector`], which objects are meant, by the values of their fields.

use std::fmt;
use std::ops::Range;
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
    selector: String,
    /// Where the requirement stands that is wrong.
    term: Range<usize>,
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

    /// The requirements. Those that were read are in the order of their text, as in Go.
    pub fn requirements(&self) -> &[FieldRequirement] {
        &self.0
    }

    /// Whether there is no requirement, so that everything is selected.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value that a field must have, if a requirement says so.
    pub fn exact_value(&self, field: &str) -> Option<&str> {
        let mut requirements = self.0.iter();
        let exact =
            requirements.find(|requirement| requirement.equals && requirement.field == field)?;
        Some(&exact.value)
    }

    /// Whether all requirements hold for an object whose fields `value_of` gives. It allocates
    /// nothing.
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
        let mut terms: Vec<Term<'_>> = Term::all(text)
            .filter(|term| !term.text.is_empty())
            .collect();
        // In Go the order of sorting decides which of two mistakes is told.
        terms.sort_by_key(|term| term.text);
        let requirements = terms.iter().map(Term::requirement);
        let requirements: Vec<_> =
            requirements
                .collect::<Result<_, _>>()
                .map_err(|(kind, term, offset)| ParseFieldSelectorError {
                    kind,
                    selector: text.to_owned(),
                    term,
                    offset,
                })?;
        let is_nameless = |requirement: &FieldRequirement| requirement.field.is_empty();
        match requirements.iter().position(is_nameless) {
            None => Ok(Self(requirements)),
            Some(at) => Err(ParseFieldSelectorError {
                kind: FieldSelectorErrorKind::NoField,
                selector: text.to_owned(),
                term: terms[at].range(),
                offset: terms[at].start,
            }),
        }
    }
}

/// A requirement as it is written.
struct Term<'a> {
    text: &'a str,
    /// Where in the selector.
    start: usize,
}

type Fault = (FieldSelectorErrorKind, Range<usize>, usize);

impl<'a> Term<'a> {
    /// What stands between commas that no `\` precedes.
    fn all(selector: &'a str) -> impl Iterator<Item = Self> {
        let mut escaped = false;
        let mut start = 0;
        let terms = selector.split(move |char| {
            let splits = char == ',' && !escaped;
            escaped = char == '\\' && !escaped;
            splits
        });
        terms.map(move |text| {
            let term = Term { text, start };
            start += text.len() + 1;
            term
        })
    }

    fn range(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }

    fn requirement(&self) -> Result<FieldRequirement, Fault> {
        let fault = |kind, at| (kind, self.range(), self.start + at);
        let (field, value) = self
            .text
            .split_once('=')
            .ok_or_else(|| fault(FieldSelectorErrorKind::NoOperator, 0))?;
        let (field, equals, value) = match field.strip_suffix('!') {
            Some(field) => (field, false, value),
            None => (field, true, value.strip_prefix('=').unwrap_or(value)),
        };
        let value_start = self.text.len() - value.len();
        let value = unescape(value).map_err(|(kind, at)| fault(kind, value_start + at))?;
        Ok(FieldRequirement {
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

/// As the options of a request have it.
impl From<&FieldSelector> for Str {
    fn from(selector: &FieldSelector) -> Self {
        selector.to_string().into()
    }
}

impl From<FieldSelector> for Str {
    fn from(selector: FieldSelector) -> Self {
        Self::from(&selector)
    }
}

impl ParseFieldSelectorError {
    /// What is wrong.
    pub fn kind(&self) -> FieldSelectorErrorKind {
        self.kind
    }

    /// The byte at which the selector is wrong.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// What is wrong, in the words of Kubernetes.
    pub fn reason(&self) -> String {
        match self.kind {
            FieldSelectorErrorKind::InvalidEscape(escaped) => {
                let escaped = escaped.map(String::from).unwrap_or_default();
                format!("invalid field selector: invalid escape sequence: \\{escaped}")
            }
            FieldSelectorErrorKind::Unescaped(character) => {
                let code = u32::from(character);
                format!("invalid field selector: unescaped character in value: {code}")
            }
            FieldSelectorErrorKind::NoOperator | FieldSelectorErrorKind::NoField => {
                format!(
                    "invalid selector: '{}'; can't understand '{}'",
                    self.selector,
                    self.term()
                )
            }
        }
    }

    fn term(&self) -> &str {
        &self.selector[self.term.clone()]
    }
}

impl fmt::Display for ParseFieldSelectorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at byte {}: {:?} ", self.offset, self.term())?;
        match self.kind {
            FieldSelectorErrorKind::NoOperator => {
                f.write_str("is not field=value, field==value or field!=value")
            }
            FieldSelectorErrorKind::NoField => f.write_str("names no field"),
            FieldSelectorErrorKind::InvalidEscape(_) => {
                f.write_str("has a \\ that escapes nothing")
            }
            FieldSelectorErrorKind::Unescaped(char) => {
                write!(f, "has a {char} without a \\ before it")
            }
        }
    }
}

impl std::error::Error for ParseFieldSelectorError {}

/// A value without its escapes: `\\`, `\,` and `\=`.
fn unescape(text: &str) -> Result<String, (FieldSelectorErrorKind, usize)> {
    let mut value = String::with_capacity(text.len());
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        value.push(match char {
            '\\' => match chars.next().map(|(_, char)| char) {
                Some(literal @ ('\\' | ',' | '=')) => literal,
                other => return Err((FieldSelectorErrorKind::InvalidEscape(other), at)),
            },
            ',' | '=' => return Err((FieldSelectorErrorKind::Unescaped(char), at)),
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
            "metadata.name=a,spec.nodeName!=n,status.phase=Running"
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
            let in_order = |selector: &FieldSelector| {
                let mut requirements = selector.requirements().to_vec();
                requirements.sort_by_key(|one| (one.equals, one.value.clone()));
                requirements
            };
            prop_assert_eq!(in_order(&parse(&selector.to_string())), in_order(&selector));
        }

        #[test]
        fn never_panics(text in "[a=!,\\\\é]{0,12}") {
            let _ = text.parse::<FieldSelector>();
        }
    }
}
