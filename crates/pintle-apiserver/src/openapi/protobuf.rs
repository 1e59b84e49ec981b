//! OpenAPI documents in protobuf, in the messages that Gnostic's public schema defines.
//!
//! The messages are tables in [`v2`] and [`v3`], and one function writes a tree by them. The tables
//! have what documents of this server hold, and no more.

mod v2;
mod v3;

use pintle_codec::{Object, Value, json, protobuf::Writer};

/// A document of version 2.
pub(super) fn write_v2(document: &Value) -> Vec<u8> {
    write_document(document, &v2::DOCUMENT)
}

/// A document of version 3.
pub(super) fn write_v3(document: &Value) -> Vec<u8> {
    write_document(document, &v3::DOCUMENT)
}

/// A message.
#[derive(Debug)]
struct Message {
    /// Its fields: their names in JSON, their numbers, and what they are.
    fields: &'static [(&'static str, u32, Kind)],
    /// The number of its extensions, which are the fields `x-…`; 0 if it has none.
    extensions: u32,
}

/// What a field is.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// A string.
    Text,
    /// `true` or `false`.
    Flag,
    /// Anything, as text. YAML is asked for, of which JSON is a part.
    Yaml,
    /// Several of these.
    Many(&'static Kind),
    /// A message.
    One(&'static Message),
    /// A message around one field of this number.
    In(u32, &'static Kind),
    /// A map: a message with entries of this number, of which each is a name and one of these.
    Map(u32, &'static Kind),
    /// One of these, or a reference to one: a message that has either.
    OrReference(&'static Kind),
    /// One of several, by what this field says.
    By(&'static str, &'static [(&'static str, Kind)]),
    /// A default, which cannot say what an object holds.
    Default,
}

fn write_document(document: &Value, message: &Message) -> Vec<u8> {
    let mut writer = Writer::new();
    write_fields(document, message, &mut writer);
    writer.written().to_vec()
}

/// Writes the fields of a message, from the last to the first, as the writer goes.
fn write_fields(value: &Value, message: &Message, writer: &mut Writer) {
    for (name, value) in backwards(value) {
        let field = message.fields.iter().find(|(known, ..)| *known == name);
        match field {
            Some((_, number, kind)) => write(*number, value, *kind, writer),
            None => {
                debug_assert!(
                    name.starts_with("x-") && message.extensions != 0,
                    "no table has {name}"
                );
                write_entry(message.extensions, name, value, Kind::Yaml, writer);
            }
        }
    }
}

fn write(number: u32, value: &Value, kind: Kind, writer: &mut Writer) {
    match kind {
        Kind::Text => writer.bytes(number, value.as_str().unwrap_or_default().as_bytes()),
        Kind::Flag => writer.varint(number, value.as_bool().unwrap_or_default().into()),
        Kind::Yaml => {
            let mut text = Vec::new();
            json::write(value, &mut text);
            writer.message(number, |any| any.bytes(2, &text));
        }
        Kind::Many(kind) => {
            let elements = value.as_array().unwrap_or_default().iter();
            elements
                .rev()
                .for_each(|element| write(number, element, *kind, writer));
        }
        Kind::One(message) => {
            writer.message(number, |writer| write_fields(value, message, writer));
        }
        Kind::In(inner, kind) => {
            writer.message(number, |writer| write(inner, value, *kind, writer));
        }
        Kind::Map(entry, kind) => writer.message(number, |writer| {
            for (name, value) in backwards(value) {
                write_entry(entry, name, value, *kind, writer);
            }
        }),
        Kind::OrReference(kind) => writer.message(number, |either| {
            match value.get("$ref").and_then(Value::as_str) {
                Some(path) => either.message(2, |reference| reference.bytes(1, path.as_bytes())),
                None => write(1, value, *kind, either),
            }
        }),
        Kind::By(field, kinds) => {
            let says = value.get(field).and_then(Value::as_str);
            let kind = kinds.iter().find(|(name, _)| says == Some(name));
            debug_assert!(kind.is_some(), "no table has what {field} {says:?} is");
            if let Some((_, kind)) = kind {
                write(number, value, *kind, writer);
            }
        }
        Kind::Default => writer.message(number, |default| match value {
            Value::Int(value) => default.double(1, *value as f64),
            Value::Float(value) => default.double(1, *value),
            Value::Bool(value) => default.varint(2, (*value).into()),
            Value::String(value) => default.bytes(3, value.as_bytes()),
            Value::Null | Value::Array(_) | Value::Object(_) => {}
        }),
    }
}

fn write_entry(number: u32, name: &str, value: &Value, kind: Kind, writer: &mut Writer) {
    writer.message(number, |entry| {
        write(2, value, kind, entry);
        entry.bytes(1, name.as_bytes());
    });
}

fn backwards(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let entries: Vec<_> = value
        .as_object()
        .into_iter()
        .flat_map(Object::iter)
        .collect();
    entries.into_iter().rev()
}
