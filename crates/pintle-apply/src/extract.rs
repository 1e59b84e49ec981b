//! What a field manager applied, out of an object that was read.
//!
//! The invariant: nothing is taken that the manager does not own. What is owned as a whole is taken
//! as a whole; of a struct, a map or a list that is owned in parts, only these parts are.

use pintle_codec::{Format, Object, Str, Value, json};
use pintle_meta::{FieldSet, Metadata, PathElement};

use crate::schema::{Key, Schema, Shape};
use crate::tree::Tree;
use crate::{ApplyKind, Error, ErrorKind};

/// Makes the apply configuration that consists of the fields that `field_manager` applied.
pub(crate) fn extract<A: ApplyKind, O: pintle_meta::Object>(
    object: &O,
    field_manager: &str,
    subresource: &str,
) -> Result<A, Error> {
    let metadata = object.metadata();
    if metadata.is_pruned() {
        return Err(Error::new(ErrorKind::Pruned));
    }
    let mut document = Vec::new();
    let encoded = object.encode(Format::Json, &mut document);
    encoded.map_err(|error| Error::because(ErrorKind::NotJson, error))?;
    let fields = owned(
        &document,
        A::type_meta(),
        A::schema(),
        field_manager,
        subresource,
    )?;
    let mut tree = Tree(A::new(Str::from(metadata.name())).into_tree());
    if !metadata.namespace().is_empty() {
        let namespace = Value::from(metadata.namespace());
        tree.object("metadata").insert("namespace", namespace);
    }
    for (field, value) in fields.into_entries() {
        match value {
            Value::Object(part) if field == "metadata" => tree.merge("metadata", part),
            value => drop(tree.0.insert(field, value)),
        }
    }
    Ok(A::from_tree(tree.0))
}

/// The fields of an object, given as JSON, that the manager owns.
fn owned(
    document: &[u8],
    expected: pintle_codec::TypeMeta,
    schema: &'static Schema,
    field_manager: &str,
    subresource: &str,
) -> Result<Object, Error> {
    let tree = json::parse(document).map_err(|error| Error::because(ErrorKind::NotJson, error))?;
    let is = |field: &str, expected: &str| {
        let found = tree.get(field).and_then(Value::as_str);
        found.is_none_or(|found| found == expected)
    };
    if !is("kind", &expected.kind) || !is("apiVersion", &expected.api_version) {
        return Err(Error::new(ErrorKind::OtherKind));
    }
    let Some(fields) = fields_of(&tree, field_manager, subresource) else {
        return Ok(Object::new());
    };
    let fields = FieldSet::from_value(fields)
        .map_err(|error| Error::because(ErrorKind::MalformedFields, error))?;
    Ok(match tree {
        Value::Object(object) => fields_within(object, &|name| schema.shape(name), &fields),
        _ => Object::new(),
    })
}

/// What `metadata.managedFields` says that the manager applied.
fn fields_of<'t>(tree: &'t Value, field_manager: &str, subresource: &str) -> Option<&'t Value> {
    let entries = tree.at(&["metadata", "managedFields"])?.as_array()?;
    let entry = entries.iter().find(|entry| {
        let text = |field| entry.get(field).and_then(Value::as_str).unwrap_or_default();
        text("manager") == field_manager
            && text("operation") == "Apply"
            && text("subresource") == subresource
    });
    entry?.get("fieldsV1")
}

/// What is owned of a field of which `within` is the set.
fn parts(value: Value, shape: &'static Shape, within: &FieldSet) -> Option<Value> {
    match (shape, value) {
        (Shape::Struct(schema), Value::Object(object)) => {
            some_fields(object, &|name| schema().shape(name), within)
        }
        (Shape::Map(shape), Value::Object(object)) => some_fields(object, &|_| shape, within),
        (
            Shape::Keyed {
                keys,
                elements: schema,
            },
            Value::Array(elements),
        ) => some_elements(elements, |element| {
            let step = key_of(&element, keys)?;
            match within.within(&step) {
                Some(within) => {
                    let Value::Object(object) = element else {
                        return None;
                    };
                    some_fields(object, &|name| schema().shape(name), within)
                }
                None => within.has_leaf(&step).then_some(element),
            }
        }),
        (Shape::Struct(_) | Shape::Map(_) | Shape::Keyed { .. }, Value::Null) => None,
        // The server divides the field and this crate does not know how: the set does.
        (_, Value::Object(object)) => some_fields(object, &|_| &Shape::Whole, within),
        (_, Value::Array(elements)) => {
            let keys: Vec<_> = within.key_fields().into_iter().map(Key::new).collect();
            let mut index = 0;
            some_elements(elements, |element| {
                let at = PathElement::Index(index);
                index += 1;
                let step = match &element {
                    Value::Object(_) => key_of(&element, &keys).unwrap_or(at),
                    _ if within.has_leaf(&at) => at,
                    _ => PathElement::Value(element.clone()),
                };
                match within.within(&step) {
                    Some(within) => parts(element, &Shape::Whole, within),
                    None => within.has_leaf(&step).then_some(element),
                }
            })
        }
        (_, value) => Some(value),
    }
}

fn some_fields(
    object: Object,
    shape_of: &dyn Fn(&str) -> &'static Shape,
    within: &FieldSet,
) -> Option<Value> {
    if object.is_empty() {
        return Some(Value::Object(object));
    }
    let parts = fields_within(object, shape_of, within);
    (!parts.is_empty()).then_some(Value::Object(parts))
}

fn some_elements(elements: Vec<Value>, part: impl FnMut(Value) -> Option<Value>) -> Option<Value> {
    if elements.is_empty() {
        return Some(Value::Array(elements));
    }
    let parts: Vec<Value> = elements.into_iter().filter_map(part).collect();
    (!parts.is_empty()).then_some(Value::Array(parts))
}

fn fields_within(
    object: Object,
    shape_of: &dyn Fn(&str) -> &'static Shape,
    within: &FieldSet,
) -> Object {
    let mut owned = Vec::new();
    for (name, value) in object.into_entries() {
        let step = PathElement::Field(name.clone());
        let part = if within.has_leaf(&step) {
            Some(itself(value, shape_of(&name)))
        } else {
            let within = within.within(&step);
            within.and_then(|within| parts(value, shape_of(&name), within))
        };
        if let Some(part) = part {
            owned.push((name, part));
        }
    }
    Object::from_entries(owned)
}

/// What is owned of a field that is owned itself, and nothing within it.
fn itself(value: Value, shape: &Shape) -> Value {
    match (shape, value) {
        (Shape::Struct(_) | Shape::Map(_), Value::Object(_)) => Value::Object(Object::new()),
        (Shape::Set | Shape::Keyed { .. }, Value::Array(_)) => Value::Array(Vec::new()),
        (_, value) => value,
    }
}

/// The step to an element of a list; `None` for one that has no keys.
fn key_of(element: &Value, keys: &[Key<'_>]) -> Option<PathElement> {
    let object = element.as_object()?;
    let mut fields = Vec::with_capacity(keys.len());
    for Key { field, default } in keys {
        let value = object.get(field).cloned();
        if let Some(value) = value.or_else(|| default.map(Value::from)) {
            fields.push((Str::from(*field), value));
        }
    }
    (!fields.is_empty()).then(|| PathElement::key(fields))
}
