//! [`Rule`], what the API server demands of a value beyond its type, in CEL.

use pintle_api::apiextensions::v1::{FieldValueErrorReason, ValidationRule};
use pintle_codec::Str;
use schemars::Schema;
use schemars::transform::Transform;
use serde_json::Value as Json;

use crate::Error;

/// A rule that the API server checks when an object is written, in the Common Expression Language:
/// an entry of `x-kubernetes-validations`.
///
/// Within the rule, `self` is the value that the rule stands at; a rule that mentions `oldSelf`
/// compares with the value before, and so is checked in updates only.
///
/// On a field, or on a type, it is a transform of the schema that schemars makes:
///
/// ```
/// use pintle_crd::Rule;
/// use schemars::JsonSchema;
///
/// #[derive(JsonSchema)]
/// #[schemars(transform = Rule::new("self.least <= self.most").message("least is at most most"))]
/// struct Range {
///     least: i32,
///     most: i32,
///     #[schemars(transform = Rule::new("self == oldSelf").message("the unit stays what it is"))]
///     unit: String,
/// }
///
/// let schema = pintle_crd::structural_schema::<Range>()?;
/// assert_eq!(schema.x_kubernetes_validations[0].rule, "self.least <= self.most");
/// # Ok::<(), pintle_crd::Error>(())
/// ```
///
/// On the object as a whole, where `self` has `metadata`, `spec` and `status`, it is an attribute of
/// the derive: `#[pintle(validation(rule = "…", message = "…"))]`.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Rule(ValidationRule);

impl Rule {
    pub(crate) const KEYWORD: &'static str = "x-kubernetes-validations";

    /// A rule.
    pub fn new(rule: impl Into<Str>) -> Self {
        let rule = rule.into();
        Self(ValidationRule {
            rule,
            ..ValidationRule::default()
        })
    }

    /// What is said to whoever breaks the rule, instead of the rule.
    pub fn message(mut self, message: impl Into<Str>) -> Self {
        self.0.message = message.into();
        self
    }

    /// An expression whose text is said to whoever breaks the rule. It is used before
    /// [`message`](Self::message), which is said when the expression fails.
    pub fn message_expression(mut self, expression: impl Into<Str>) -> Self {
        self.0.message_expression = expression.into();
        self
    }

    /// The reason in the server's answer; `FieldValueInvalid` unless it is set.
    pub fn reason(mut self, reason: impl Into<FieldValueErrorReason>) -> Self {
        self.0.reason = Some(reason.into());
        self
    }

    /// The field that the server's answer names, as a path from the value that the rule stands at:
    /// `.least`. The value itself unless it is set.
    pub fn field_path(mut self, path: impl Into<Str>) -> Self {
        self.0.field_path = path.into();
        self
    }

    /// Checks a rule that mentions `oldSelf` even when there is no value before: `oldSelf` is then
    /// an optional of CEL.
    pub fn optional_old_self(mut self) -> Self {
        self.0.optional_old_self = Some(true);
        self
    }

    /// The rules that a schema has.
    pub(crate) fn read(value: &Json) -> Result<Vec<ValidationRule>, Error> {
        let rules: Result<Vec<ValidationRule>, _> = serde_json::from_value(value.clone());
        rules.map_err(|error| Error::invalid(format!("`{}`: {error}", Self::KEYWORD)))
    }
}

impl From<Rule> for ValidationRule {
    fn from(rule: Rule) -> Self {
        rule.0
    }
}

/// Adds the rule to those that the schema has.
impl Transform for Rule {
    fn transform(&mut self, schema: &mut Schema) {
        let rules = schema.ensure_object().entry(Self::KEYWORD);
        let rules = rules.or_insert_with(|| Json::Array(Vec::new()));
        if let Json::Array(rules) = rules {
            rules.push(serde_json::to_value(&self.0).expect("a rule has a form in JSON"));
        }
    }
}
