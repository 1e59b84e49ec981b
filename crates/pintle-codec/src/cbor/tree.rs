//! [`Value`] from CBOR and to CBOR.

use std::borrow::Cow;

use super::encode::compare;
use super::reader::{Head, Reader, Rest, Spelling, Tags};
use super::{Writer, time};
use crate::decoder::text_of;
use crate::{Error, ErrorKind, Object, Str, Value};

type Result<T> = std::result::Result<T, Error>;

/// Parses a document that consists of one value, with or without [`MAGIC`](super::MAGIC).
///
/// A byte string is a string, and base64 if it is marked so. A point in time is its text.
///
/// # Errors
/// When the document is not one well-formed value or nests deeper than
/// [`MAX_DEPTH`](crate::json::MAX_DEPTH), and when something in it has no form in JSON.
pub fn parse(document: &[u8]) -> Result<Value> {
    let mut reader = Reader::new(document);
    let value = read(&mut reader, Spelling::default())?;
    reader.finish()?;
    Ok(value)
}

/// Appends a value to `out`, without [`MAGIC`](super::MAGIC), the keys of objects in the order that
/// CBOR has.
pub fn write(value: &Value, out: &mut Vec<u8>) {
    Writer::new(out).value(value);
}

impl Writer<'_> {
    /// Writes a value, the keys of objects in the order that CBOR has.
    pub fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.null(),
            Value::Bool(truth) => self.boolean(*truth),
            Value::Int(number) => self.integer(*number),
            Value::Float(number) => self.float(*number),
            Value::String(text) => self.string(text),
            Value::Array(elements) => {
                self.begin_array(elements.len());
                for element in elements {
                    self.value(element);
                }
            }
            Value::Object(object) => {
                let mut entries: Vec<_> = object.iter().collect();
                entries.sort_unstable_by(|(one, _), (other, _)| compare(one, other));
                self.begin_map(entries.len());
                for (key, value) in entries {
                    self.string(key);
                    self.value(value);
                }
            }
        }
    }
}

pub(super) fn read(reader: &mut Reader<'_>, outer: Spelling) -> Result<Value> {
    let Tags { spelling, time } = reader.tags(outer)?;
    let start = reader.offset();
    let head = reader.head()?;
    if time {
        return point_in_time(reader, start, head);
    }
    Ok(match head {
        Head::Positive(_) | Head::Negative(_) => Value::Int(head.whole(start)?),
        Head::Float(number) => Value::Float(number),
        Head::Bool(truth) => Value::Bool(truth),
        Head::Null => Value::Null,
        Head::Bytes(length) => string(spelling.spell(reader.bytes_after(length)?)),
        Head::Text(length) => string(reader.text_after(length)?),
        Head::Array(rest) => array(reader, rest, spelling)?,
        Head::Map(rest) => object(reader, rest, spelling)?,
        other => return Err(reader.mismatch(start, "a value that JSON can say", other)),
    })
}

fn array(reader: &mut Reader<'_>, mut rest: Rest, outer: Spelling) -> Result<Value> {
    reader.enter()?;
    let mut elements = Vec::new();
    while reader.more(&mut rest)? {
        elements.push(read(reader, outer)?);
    }
    Ok(Value::Array(elements))
}

fn object(reader: &mut Reader<'_>, mut rest: Rest, outer: Spelling) -> Result<Value> {
    reader.enter()?;
    let (start, pairs) = (reader.clone(), rest);
    let mut entries: Vec<(Str, Value)> = Vec::new();
    while reader.more(&mut rest)? {
        let key = reader.map_key(outer)?;
        entries.push((text_of(key).into(), read(reader, outer)?));
    }
    let count = entries.len();
    let object = Object::from_entries(entries);
    if object.len() < count {
        return Err(start.duplicate(pairs, outer));
    }
    Ok(Value::Object(object))
}

fn string(bytes: Cow<'_, [u8]>) -> Value {
    Value::String(text_of(bytes).into())
}

/// What a tag marks as a point in time, as text.
fn point_in_time(reader: &mut Reader<'_>, start: usize, head: Head) -> Result<Value> {
    let spelt = match head {
        Head::Text(length) => time::normalize(&reader.text_after(length)?),
        Head::Float(seconds) => time::from_fraction(seconds),
        _ => time::from_seconds(head.whole(start)?, 0),
    };
    match spelt {
        Some(text) => Ok(text.into()),
        None => {
            let detail = "no point in time that RFC 3339 can say";
            Err(Error::new(ErrorKind::InvalidValue, start, detail))
        }
    }
}
