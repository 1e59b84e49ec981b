//! Protobuf into JSON, without a tree in between.
//!
//! It reads what [`encode_protobuf`](super::encode_protobuf) wrote, and writes what is written of the
//! tree that [`decode_protobuf`](super::decode_protobuf) makes of it: fields in schema order, zero
//! values where Go writes them.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use pintle_codec::{
    Error, ErrorKind, Scalar as _,
    json::{Writer, write_value},
    protobuf::{Payload, Reader},
};
use pintle_meta::{Duration, IntOrString, MicroTime, Time};

use super::decode::{bytes, decode_protobuf, mismatch, number, read};
use crate::schema::{
    Alternative, Cardinality, Field, OnWire, Shape, Struct, TypeFacts, Wire,
    zero::{absent, is_left_out, is_unset},
};

type Result<T> = std::result::Result<T, Error>;

/// Appends a message as JSON. `type_` is what the object says of its type, if anything.
///
/// # Errors
/// When the message is malformed; something of it may have been written then.
pub(crate) fn protobuf_to_json(
    message: &[u8],
    schema: &'static Struct,
    type_: Option<TypeFacts>,
    out: &mut Vec<u8>,
) -> Result<()> {
    Transcoder { found: Vec::new() }.structure(message, schema, type_, &mut Writer::new(out))
}

struct Transcoder<'m> {
    /// The fields of the structs that are being written, with their tags, those of inner structs
    /// behind those of outer ones; all those of one number together. Empty is absent.
    found: Vec<&'m [u8]>,
}

impl<'m> Transcoder<'m> {
    fn structure(
        &mut self,
        message: &'m [u8],
        schema: &'static Struct,
        type_: Option<TypeFacts>,
        writer: &mut Writer<'_>,
    ) -> Result<()> {
        let first = self.found.len();
        self.found.resize(first + schema.fields.len(), &[]);
        self.find(message, schema.wire, first)?;
        writer.begin_object();
        if let Some(TypeFacts { api_version, kind }) = type_ {
            writer.key("kind");
            writer.string(kind);
            writer.key("apiVersion");
            writer.string(api_version);
        }
        for (place, field) in schema.fields.iter().enumerate() {
            match self.found[first + place] {
                [] => {
                    if let Some(value) = absent(field) {
                        writer.key(field.json);
                        write_value(&value, writer);
                    }
                }
                found => self.field(field, found, writer)?,
            }
        }
        writer.end_object();
        self.found.truncate(first);
        Ok(())
    }

    /// Notes where the fields are.
    fn find(&mut self, message: &'m [u8], wire: &'static [Wire], first: usize) -> Result<()> {
        let mut reader = Reader::new(message);
        // They come in the order of their numbers.
        let mut expected = wire.iter();
        let mut current: Option<(&Wire, usize)> = None;
        loop {
            let before = reader.offset();
            let Some((number, payload)) = reader.next_field()? else {
                return Ok(());
            };
            if current.is_none_or(|(current, _)| current.number != number) {
                let next = expected.find(|wire| wire.number == number);
                current = next.map(|next| (next, before));
            }
            let Some((Wire { what, .. }, start)) = current else {
                let detail = "a field that is unknown, or out of order";
                return Err(Error::new(ErrorKind::Syntax, before, detail));
            };
            match what {
                OnWire::Field(place) => {
                    self.found[first + usize::from(*place)] = &message[start..reader.offset()];
                }
                OnWire::Embedded(wire) => self.find(bytes(payload)?, wire, first)?,
            }
        }
    }

    fn field(
        &mut self,
        field: &'static Field,
        found: &'m [u8],
        writer: &mut Writer<'_>,
    ) -> Result<()> {
        let mut reader = Reader::new(found);
        match field.cardinality {
            Cardinality::One => {
                let Some((_, payload)) = reader.next_field()? else {
                    return Ok(());
                };
                if !self.says_nothing(field, payload)? {
                    writer.key(field.json);
                    self.value(field.shape, payload, None, writer)?;
                }
            }
            Cardinality::List => {
                writer.key(field.json);
                writer.begin_array();
                while let Some((_, payload)) = reader.next_field()? {
                    writer.element();
                    self.value(field.shape, payload, field.object, writer)?;
                }
                writer.end_array();
            }
            Cardinality::Map | Cardinality::MapOfLists => {
                writer.key(field.json);
                writer.begin_object();
                while let Some((_, payload)) = reader.next_field()? {
                    self.entry(field, bytes(payload)?, writer)?;
                }
                writer.end_object();
            }
        }
        Ok(())
    }

