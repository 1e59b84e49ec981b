//! [`Shape`], what a value is, apart from what is demanded of it.

use std::collections::BTreeMap;

use pintle_api::apiextensions::v1::ValidationRule;
use serde_json::Value as Json;

use crate::Error;

/// What a value is: its type, its fields, how it is merged and documented. Kubernetes has one for
/// every place in an object, whatever else the object holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shape {
    pub(super) type_: Type,
    pub(super) nullable: bool,
    pub(super) title: String,
    pub(super) description: String,
    /// What the variants of an enum mean, one line each, for the end of the description.
    pub(super) variants: String,
    pub(super) default: Option<Json>,
    pub(super) properties: BTreeMap<String, Self>,
    pub(super) items: Option<Box<Self>>,
    /// The values of a map.
    pub(super) values: Option<Box<Self>>,
    pub(super) preserve: bool,
    pub(super) embedded: bool,
    pub(super) list_type: Option<String>,
    pub(super) list_map_keys: Vec<String>,
    pub(super) map_type: Option<String>,
    pub(super) rules: Vec<ValidationRule>,
}

/// The type of a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Type {
    /// Anything.
    #[default]
    Any,
    Array,
    Boolean,
    Integer,
    IntOrString,
    Number,
    Object,
    String,
}

impl Default for Shape {
    /// Anything, null too.
    fn default() -> Self {
        Self {
            type_: Type::Any,
            nullable: true,
            title: String::new(),
            description: String::new(),
            variants: String::new(),
            default: None,
            properties: BTreeMap::new(),
            items: None,
            values: None,
            preserve: false,
            embedded: false,
            list_type: None,
            list_map_keys: Vec::new(),
            map_type: None,
            rules: Vec::new(),
        }
    }
}

impl Shape {
    /// The shape of what has both shapes. What this one says of itself counts more: it is that of
    /// a field, the other that of the field's type.
    pub(super) fn and(self, other: Self) -> Result<Self, Error> {
        Ok(Self {
            type_: self.type_.and(other.type_)?,
            nullable: self.nullable && other.nullable,
            title: first(self.title, other.title),
            description: first(self.description, other.description),
            variants: first(self.variants, other.variants),
            default: self.default.or(other.default),
            properties: both_properties(self.properties, other.properties)?,
            items: both(self.items, other.items).map_err(Error::within_items)?,
            values: both(self.values, other.values).map_err(Error::within_values)?,
            preserve: self.preserve || other.preserve,
            embedded: self.embedded || other.embedded,
            list_type: self.list_type.or(other.list_type),
            list_map_keys: if self.list_map_keys.is_empty() {
                other.list_map_keys
            } else {
                self.list_map_keys
            },
            map_type: self.map_type.or(other.map_type),
            rules: both_rules(self.rules, other.rules),
        })
    }

    /// Whether what is demanded of `other` can be demanded of this: there is no field but those
    /// that are here, and no other type.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let covers = |ours: Option<&Self>, theirs: Option<&Self>| match (ours, theirs) {
            (_, None) => true,
            (Some(ours), Some(theirs)) => ours.covers(theirs),
            (None, Some(_)) => false,
        };
        let mut properties = other.properties.iter();
        (other.type_ == Type::Any || other.type_ == self.type_)
            && properties.all(|(name, theirs)| covers(self.properties.get(name), Some(theirs)))
            && covers(self.items.as_deref(), other.items.as_deref())
            && covers(self.values.as_deref(), other.values.as_deref())
    }
}

impl Type {
    pub(super) fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "array" => Self::Array,
            "boolean" => Self::Boolean,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "object" => Self::Object,
            "string" => Self::String,
            _ => return None,
        })
    }

    pub(super) fn of_value(value: &Json) -> Option<Self> {
        Some(match value {
            Json::Null => return None,
            Json::Bool(_) => Self::Boolean,
            Json::Number(number) if number.is_f64() => Self::Number,
            Json::Number(_) => Self::Integer,
            Json::String(_) => Self::String,
            Json::Array(_) => Self::Array,
            Json::Object(_) => Self::Object,
        })
    }

    /// As a schema names it; nothing for what has no name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Any | Self::IntOrString => "",
            Self::Array => "array",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Object => "object",
            Self::String => "string",
        }
    }

    /// As a sentence names a value of it.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Any => "any value",
            Self::Array => "a list",
            Self::Boolean => "a boolean",
            Self::Integer => "an integer",
            Self::IntOrString => "an integer or text",
            Self::Number => "a number",
            Self::Object => "an object",
            Self::String => "text",
        }
    }

    /// The type of what is of both types.
    fn and(self, other: Self) -> Result<Self, Error> {
        Ok(match (self, other) {
            (one, other) if one == other => one,
            (Self::Any, one) | (one, Self::Any) => one,
            (Self::Integer, Self::Number) | (Self::Number, Self::Integer) => Self::Integer,
            (Self::IntOrString, one @ (Self::Integer | Self::String))
            | (one @ (Self::Integer | Self::String), Self::IntOrString) => one,
            (one, other) => {
                return Err(Error::invalid(format!(
                    "the schema wants {} and {} at once",
                    one.noun(),
                    other.noun()
                )));
            }
        })
    }
}

fn first(one: String, other: String) -> String {
    if one.is_empty() { other } else { one }
}

fn both(one: Option<Box<Shape>>, other: Option<Box<Shape>>) -> Result<Option<Box<Shape>>, Error> {
    Ok(match (one, other) {
        (Some(one), Some(other)) => Some(Box::new(one.and(*other)?)),
        (one, other) => one.or(other),
    })
}

fn both_properties(
    mut one: BTreeMap<String, Shape>,
    other: BTreeMap<String, Shape>,
) -> Result<BTreeMap<String, Shape>, Error> {
    for (name, theirs) in other {
        let shape = match one.remove(&name) {
            Some(ours) => ours
                .and(theirs)
                .map_err(|error| error.within_field(&name))?,
            None => theirs,
        };
        one.insert(name, shape);
    }
    Ok(one)
}

fn both_rules(mut one: Vec<ValidationRule>, other: Vec<ValidationRule>) -> Vec<ValidationRule> {
    for rule in other {
        if !one.contains(&rule) {
            one.push(rule);
        }
    }
    one
}
