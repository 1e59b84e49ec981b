//! [`Tree`], an object that is being worked on.
//!
//! Invariant: its fields are in schema order at every level that it changes, so that what is encoded
//! from it has the bytes that the real server would write.

use pintle_codec::{Object, Str, Value};

use super::{
    Shape, Struct,
    zero::{absent, zero},
};

/// An object as a value tree in schema order, with its schema.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    object: Object,
    schema: &'static Struct,
}

impl Tree {
    /// A tree over an object that is in schema order.
    pub(crate) fn new(object: Object, schema: &'static Struct) -> Self {
        Self { object, schema }
    }

    /// The object in which nothing is set.
    pub(crate) fn zero(schema: &'static Struct) -> Self {
        Self::new(zero(schema), schema)
    }

    /// The object.
    pub(crate) fn object(&self) -> &Object {
        &self.object
    }

    /// The object, to change it below its fields.
    pub(super) fn object_mut(&mut self) -> &mut Object {
        &mut self.object
    }

    /// The object, taken out.
    pub(crate) fn into_object(self) -> Object {
        self.object
    }

    /// What it consists of.
    pub(crate) fn schema(&self) -> &'static Struct {
        self.schema
    }

    /// A field of the object itself.
    pub(crate) fn get(&self, field: &str) -> Option<&Value> {
        self.object.get(field)
    }

    /// The value at a path of fields.
    pub(crate) fn at(&self, path: &[&str]) -> Option<&Value> {
        let (first, rest) = path.split_first()?;
        self.object.get(first)?.at(rest)
    }

    /// The text at a path of fields; empty if there is none.
    pub(crate) fn text(&self, path: &[&str]) -> &str {
        self.at(path).and_then(Value::as_str).unwrap_or_default()
    }

    /// The elements at a path of fields; none if there is no list.
    pub(crate) fn list(&self, path: &[&str]) -> &[Value] {
        self.at(path).and_then(Value::as_array).unwrap_or_default()
    }

    /// The metadata.
    pub(crate) fn metadata(&self) -> &Object {
        static NONE: Object = Object::new();
        let metadata = self.get("metadata").and_then(Value::as_object);
        metadata.unwrap_or(&NONE)
    }

    /// A text of the metadata; empty if it is not set.
    pub(crate) fn metadata_text(&self, field: &str) -> &str {
        self.text(&["metadata", field])
    }

    /// Sets the value at a path of fields, in its place; structs on the way come to be.
    pub(crate) fn set(&mut self, path: &[&str], value: Value) {
        set_in(&mut self.object, self.schema, path, value);
    }

    /// Removes the value at a path of fields.
    pub(crate) fn remove(&mut self, path: &[&str]) -> Option<Value> {
        let (last, parents) = path.split_last()?;
        let mut object = &mut self.object;
        for field in parents {
            object = object.get_mut(field)?.as_object_mut()?;
        }
        object.remove(last)
    }

    /// Takes the value at a path over from another tree of the same schema, its absence included.
    pub(crate) fn copy_from(&mut self, other: &Self, path: &[&str]) {
        match other.at(path) {
            Some(value) => self.set(path, value.clone()),
            None => drop(self.remove(path)),
        }
    }

    /// Gives a field the value of another.
    pub(crate) fn copy_within(&mut self, from: &str, to: &str) {
        if let Some(value) = self.get(from).cloned() {
            self.set(&[to], value);
        }
    }

    /// Puts back the value that the field has in an object in which nothing is set.
    pub(crate) fn reset(&mut self, field: &str) {
        let schema = self.schema;
        let known = schema.places().find(field);
        match known.and_then(|place| absent(&schema.fields[place])) {
            Some(value) => self.set(&[field], value),
            None => drop(self.object.remove(field)),
        }
    }
}

fn set_in(object: &mut Object, schema: &'static Struct, path: &[&str], value: Value) {
    let Some((first, rest)) = path.split_first() else {
        return;
    };
    if rest.is_empty() {
        *slot(object, schema, first) = value;
        return;
    }
    let below = schema.fields.iter().find(|field| field.json == *first);
    let slot = slot(object, schema, first);
    if slot.as_object().is_none() {
        *slot = Value::Object(Object::new());
    }
    let Value::Object(inner) = slot else {
        return;
    };
    match below.map(|field| field.shape) {
        Some(Shape::Struct(schema)) => set_in(inner, schema, rest, value),
        // A map: its keys are in order.
        _ => {
            if let [key] = rest {
                inner.insert(*key, value);
                inner.sort();
            }
        }
    }
}

/// The place of a field, which is `null` if it is new. An unknown field comes last.
fn slot<'o>(object: &'o mut Object, schema: &'static Struct, field: &str) -> &'o mut Value {
    if !object.contains_key(field) {
        let place = schema.places().find(field);
        let mut places = schema.places();
        let mut is_behind = |name: &str| match (places.find(name), place) {
            (Some(other), Some(place)) => other > place,
            (None, Some(_)) => true,
            (_, None) => false,
        };
        let mut entries = std::mem::take(object).into_entries();
        let at = entries.iter().position(|(name, _)| is_behind(name));
        let known = place.map(|place| Str::from_static(schema.fields[place].json));
        let name = known.unwrap_or_else(|| field.into());
        entries.insert(at.unwrap_or(entries.len()), (name, Value::Null));
        *object = Object::from_distinct_entries(entries);
    }
    object.entry(field)
}

#[cfg(test)]
mod tests {
    use pintle_codec::json;

    use super::*;
    use crate::generated::core_v1::NAMESPACE;

    fn shown(tree: &Tree) -> String {
        let mut text = Vec::new();
        json::write(&tree.object().clone().into(), &mut text);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn what_is_set_takes_its_place() {
        let mut tree = Tree::zero(&NAMESPACE);
        tree.set(&["status", "phase"], "Active".into());
        tree.set(&["metadata", "labels", "b"], "2".into());
        tree.set(&["metadata", "labels", "a"], "1".into());
        tree.set(&["metadata", "uid"], "u".into());
        tree.set(&["metadata", "name"], "n".into());
        tree.set(&["kind"], "Namespace".into());
        assert_eq!(
            shown(&tree),
            r#"{"kind":"Namespace","metadata":{"name":"n","uid":"u","labels":{"a":"1","b":"2"}},"spec":{},"status":{"phase":"Active"}}"#
        );
    }

    #[test]
    fn values_are_removed_reset_and_copied() {
        let mut old = Tree::zero(&NAMESPACE);
        old.set(&["status", "phase"], "Active".into());
        let mut new = Tree::zero(&NAMESPACE);
        new.set(&["status", "phase"], "Terminating".into());
        new.set(&["metadata", "uid"], "u".into());
        new.copy_from(&old, &["status"]);
        new.copy_from(&old, &["metadata", "uid"]);
        assert_eq!(new.object(), old.object());
        new.reset("status");
        assert_eq!(new.text(&["status", "phase"]), "");
        assert_eq!(new.remove(&["status", "phase"]), None);
        assert_eq!(new.remove(&["no", "such"]), None);
    }
}
