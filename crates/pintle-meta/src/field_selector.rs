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
    message: String,
    /// The byte at which the requirement starts that is wrong.
    offset: usize,
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
        for term in split_terms(text) {
            if !term.is_empty() {
                requirements.push(parse_term(term, offset)?);
            }
            offset += term.len() + 1;
        }
        Ok(Self(requirements))
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
    /// The byte at which the requirement starts that is wrong.
    pub fn offset(&self) -> usize {
        self.offset
    }
}

impl fmt::Display for ParseFieldSelectorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.message, self.offset)
    }
}

impl std::error::Error for ParseFieldSelectorError {}

/// The terms between commas that no `\` precedes.
fn split_terms(text: &str) -> Vec<&str> {
    let mut terms = Vec::new();
    let (mut start, mut escaped) = (0, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'\\' => escaped = !escaped,
            b',' if !escaped => {
                terms.push(&text[start..at]);
                start = at + 1;
            }
            _ => escaped = false,
        }
    }
    terms.push(&text[start..]);
    terms
}

fn parse_term(term: &str, offset: usize) -> Result<FieldRequirement, ParseFieldSelectorError> {
    let wrong = |message: String| ParseFieldSelectorError { message, offset };
    let Some(at) = term.find('=') else {
        return Err(wrong(format!(
            "{term:?} is not field=value, field==value or field!=value"
        )));
    };
    let (field, equals) = match term[..at].strip_suffix('!') {
        Some(field) => (field, false),
        None => (&term[..at], true),
    };
    let value = &term[at + 1..];
    let value = if equals {
        value.strip_prefix('=').unwrap_or(value)
    } else {
        value
    };
    if field.trim().is_empty() {
        return Err(wrong(format!("{term:?} names no field")));
    }
    let mut plain = Str::new();
    let mut chars = value.chars();
    while let Some(char) = chars.next() {
        let char = match char {
            '\\' => match chars.next() {
                Some(char @ ('\\' | ',' | '=')) => char,
                _ => return Err(wrong(format!("{value:?} has a \\ that escapes nothing"))),
            },
            '=' => return Err(wrong(format!("{value:?} has a = without a \\ before it"))),
            char => char,
        };
        plain.push_str(char.encode_utf8(&mut [0; 4]));
    }
    Ok(FieldRequirement {
        field: field.into(),
        equals,
        value: plain,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::FieldSelector;

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
        for text in ["=1", "a=b=c", "a=\\x", "!=a"] {
            assert!(text.parse::<FieldSelector>().is_err(), "{text}");
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
