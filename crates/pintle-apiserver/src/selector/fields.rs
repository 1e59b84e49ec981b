//! Field selectors: `spec.nodeName=node-1,status.phase!=Failed`.

use std::fmt;

/// Requirements on fields, all of which must be met. Without any, everything matches.
///
/// It knows fields by their number in the resource's own list of them, so that matching an object
/// compares strings and looks nothing up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FieldSelector {
    terms: Vec<Term>,
}

/// Why a text is no field selector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ParseFieldsError(String);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    field: usize,
    value: String,
    equal: bool,
}

impl FieldSelector {
    /// Reads a selector. `resolve` gives the number of a field, or says why there is none.
    pub(crate) fn parse(
        text: &str,
        resolve: impl Fn(&str) -> Result<usize, String>,
    ) -> Result<Self, ParseFieldsError> {
        let mut parts = split(text);
        parts.sort_unstable();
        parts.retain(|part| !part.is_empty());
        let mut parsed = Vec::with_capacity(parts.len());
        for part in parts {
            let Some((field, rest)) = part.split_once('=') else {
                let message = format!("invalid selector: '{text}'; can't understand '{part}'");
                return Err(ParseFieldsError(message));
            };
            let (field, value, equal) = match field.strip_suffix('!') {
                Some(field) => (field, rest, false),
                None => (field, rest.strip_prefix('=').unwrap_or(rest), true),
            };
            parsed.push((field, unescape(value)?, equal));
        }
        let mut terms = Vec::with_capacity(parsed.len());
        for (field, value, equal) in parsed {
            let field = resolve(field).map_err(ParseFieldsError)?;
            terms.push(Term {
                field,
                value,
                equal,
            });
        }
        Ok(Self { terms })
    }

    /// Whether it selects everything.
    pub(crate) fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The only value that a field may have, if there is just one.
    pub(crate) fn exact(&self, field: usize) -> Option<&str> {
        let mut terms = self.terms.iter();
        let term = terms.find(|term| term.equal && term.field == field)?;
        Some(&term.value)
    }

    /// Requires a field to have this value.
    pub(crate) fn require(&mut self, field: usize, value: &str) {
        self.terms.push(Term {
            field,
            value: value.to_owned(),
            equal: true,
        });
    }

    /// Whether an object, of which `value` knows the fields, is selected.
    pub(crate) fn matches<'a>(&self, value: impl Fn(usize) -> &'a str) -> bool {
        let met = |term: &Term| (value(term.field) == term.value) == term.equal;
        self.terms.iter().all(met)
    }
}

impl fmt::Display for ParseFieldsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ParseFieldsError {}

/// Splits at the commas that no backslash stands before.
fn split(text: &str) -> Vec<&str> {
    let mut escaped = false;
    text.split(|character| {
        let splits = character == ',' && !escaped;
        escaped = character == '\\' && !escaped;
        splits
    })
    .collect()
}

/// A value without its escapes: `\\`, `\,` and `\=`.
fn unescape(text: &str) -> Result<String, ParseFieldsError> {
    let invalid = |sequence: &str| {
        let message = format!("invalid field selector: invalid escape sequence: {sequence}");
        Err(ParseFieldsError(message))
    };
    let mut value = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some(literal @ ('\\' | ',' | '=')) => value.push(literal),
                Some(other) => return invalid(&format!("\\{other}")),
                None => return invalid("\\"),
            },
            ',' | '=' => {
                let code = u32::from(character);
                let message =
                    format!("invalid field selector: unescaped character in value: {code}");
                return Err(ParseFieldsError(message));
            }
            _ => value.push(character),
        }
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<FieldSelector, ParseFieldsError> {
        FieldSelector::parse(text, |field| match field {
            "a" => Ok(0),
            "b" => Ok(1),
            _ => Err(format!("field label not supported: {field}")),
        })
    }

    fn selects(text: &str, a: &str, b: &str) -> bool {
        parse(text).unwrap().matches(|field| [a, b][field])
    }

    #[test]
    fn terms_are_all_met_or_nothing_is_selected() {
        assert!(selects("", "x", "y"));
        assert!(selects("a=x,b!=x", "x", "y"));
        assert!(selects("a==x", "x", ""));
        assert!(selects("b=", "x", ""));
        assert!(!selects("a=x,b=x", "x", "y"));
        assert!(!selects("a!=x", "x", "y"));
        assert!(selects(r"a=x\,y\=z\\", r"x,y=z\", ""));
    }

    #[test]
    fn an_exact_value_is_known() {
        let selector = parse("b!=x,a=y").unwrap();
        assert_eq!(selector.exact(0), Some("y"));
        assert_eq!(selector.exact(1), None);
    }

    // Every expectation is what kube-apiserver 1.36.3 answered.
    #[test]
    fn malformed_selectors_are_explained() {
        let refused = |text| parse(text).unwrap_err().to_string();
        assert_eq!(
            refused("foo"),
            "invalid selector: 'foo'; can't understand 'foo'"
        );
        assert_eq!(refused("foo=bar"), "field label not supported: foo");
        assert_eq!(
            refused(r"a=\x"),
            r"invalid field selector: invalid escape sequence: \x"
        );
        assert_eq!(
            refused("a=b=c"),
            "invalid field selector: unescaped character in value: 61"
        );
    }
}
