//! [`IntOrString`], a number or a text.

use std::fmt;

use pintle_codec::json::{Reader, Token, Writer};
use pintle_codec::protobuf::{self, Payload};
use pintle_codec::{Error, ErrorKind, Str};

use crate::scalar::scalar;

/// A whole number or a text, such as a port by number or by name, or `25%`.
///
/// Exhaustive: it is one or the other, as the name says.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum IntOrString {
    /// A number.
    Int(i32),
    /// A text.
    String(Str),
}

impl Default for IntOrString {
    fn default() -> Self {
        Self::Int(0)
    }
}

impl From<i32> for IntOrString {
    fn from(number: i32) -> Self {
        Self::Int(number)
    }
}

impl From<&str> for IntOrString {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl fmt::Display for IntOrString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(number) => number.fmt(f),
            Self::String(text) => text.fmt(f),
        }
    }
}

impl fmt::Debug for IntOrString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(number) => number.fmt(f),
            Self::String(text) => fmt::Debug::fmt(text, f),
        }
    }
}

scalar!(IntOrString {
    fn decode_json(&mut self, reader: &mut Reader<'_>) -> Result<(), Error> {
        if reader.peek()? == Token::String {
            *self = Self::String(reader.string()?.into());
            return Ok(());
        }
        let start = reader.offset();
        let number = reader.integer()?;
        *self = Self::Int(i32::try_from(number).map_err(|_| {
            Error::new(ErrorKind::InvalidValue, start, format!("{number} does not fit into 32 bits"))
        })?);
        Ok(())
    }

    fn encode_json(&self, writer: &mut Writer<'_>) {
        match self {
            Self::Int(number) => writer.integer((*number).into()),
            Self::String(text) => writer.string(text),
        }
    }

    fn decode_protobuf(&mut self, payload: &[u8]) -> Result<(), Error> {
        let (mut is_string, mut number, mut text) = (false, 0, Str::new());
        let mut reader = protobuf::Reader::new(payload);
        while let Some(field) = reader.next_field()? {
            match field {
                (1, Payload::Varint(type_)) => is_string = type_ == STRING,
                (2, Payload::Varint(value)) => number = value as i32,
                (3, Payload::Bytes(bytes)) => text = String::from_utf8_lossy(bytes).into(),
                _ => {}
            }
        }
        *self = if is_string { Self::String(text) } else { Self::Int(number) };
        Ok(())
    }

    fn encode_protobuf(&self, writer: &mut protobuf::Writer) {
        let (type_, number, text) = match self {
            Self::Int(number) => (INT, *number, ""),
            Self::String(text) => (STRING, 0, text.as_str()),
        };
        writer.bytes(3, text.as_bytes());
        writer.varint(2, i64::from(number) as u64);
        writer.varint(1, type_);
    }

    fn is_zero(&self) -> bool {
        *self == Self::default()
    }
});

/// The types as protobuf numbers them.
const INT: u64 = 0;
const STRING: u64 = 1;
