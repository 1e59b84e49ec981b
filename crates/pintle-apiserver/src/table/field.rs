//! The fields of the values within an object, read as the types that they have.

use pintle_codec::{Object, Value};

use crate::schema::Tree;

/// The number of a field; zero if there is none.
pub(super) fn integer(value: Option<&Value>) -> i64 {
    value.and_then(Value::as_int).unwrap_or_default()
}

/// The text of a field; empty if there is none.
pub(super) fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// The elements of a field; none if there is no list.
pub(super) fn list<'v>(value: &'v Value, field: &str) -> &'v [Value] {
    let elements = value.get(field).and_then(Value::as_array);
    elements.unwrap_or_default()
}

/// Whether a field is `true`.
pub(super) fn flag(value: &Value, field: &str) -> bool {
    value.get(field) == Some(&Value::Bool(true))
}

/// The entries of a map of texts, in the order of their keys.
pub(super) fn texts(map: Option<&Value>) -> impl Iterator<Item = (&str, &str)> {
    let entries = map.and_then(Value::as_object);
    let entries = entries.into_iter().flat_map(Object::iter);
    entries.map(|(key, value)| (key, value.as_str().unwrap_or_default()))
}

/// The text of an annotation, if the object has it.
pub(super) fn annotation<'o>(object: &'o Tree, key: &str) -> Option<&'o str> {
    let annotation = object.at(&["metadata", "annotations", key]);
    annotation.and_then(Value::as_str)
}

/// Whether the object is on its way out.
pub(super) fn is_deleting(object: &Tree) -> bool {
    !object.metadata_text("deletionTimestamp").is_empty()
}

/// The first condition of this type, if the object has one.
pub(super) fn condition<'o>(conditions: &'o [Value], type_: &str) -> Option<&'o Value> {
    let mut conditions = conditions.iter();
    conditions.find(|condition| text(condition, "type") == type_)
}

/// Whether the first condition of this type holds.
pub(super) fn holds(conditions: &[Value], type_: &str) -> bool {
    condition(conditions, type_).is_some_and(|condition| text(condition, "status") == "True")
}
