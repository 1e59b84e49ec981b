//! [`LabelRequirement`], what one label must be.

use std::fmt;

use pintle_codec::json::Writer;
use pintle_codec::{List, Str};

use crate::names;
use crate::quote::Quoted;

/// What one label must be, or not be, such as `tier in (back, front)`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LabelRequirement {
    key: Str,
    operator: LabelOperator,
    /// In order, each once.
    values: List<Str>,
    /// What [`LabelOperator::GreaterThan`] and [`LabelOperator::LessThan`] compare with.
    bound: i64,
}

/// How a [`LabelRequirement`] relates a label to its values.
///
/// Exhaustive: these are the operators that the grammar of selectors has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LabelOperator {
    /// `key`: there is such a label.
    Exists,
    /// `!key`: there is no such label.
    DoesNotExist,
    /// `key=value`: the label has this value.
    Equals,
    /// `key==value`: the same.
    DoubleEquals,
    /// `key!=value`: there is no such label, or it has another value.
    NotEquals,
    /// `key in (value, …)`: the label has one of these values.
    In,
    /// `key notin (value, …)`: there is no such label, or it has none of these values.
    NotIn,
    /// `key>value`: the label is a whole number greater than this.
    GreaterThan,
    /// `key<value`: the label is a whole number less than this.
    LessThan,
}

/// A key, an operator and values that do not make a requirement: each thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidRequirementError {
    reasons: Vec<String>,
    /// The first value that is wrong, in the order in which they came; `None` if it is not a value.
    pub(super) value: Option<usize>,
}

impl LabelRequirement {
    /// A requirement on the label `key`.
    ///
    /// # Errors
    /// When `key` cannot be the key of a label or a value its value, or when the number of values is
    /// not what the operator needs: none to ask whether there is a label, one or more for a set, and
    /// one for all others, which must be a whole number to be compared by size.
    pub fn new<V: Into<Str>>(
        key: impl Into<Str>,
        operator: LabelOperator,
        values: impl IntoIterator<Item = V>,
    ) -> Result<Self, InvalidRequirementError> {
        let key = key.into();
        let values: List<Str> = values.into_iter().map(Into::into).collect();
        let mut problems = Problems::default();
        let wrong = names::label_key(&key);
        if !wrong.is_empty() {
            problems.add("key", Quoted(&key), &wrong.join("; "), None);
        }
        if let Some(wrong) = operator.wrong_number(values.len()) {
            problems.add("values", json(&values), wrong, None);
        }
        let mut bound = 0;
        if operator.compares_size() {
            for (at, value) in values.iter().enumerate() {
                match value.parse() {
                    Ok(number) => bound = number,
                    Err(_) => {
                        let wrong = "for 'Gt', 'Lt' operators, the value must be an integer";
                        problems.add(format!("values[{at}]"), Quoted(value), wrong, Some(at));
                    }
                }
            }
        }
        for (at, value) in values.iter().enumerate() {
            let wrong = names::label_value(value);
            if !wrong.is_empty() {
                let field = format!("values[{at}][{key}]");
                problems.add(field, Quoted(value), &wrong.join("; "), Some(at));
            }
        }
        problems.none()?;
        Ok(Self::unchecked(key, operator, values, bound))
    }

    /// The label `key` must have `value`. Whether these can be a label's is not looked at.
    pub(super) fn equals(key: Str, value: Str) -> Self {
        Self::unchecked(key, LabelOperator::Equals, [value].into(), 0)
    }

    pub(super) fn unchecked(
        key: Str,
        operator: LabelOperator,
        mut values: List<Str>,
        bound: i64,
    ) -> Self {
        if !values.is_sorted_by(|one, other| one < other) {
            let mut sorted: Vec<Str> = values.into_iter().collect();
            sorted.sort_unstable();
            sorted.dedup();
            values = sorted.into();
        }
        Self {
            key,
            operator,
            values,
            bound,
        }
    }

    /// The key of the label.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// How the label relates to the values.
    pub fn operator(&self) -> LabelOperator {
        self.operator
    }

    /// The values, in order and each once.
    pub fn values(&self) -> &[Str] {
        &self.values
    }

    /// The only value that the label may have, if there is just one.
    pub fn exact_value(&self) -> Option<&str> {
        use LabelOperator::{DoubleEquals, Equals, In};
        match (self.operator, &*self.values) {
            (Equals | DoubleEquals | In, [value]) => Some(value),
            _ => None,
        }
    }

