//! A value tree into protobuf.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use pintle_codec::{Object, Scalar, Value, json, protobuf::Writer};
use pintle_meta::{Duration, IntOrString, MicroTime, Time};

use crate::schema::{Alternative, Cardinality, Field, MAX_FIELDS, OnWire, Shape, Struct, Wire};

/// Writes an object of a struct, without an envelope. What the struct does not know is left out.
pub(crate) fn encode_protobuf(object: &Object, schema: &'static Struct, writer: &mut Writer) {
    fields(&schema.values(object), schema, schema.wire, writer);
}

fn fields(
    values: &[Option<&Value>; MAX_FIELDS],
    schema: &'static Struct,
    wire: &'static [Wire],
    writer: &mut Writer,
) {
    for Wire { number, what } in wire.iter().rev() {
        match what {
            OnWire::Field(place) => {
                let place = usize::from(*place);
                field(*number, &schema.fields[place], values[place], writer);
            }
            OnWire::Embedded(wire) => {
                writer.message(*number, |writer| fields(values, schema, wire, writer));
            }
        }
    }
}

fn field(number: u32, field: &'static Field, value: Option<&Value>, writer: &mut Writer) {
    let shape = field.shape;
    match (field.cardinality, value) {
        (Cardinality::One, value) if !field.pointer => match (shape, value) {
            // Go leaves out its nil.
            (Shape::Bytes, None | Some(Value::Null)) => {}
            _ => one(number, shape, value.unwrap_or(&Value::Null), writer),
        },
        (Cardinality::One, Some(Value::Null)) => {
            // Of these a pointer to nothing is `null` too, and is told from none by being written.
            let spells_itself = matches!(shape, Shape::Any | Shape::Json | Shape::StructOr(..));
            if spells_itself && field.omit_empty {
                writer.bytes(number, b"");
            }
        }
        (Cardinality::One, Some(value)) => one(number, shape, value, writer),
        (Cardinality::List, Some(value)) => list(number, shape, value, writer),
        (Cardinality::Map, Some(value)) => map(number, value, writer, |value, writer| {
            one(2, shape, value, writer);
        }),
        (Cardinality::MapOfLists, Some(value)) => map(number, value, writer, |value, writer| {
            writer.message(2, |writer| list(1, shape, value, writer));
        }),
        (_, None) => {}
    }
}

fn list(number: u32, shape: Shape, value: &Value, writer: &mut Writer) {
    for element in value.as_array().unwrap_or_default().iter().rev() {
        one(number, shape, element, writer);
    }
}

fn map(number: u32, value: &Value, writer: &mut Writer, write: impl Fn(&Value, &mut Writer)) {
    let Some(object) = value.as_object() else {
        return;
    };
    let mut entries: Vec<_> = object.iter().collect();
    if !entries.is_sorted_by(|(one, _), (other, _)| one <= other) {
        entries.sort_by_key(|(key, _)| *key);
    }
    for (key, value) in entries.into_iter().rev() {
        writer.message(number, |writer| {
            write(value, writer);
            writer.bytes(1, key.as_bytes());
        });
    }
}

/// Writes one value. What is not of its shape is written as the shape's zero: trees are made by
/// decoders, which refuse it.
fn one(number: u32, shape: Shape, value: &Value, writer: &mut Writer) {
    match shape {
        Shape::String => writer.bytes(number, text(value).as_bytes()),
        Shape::Bool => writer.varint(number, value.as_bool().unwrap_or_default().into()),
        // Negative numbers are spelt with 64 bits, whatever the field has.
        Shape::Int32 | Shape::Int64 => {
            writer.varint(number, value.as_int().unwrap_or_default() as u64);
        }
        Shape::Float64 => writer.double(number, float(value)),
        Shape::Bytes => {
            writer.bytes(number, &STANDARD.decode(text(value)).unwrap_or_default());
        }
        Shape::Time => scalar(number, parsed::<Time>(value), writer),
        Shape::MicroTime => scalar(number, parsed::<MicroTime>(value), writer),
        Shape::Duration => scalar(number, parsed::<Duration>(value), writer),
        Shape::Quantity => {
            let amount = value.as_str().unwrap_or("0");
            writer.message(number, |writer| writer.bytes(1, amount.as_bytes()));
        }
        Shape::IntOrString => {
            let whole = || i32::try_from(value.as_int().unwrap_or_default()).unwrap_or_default();
            let either = match value {
                Value::String(text) => IntOrString::String(text.clone()),
                _ => IntOrString::Int(whole()),
            };
            scalar(number, either, writer);
        }
        Shape::Any | Shape::Json => writer.message(number, |writer| {
            if !value.is_null() {
                let mut text = Vec::new();
                json::write(value, &mut text);
                writer.bytes(1, &text);
            }
        }),
        Shape::Struct(schema) => writer.message(number, |writer| {
            encode_protobuf(value.as_object().unwrap_or(&NOTHING), schema, writer);
        }),
        Shape::StructOr(schema, other) => {
            writer.message(number, |writer| struct_or(schema, other, value, writer));
        }
    }
}

/// Each alternative has a field of its own. What a struct allows is allowed.
fn struct_or(schema: &'static Struct, other: Alternative, value: &Value, writer: &mut Writer) {
    let structure = Shape::Struct(schema);
    match (other, value) {
        (Alternative::Bool, Value::Object(_)) => {
            one(2, structure, value, writer);
            writer.varint(1, 1);
        }
        (Alternative::Bool, _) => one(1, Shape::Bool, value, writer),
        (_, Value::Object(_)) => one(1, structure, value, writer),
        (Alternative::List, _) => list(2, structure, value, writer),
        (Alternative::Strings, _) => list(2, Shape::String, value, writer),
    }
}

fn scalar(number: u32, scalar: impl Scalar, writer: &mut Writer) {
    writer.message(number, |writer| scalar.encode_protobuf(writer));
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn parsed<T: std::str::FromStr + Default>(value: &Value) -> T {
    value
        .as_str()
        .and_then(|text| text.parse().ok())
        .unwrap_or_default()
}

fn float(value: &Value) -> f64 {
    match value {
        Value::Float(number) => *number,
        Value::Int(number) => *number as f64,
        _ => 0.0,
    }
}

static NOTHING: Object = Object::new();
