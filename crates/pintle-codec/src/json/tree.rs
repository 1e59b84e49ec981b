//! [`Value`] from JSON and to JSON.

use super::{Number, Reader, Token, Writer};
use crate::{Error, Object, Str, Value};

/// Parses a document that consists of one value.
///
/// Of equal keys in an object, the last value stays.
///
/// # Errors
/// When the document is not one well-formed value, or nests deeper than
/// [`MAX_DEPTH`](super::MAX_DEPTH).
pub fn parse(document: &[u8]) -> Result<Value, Error> {
    let mut reader = Reader::new(document)?;
    let value = read(&mut reader)?;
    reader.finish()?;
    Ok(value)
}

/// Appends a value to `out`, the fields of objects in their own order.
pub fn write(value: &Value, out: &mut Vec<u8>) {
    write_value(value, &mut Writer::new(out));
}

/// Writes a value, the fields of objects in their own order.
pub fn write_value(value: &Value, writer: &mut Writer<'_>) {
    match value {
        Value::Null => writer.null(),
        Value::Bool(truth) => writer.boolean(*truth),
        Value::Int(number) => writer.integer(*number),
        Value::Float(number) => writer.float(*number),
        Value::String(text) => writer.string(text),
        Value::Array(elements) => {
            writer.begin_array();
            for element in elements {
                writer.element();
                write_value(element, writer);
            }
            writer.end_array();
        }
        Value::Object(object) => {
            writer.begin_object();
            for (key, value) in object.iter() {
                writer.key(key);
                write_value(value, writer);
            }
            writer.end_object();
        }
    }
}

fn read(reader: &mut Reader<'_>) -> Result<Value, Error> {
    Ok(match reader.peek()? {
        Token::Null => {
            reader.null()?;
            Value::Null
        }
        Token::Bool => Value::Bool(reader.boolean()?),
        Token::Number => match reader.number()? {
            Number::Int(number) => Value::Int(number),
            Number::Float(number) => Value::Float(number),
        },
        Token::String => Value::String(reader.string()?.into()),
        Token::Array => {
            reader.begin_array()?;
            let mut elements = Vec::new();
            let mut first = true;
            while reader.next_element(&mut first)? {
                elements.push(read(reader)?);
            }
            Value::Array(elements)
        }
        Token::Object => {
            reader.begin_object()?;
            let mut entries: Vec<(Str, Value)> = Vec::new();
            let mut first = true;
            while let Some(key) = reader.next_key(&mut first)? {
                let key = Str::from(key);
                let value = read(reader)?;
                entries.push((key, value));
            }
            Value::Object(Object::from_entries(entries))
        }
    })
}
