//! [`Node`], a value of a YAML document that knows where it stands.

use std::fmt;

use super::Place;
use crate::{Object, Str, Value};

/// A value of a YAML document, and where it stands.
///
/// Aliases and merged mappings are in it as what they stand for; these keep the place where it was
/// written.
#[derive(Clone)]
pub struct Node {
    place: Place,
    content: Content,
}

/// A key of a mapping as text, and where it stands. Numbers and truth values are spelt as JSON
/// spells them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    text: Str,
    place: Place,
}

#[derive(Clone)]
pub(super) enum Content {
    /// Null, a truth value, a number or a string; and how it is spelt.
    Scalar(Value, Str),
    List(Vec<Node>),
    /// In their order; of equal keys the last one counts.
    Mapping(Vec<(Key, Node)>),
}

impl Node {
    pub(super) fn new(place: Place, content: Content) -> Self {
        Self { place, content }
    }

    /// Where the value begins.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Whether it is null, as nothing at all is too.
    pub fn is_null(&self) -> bool {
        matches!(&self.content, Content::Scalar(Value::Null, _))
    }

    /// The truth value, when this is one.
    pub fn as_bool(&self) -> Option<bool> {
        self.scalar()?.0.as_bool()
    }

    /// The text, when this is a string.
    pub fn as_str(&self) -> Option<&str> {
        self.scalar()?.0.as_str()
    }

    /// The text as which the document has it, when this is a single value: `yes`, `0x1F`.
    pub fn spelling(&self) -> Option<&str> {
        Some(self.scalar()?.1)
    }

    /// The elements, when this is a list.
    pub fn elements(&self) -> Option<&[Node]> {
        match &self.content {
            Content::List(elements) => Some(elements),
            _ => None,
        }
    }

    /// The pairs in their order, when this is a mapping. A key may come twice; the last one counts.
    pub fn pairs(&self) -> Option<&[(Key, Node)]> {
        match &self.content {
            Content::Mapping(pairs) => Some(pairs),
            _ => None,
        }
    }

    /// The value of a key, when this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        let mut pairs = self.pairs()?.iter().rev();
        let found = pairs.find(|(probe, _)| probe.text == key);
        found.map(|(_, value)| value)
    }

    /// What YAML calls the value.
    pub fn kind(&self) -> &'static str {
        match &self.content {
            Content::Scalar(value, _) => value.kind(),
            Content::List(_) => "list",
            Content::Mapping(_) => "mapping",
        }
    }

    /// The value, as JSON can say it.
    pub fn to_value(&self) -> Value {
        match &self.content {
            Content::Scalar(value, _) => value.clone(),
            Content::List(elements) => Value::Array(elements.iter().map(Self::to_value).collect()),
            Content::Mapping(pairs) => {
                let pairs = pairs.iter();
                let entries = pairs.map(|(key, value)| (key.text.clone(), value.to_value()));
                Value::Object(Object::from_entries(entries.collect()))
            }
        }
    }

    pub(super) fn into_content(self) -> Content {
        self.content
    }

    pub(super) fn content(&self) -> &Content {
        &self.content
    }

    fn scalar(&self) -> Option<(&Value, &str)> {
        match &self.content {
            Content::Scalar(value, spelling) => Some((value, spelling)),
            _ => None,
        }
    }
}

impl Key {
    pub(super) fn new(text: Str, place: Place) -> Self {
        Self { text, place }
    }

    /// The key.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Where the key begins.
    pub fn place(&self) -> Place {
        self.place
    }
}

/// Says what it is and where: the value itself may be a secret.
impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Node({} at {})", self.kind(), self.place)
    }
}