    /// Whether a label with this value, or `None` for a label that is not there, is as required.
    pub fn is_met_by(&self, value: Option<&str>) -> bool {
        use LabelOperator::{
            DoesNotExist, DoubleEquals, Equals, Exists, GreaterThan, In, LessThan, NotEquals, NotIn,
        };
        let Some(value) = value else {
            return matches!(self.operator, DoesNotExist | NotEquals | NotIn);
        };
        match self.operator {
            Exists => true,
            DoesNotExist => false,
            Equals | DoubleEquals | In => self.has(value),
            NotEquals | NotIn => !self.has(value),
            GreaterThan => value.parse().is_ok_and(|number: i64| number > self.bound),
            LessThan => value.parse().is_ok_and(|number: i64| number < self.bound),
        }
    }

    fn has(&self, value: &str) -> bool {
        match &*self.values {
            [only] => only == value,
            values => values
                .binary_search_by(|probe| (**probe).cmp(value))
                .is_ok(),
        }
    }
}

impl LabelOperator {
    /// What is wrong with this number of values.
    fn wrong_number(self, values: usize) -> Option<&'static str> {
        match self {
            Self::In | Self::NotIn => {
                (values == 0).then_some("for 'in', 'notin' operators, values set can't be empty")
            }
            Self::Equals | Self::DoubleEquals | Self::NotEquals => {
                (values != 1).then_some("exact-match compatibility requires one single value")
            }
            Self::Exists | Self::DoesNotExist => {
                (values != 0).then_some("values set must be empty for exists and does not exist")
            }
            Self::GreaterThan | Self::LessThan => {
                (values != 1).then_some("for 'Gt', 'Lt' operators, exactly one value is required")
            }
        }
    }

    fn compares_size(self) -> bool {
        matches!(self, Self::GreaterThan | Self::LessThan)
    }
}

impl fmt::Display for LabelRequirement {
    /// Prints the requirement as it stands in a selector.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = &self.key;
        match self.operator {
            LabelOperator::Exists => return write!(f, "{key}"),
            LabelOperator::DoesNotExist => return write!(f, "!{key}"),
            LabelOperator::Equals => write!(f, "{key}=")?,
            LabelOperator::DoubleEquals => write!(f, "{key}==")?,
            LabelOperator::NotEquals => write!(f, "{key}!=")?,
            LabelOperator::In => write!(f, "{key} in (")?,
            LabelOperator::NotIn => write!(f, "{key} notin (")?,
            LabelOperator::GreaterThan => write!(f, "{key}>")?,
            LabelOperator::LessThan => write!(f, "{key}<")?,
        }
        for (index, value) in self.values.iter().enumerate() {
            let separator = if index == 0 { "" } else { "," };
            write!(f, "{separator}{value}")?;
        }
        match self.operator {
            LabelOperator::In | LabelOperator::NotIn => f.write_str(")"),
            _ => Ok(()),
        }
    }
}

impl InvalidRequirementError {
    /// Each thing that is wrong, in the words of Kubernetes; there is at least one.
    pub fn reasons(&self) -> &[String] {
        &self.reasons
    }

    pub(super) fn invalid_key(field: &str, key: &str) -> Option<Self> {
        let mut problems = Problems::default();
        let wrong = names::label_key(key);
        if !wrong.is_empty() {
            problems.add(field, Quoted(key), &wrong.join("; "), None);
        }
        problems.none().err()
    }
}

impl fmt::Display for InvalidRequirementError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.reasons {
            [reason] => f.write_str(reason),
            reasons => write!(f, "[{}]", reasons.join(", ")),
        }
    }
}

impl std::error::Error for InvalidRequirementError {}

/// What was found to be wrong with a requirement.
#[derive(Default)]
struct Problems {
    reasons: Vec<String>,
    value: Option<usize>,
}

impl Problems {
    fn add(
        &mut self,
        field: impl fmt::Display,
        value: impl fmt::Display,
        wrong: &str,
        at: Option<usize>,
    ) {
        if self.reasons.is_empty() {
            self.value = at;
        }
        self.reasons
            .push(format!("{field}: Invalid value: {value}: {wrong}"));
    }

    fn none(self) -> Result<(), InvalidRequirementError> {
        let Self { reasons, value } = self;
        if reasons.is_empty() {
            Ok(())
        } else {
            Err(InvalidRequirementError { reasons, value })
        }
    }
}

/// Values as JSON; none at all are Go's nil.
fn json(values: &[Str]) -> String {
    if values.is_empty() {
        return "null".to_owned();
    }
    let mut out = Vec::new();
    let mut writer = Writer::new(&mut out);
    writer.begin_array();
    for value in values {
        writer.element();
        writer.string(value);
    }
    writer.end_array();
    String::from_utf8(out).expect("JSON is UTF-8")
}
