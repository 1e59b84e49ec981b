//! What Go's encoder writes for what is not set.

use pintle_codec::{Object, Str, Value};

use super::{Alternative, Cardinality, Field, Places, Shape, Struct};

/// A struct in which nothing is set, as it is written: `{"containers":null}` for the spec of a pod.
pub(crate) fn zero(schema: &'static Struct) -> Object {
    let written = Places::new(schema.unset.written);
    let entries = written.filter_map(|place| {
        let field = &schema.fields[place];
        Some((Str::from_static(field.json), absent(field)?))
    });
    Object::from_distinct_entries(entries.collect())
}

/// A struct of which these fields are set, in the order of its fields, as it is written.
pub(super) fn complete(schema: &'static Struct, values: Vec<Option<Value>>) -> Object {
    let set = values
        .iter()
        .enumerate()
        .filter(|(_, value)| value.is_some());
    let set = set.fold(0, |set, (place, _)| set | 1 << place);
    let mut values = values;
    let written = Places::new(set | schema.unset.written);
    let mut entries = Vec::with_capacity(written.len());
    for place in written {
        let field = &schema.fields[place];
        if let Some(value) = values[place].take().or_else(|| absent(field)) {
            entries.push((Str::from_static(field.json), value));
        }
    }
    Object::from_distinct_entries(entries)
}

/// What is written for a field that is not set; nothing if it is left out.
pub(super) fn absent(field: &'static Field) -> Option<Value> {
    (!is_left_out(field)).then(|| match is_in_place(field) {
        true => zero_of(field.shape),
        false => Value::Null,
    })
}

/// Whether a field is not written when it is not set.
pub(super) const fn is_left_out(field: &Field) -> bool {
    field.omit_zero || field.omit_empty && !is_struct_in_go(field)
}

/// Whether a value that was read says no more than the field's absence.
pub(super) fn is_unset(field: &'static Field, value: &Value) -> bool {
    match value {
        Value::Array(elements) => elements.is_empty(),
        Value::Object(entries) if !is_in_place(field) => {
            entries.is_empty() && field.cardinality != Cardinality::One
        }
        // Looking at whole structs is for the few that may be left out.
        Value::Object(_) => field.omit_zero && is_zero(field.shape, value),
        Value::String(data) if matches!(field.shape, Shape::Bytes) => {
            field.omit_empty && data.is_empty()
        }
        _ => is_in_place(field) && is_zero(field.shape, value),
    }
}

/// Whether a value is the zero value of a shape, which for that need not be made.
fn is_zero(shape: Shape, value: &Value) -> bool {
    let (schema, object) = match (shape, value) {
        (Shape::Struct(schema), Value::Object(object)) => (schema, object),
        (Shape::String, Value::String(text)) => return text.is_empty(),
        (Shape::Bool, Value::Bool(truth)) => return !truth,
        (Shape::Int32 | Shape::Int64, Value::Int(number)) => return *number == 0,
        _ => return *value == zero_of(shape),
    };
    let mut fields = schema.fields.iter().zip(schema.values(object));
    fields.all(|(field, value)| match value {
        None => is_left_out(field),
        Some(_) if is_left_out(field) => false,
        Some(value) if is_in_place(field) => is_zero(field.shape, value),
        Some(value) => value.is_null(),
    })
}

/// The zero value of a shape.
pub(super) fn zero_of(shape: Shape) -> Value {
    match shape {
        Shape::String => Value::from(""),
        Shape::Bool => Value::Bool(false),
        Shape::Int32 | Shape::Int64 | Shape::IntOrString => Value::Int(0),
        Shape::Float64 => Value::Float(0.0),
        Shape::Duration => Value::from("0s"),
        Shape::Quantity => Value::from("0"),
        Shape::Bytes | Shape::Time | Shape::MicroTime | Shape::Any | Shape::Json => Value::Null,
        Shape::Struct(schema) => Value::Object(zero(schema)),
        Shape::StructOr(_, Alternative::Bool) => Value::Bool(false),
        Shape::StructOr(_, Alternative::List | Alternative::Strings) => Value::Null,
    }
}

/// The zero value inside a list or a map, where storage makes empty data of none.
pub(super) fn element_zero(shape: Shape) -> Value {
    match shape {
        Shape::Bytes => Value::from(""),
        shape => zero_of(shape),
    }
}

/// Whether a number, truth value or text says no more than the field's absence when it is zero, false or empty.
pub(super) const fn is_unset_when_zero(field: &Field) -> bool {
    let is_plain = matches!(
        field.shape,
        Shape::String | Shape::Bool | Shape::Int32 | Shape::Int64
    );
    is_plain && is_in_place(field)
}

/// Whether Go holds one value in place: neither a pointer nor a list nor a map.
const fn is_in_place(field: &Field) -> bool {
    matches!(field.cardinality, Cardinality::One) && !field.pointer
}

/// Whether the value in place is a struct, which `omitempty` does not leave out.
const fn is_struct_in_go(field: &Field) -> bool {
    let is_struct = match field.shape {
        Shape::String | Shape::Bool | Shape::Bytes => false,
        Shape::Int32 | Shape::Int64 | Shape::Float64 => false,
        Shape::Time | Shape::MicroTime | Shape::Duration => true,
        Shape::Quantity | Shape::IntOrString | Shape::Any | Shape::Json => true,
        Shape::Struct(_) | Shape::StructOr(..) => true,
    };
    is_struct && is_in_place(field)
}

#[cfg(test)]
mod tests {
    use pintle_codec::json;

    use super::*;
    use crate::generated::core_v1;

    #[test]
    fn what_is_not_set_is_written_as_go_writes_it() {
        let shown = |schema| {
            let mut text = Vec::new();
            json::write(&zero(schema).into(), &mut text);
            String::from_utf8(text).unwrap()
        };
        // The object of a bookmark, as kube-apiserver 1.36.3 writes it, without its version.
        assert_eq!(
            shown(&core_v1::POD),
            r#"{"metadata":{},"spec":{"containers":null},"status":{}}"#
        );
        assert_eq!(shown(&core_v1::CONFIG_MAP), r#"{"metadata":{}}"#);
        for schema in [&core_v1::POD, &core_v1::SERVICE, &core_v1::POD_STATUS] {
            let mut value = Value::Object(zero(schema));
            assert!(is_zero(Shape::Struct(schema), &value));
            if let Value::Object(object) = &mut value {
                object.insert(schema.fields[0].json, "x".into());
            }
            assert!(!is_zero(Shape::Struct(schema), &value));
        }
        assert_eq!(
            shown(&core_v1::SERVICE),
            r#"{"metadata":{},"spec":{},"status":{"loadBalancer":{}}}"#
        );
    }
}