    fn entry(
        &mut self,
        field: &'static Field,
        entry: &'m [u8],
        writer: &mut Writer<'_>,
    ) -> Result<()> {
        let mut reader = Reader::new(entry);
        let (Some((1, key)), Some((2, payload))) = (reader.next_field()?, reader.next_field()?)
        else {
            return Err(mismatch());
        };
        writer.key(&String::from_utf8_lossy(bytes(key)?));
        if field.cardinality == Cardinality::Map {
            return self.value(field.shape, payload, None, writer);
        }
        let list = bytes(payload)?;
        if list.is_empty() {
            writer.null();
            return Ok(());
        }
        writer.begin_array();
        let mut reader = Reader::new(list);
        while let Some((_, payload)) = reader.next_field()? {
            writer.element();
            self.value(field.shape, payload, None, writer)?;
        }
        writer.end_array();
        Ok(())
    }

    /// Whether a value says no more than its absence, which is not written.
    fn says_nothing(&self, field: &'static Field, payload: Payload<'_>) -> Result<bool> {
        if field.pointer {
            let is_time = matches!(field.shape, Shape::Time | Shape::MicroTime);
            return Ok(is_time && payload == Payload::Bytes(&[]));
        }
        if !is_left_out(field) {
            return Ok(false);
        }
        Ok(match (field.shape, payload) {
            (_, Payload::Varint(0) | Payload::Bytes(&[])) => true,
            (Shape::Float64, Payload::Fixed64(bits)) => f64::from_bits(bits) == 0.0,
            (Shape::Struct(schema), payload) => {
                let value = decode_protobuf(bytes(payload)?, schema)?.into();
                is_unset(field, &value)
            }
            (Shape::Time, payload) => read::<Time>(payload)?.is_zero(),
            (Shape::MicroTime, payload) => read::<MicroTime>(payload)?.is_zero(),
            (Shape::Duration, payload) => read::<Duration>(payload)? == Duration::default(),
            (Shape::Quantity, payload) => text_of(payload)? == b"0",
            (Shape::IntOrString, payload) => read::<IntOrString>(payload)? == 0.into(),
            _ => false,
        })
    }

    fn value(
        &mut self,
        shape: Shape,
        payload: Payload<'m>,
        type_: Option<TypeFacts>,
        writer: &mut Writer<'_>,
    ) -> Result<()> {
        match shape {
            Shape::String => writer.string(&String::from_utf8_lossy(bytes(payload)?)),
            Shape::Bool => writer.boolean(number(payload)? != 0),
            Shape::Int32 => writer.integer(i64::from(number(payload)? as i32)),
            Shape::Int64 => writer.integer(number(payload)? as i64),
            Shape::Float64 => match payload {
                Payload::Fixed64(bits) => writer.float(f64::from_bits(bits)),
                _ => return Err(mismatch()),
            },
            Shape::Bytes => writer.string(&STANDARD.encode(bytes(payload)?)),
            Shape::Time => read::<Time>(payload)?.encode_json(writer),
            Shape::MicroTime => read::<MicroTime>(payload)?.encode_json(writer),
            Shape::Duration => read::<Duration>(payload)?.encode_json(writer),
            Shape::IntOrString => read::<IntOrString>(payload)?.encode_json(writer),
            // These were spelt when they were encoded.
            Shape::Quantity => writer.string(&String::from_utf8_lossy(text_of(payload)?)),
            Shape::Any | Shape::Json => match text_of(payload)? {
                [] => writer.null(),
                json => writer.raw(json),
            },
            Shape::Struct(schema) => {
                return self.structure(bytes(payload)?, schema, type_, writer);
            }
            Shape::StructOr(schema, other) => {
                return self.struct_or(schema, other, bytes(payload)?, writer);
            }
        }
        Ok(())
    }

    fn struct_or(
        &mut self,
        schema: &'static Struct,
        other: Alternative,
        message: &'m [u8],
        writer: &mut Writer<'_>,
    ) -> Result<()> {
        let mut reader = Reader::new(message);
        let mut first = reader.next_field()?;
        match (other, first) {
            (Alternative::Bool, Some((1, truth))) => match reader.next_field()? {
                Some((2, payload)) => self.value(Shape::Struct(schema), payload, None, writer),
                _ => self.value(Shape::Bool, truth, None, writer),
            },
            (_, Some((1, payload))) => self.value(Shape::Struct(schema), payload, None, writer),
            (_, Some(_)) => {
                let shape = match other {
                    Alternative::Strings => Shape::String,
                    Alternative::Bool | Alternative::List => Shape::Struct(schema),
                };
                writer.begin_array();
                while let Some((_, payload)) = first {
                    writer.element();
                    self.value(shape, payload, None, writer)?;
                    first = reader.next_field()?;
                }
                writer.end_array();
                Ok(())
            }
            (_, None) => {
                writer.null();
                Ok(())
            }
        }
    }
}

/// The text in the first field of a message; empty if there is none.
fn text_of<'m>(payload: Payload<'m>) -> Result<&'m [u8]> {
    match Reader::new(bytes(payload)?).next_field()? {
        Some((1, text)) => bytes(text),
        Some(_) => Err(mismatch()),
        None => Ok(&[]),
    }
}
