//! Field selectors: `spec.nodeName=node-1,status.phase!=Failed`.

use std::fmt;

use pintle_codec::Str;
use pintle_meta::FieldSelectorErrorKind;

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
    value: Str,
    equal: bool,
}

impl FieldSelector {
    /// Reads a selector. `resolve` gives the number of a field, or says why there is none.
    pub(crate) fn parse(
        text: &str,
        resolve: impl Fn(&str) -> Result<usize, String>,
    ) -> Result<Self, ParseFieldsError> {
        let selector = text.parse::<pintle_meta::FieldSelector>();
        let selector = selector.map_err(|error| match error.kind() {
            // To the real server a field without a name is one that the resource does not have.
            FieldSelectorErrorKind::NoField => resolve("").err().unwrap_or_else(|| error.reason()),
            _ => error.reason(),
        });
        let terms = selector.map_err(ParseFieldsError)?;
        let terms = terms.requirements().iter().map(|requirement| {
            Ok(Term {
                field: resolve(&requirement.field).map_err(ParseFieldsError)?,
                value: requirement.value.clone(),
                equal: requirement.equals,
            })
        });
        Ok(Self {
            terms: terms.collect::<Result<_, _>>()?,
        })
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
            value: value.into(),
            equal: true,
        });
    }

    /// Whether an object, of which `value` knows the fields, is selected.
    pub(crate) fn matches<'a>(&self, value: impl Fn(usize) -> &'a str) -> bool {
        let met = |term: &Term| (value(term.field) == &*term.value) == term.equal;
        self.terms.iter().all(met)
    }
}

impl fmt::Display for ParseFieldsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ParseFieldsError {}

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
            refused(r"a=\"),
            r"invalid field selector: invalid escape sequence: \"
        );
        assert_eq!(refused("=x"), "field label not supported: ");
        assert_eq!(
            refused("a=b=c"),
            "invalid field selector: unescaped character in value: 61"
        );
    }
}
