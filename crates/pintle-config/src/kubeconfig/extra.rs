//! Fields that this version has no use for.
//!
//! Invariant: they are written back as they were read, and `Debug` shows their names only, because
//! their values may be secrets.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

/// The fields of a stanza that have no place in its type.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Extra(BTreeMap<String, Node>);

impl Extra {
    /// Whether the field is there and says something.
    pub(crate) fn uses(&self, field: &str) -> bool {
        match self.0.get(field) {
            None | Some(Node::Null) => false,
            Some(Node::Text(text)) => !text.is_empty(),
            Some(Node::List(items)) => !items.is_empty(),
            Some(Node::Map(fields)) => !fields.is_empty(),
            Some(Node::Bool(_) | Node::Signed(_) | Node::Unsigned(_) | Node::Float(_)) => true,
        }
    }

    /// Takes the fields of `other` that are not here yet.
    pub(super) fn merge(&mut self, other: Self) {
        for (name, value) in other.0 {
            self.0.entry(name).or_insert(value);
        }
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Any value that a document may hold.
#[derive(Clone, PartialEq)]
enum Node {
    Null,
    Bool(bool),
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    Text(String),
    List(Vec<Self>),
    Map(BTreeMap<String, Self>),
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Signed(value) => serializer.serialize_i64(*value),
            Self::Unsigned(value) => serializer.serialize_u64(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::List(items) => serializer.collect_seq(items),
            Self::Map(fields) => serializer.collect_map(fields),
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyNode)
    }
}

struct AnyNode;

impl<'de> Visitor<'de> for AnyNode {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Signed(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        // One form for each number, so that equal documents are equal.
        Ok(i64::try_from(value).map_or(Node::Unsigned(value), Node::Signed))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Float(value))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Node, E> {
        Ok(Node::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut fields = BTreeMap::new();
        while let Some((key, value)) = map.next_entry::<Node, Node>()? {
            // YAML has keys that are not strings; JSON, which the API speaks, has not.
            let key = match key {
                Node::Text(key) => key,
                Node::Bool(key) => key.to_string(),
                Node::Signed(key) => key.to_string(),
                Node::Unsigned(key) => key.to_string(),
                Node::Float(key) => key.to_string(),
                Node::Null | Node::List(_) | Node::Map(_) => {
                    return Err(de::Error::custom("a key is neither text nor a number"));
                }
            };
            fields.insert(key, value);
        }
        Ok(Node::Map(fields))
    }
}
