//! Label selectors inside objects: [`v1::LabelSelector`], both ways.

use std::fmt;

use pintle_codec::Str;

use super::{InvalidRequirementError, LabelOperator, LabelRequirement, LabelSelector};
use crate::quote::Quoted;
use crate::v1;

/// A selector of an object that selects in a way that there is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidLabelSelectorError(Problem);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Problem {
    Operator(Str),
    Requirement(InvalidRequirementError),
}

/// A selector that cannot stand in an object, which does not compare numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsupportedOperatorError(LabelRequirement);

impl LabelSelector {
    /// The selector that stands in an object. Where there is none, nothing is selected; one that
    /// demands nothing selects everything.
    ///
    /// # Errors
    /// When it has an unknown operator, or a key or values that cannot be a label's.
    pub fn from_object(
        object: Option<&v1::LabelSelector>,
    ) -> Result<Self, InvalidLabelSelectorError> {
        let Some(object) = object else {
            return Ok(Self::nothing());
        };
        let labels = object.match_labels.iter().map(|(key, value)| {
            LabelRequirement::new(key, LabelOperator::Equals, [value])
                .map_err(|error| InvalidLabelSelectorError(Problem::Requirement(error)))
        });
        let expressions = object.match_expressions.iter().map(requirement);
        labels.chain(expressions).collect()
    }

    /// The selector as it stands in an object.
    ///
    /// # Errors
    /// When it compares numbers, which a selector in an object cannot.
    pub fn to_object(&self) -> Result<v1::LabelSelector, UnsupportedOperatorError> {
        let mut object = v1::LabelSelector::default();
        for requirement in self.requirements() {
            let operator = match requirement.operator() {
                LabelOperator::Equals | LabelOperator::DoubleEquals
                    if !object.match_labels.contains_key(requirement.key()) =>
                {
                    let value = requirement.exact_value().unwrap_or_default();
                    object.match_labels.insert(requirement.key(), value.into());
                    continue;
                }
                LabelOperator::Equals | LabelOperator::DoubleEquals | LabelOperator::In => {
                    v1::LabelSelectorOperator::IN
                }
                LabelOperator::NotEquals | LabelOperator::NotIn => {
                    v1::LabelSelectorOperator::NOT_IN
                }
                LabelOperator::Exists => v1::LabelSelectorOperator::EXISTS,
                LabelOperator::DoesNotExist => v1::LabelSelectorOperator::DOES_NOT_EXIST,
                LabelOperator::GreaterThan | LabelOperator::LessThan => {
                    return Err(UnsupportedOperatorError(requirement.clone()));
                }
            };
            object.match_expressions.push(v1::LabelSelectorRequirement {
                key: requirement.key().into(),
                operator,
                values: requirement.values().iter().cloned().collect(),
            });
        }
        Ok(object)
    }
}

fn requirement(
    expression: &v1::LabelSelectorRequirement,
) -> Result<LabelRequirement, InvalidLabelSelectorError> {
    let operator = match expression.operator.as_str() {
        "In" => LabelOperator::In,
        "NotIn" => LabelOperator::NotIn,
        "Exists" => LabelOperator::Exists,
        "DoesNotExist" => LabelOperator::DoesNotExist,
        other => return Err(InvalidLabelSelectorError(Problem::Operator(other.into()))),
    };
    LabelRequirement::new(&expression.key, operator, &expression.values)
        .map_err(|error| InvalidLabelSelectorError(Problem::Requirement(error)))
}

impl fmt::Display for InvalidLabelSelectorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Problem::Operator(operator) => {
                write!(
                    f,
                    "{} is not a valid label selector operator",
                    Quoted(operator)
                )
            }
            Problem::Requirement(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for InvalidLabelSelectorError {}

impl fmt::Display for UnsupportedOperatorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} compares numbers, which a selector in an object cannot",
            self.0.to_string()
        )
    }
}

impl std::error::Error for UnsupportedOperatorError {}
