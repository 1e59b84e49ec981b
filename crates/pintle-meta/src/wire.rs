//! What scalars share when they read the protobuf message that stands for them.
//!
//! As in Go, a field that is known must come as the kind of payload that it has.

use std::borrow::Cow;

use pintle_codec::protobuf::{Payload, Reader};
use pintle_codec::{Error, ErrorKind};

/// The whole number that `fields` gave last.
pub(crate) fn number(payload: Payload<'_>, fields: &Reader<'_>) -> Result<u64, Error> {
    match payload {
        Payload::Varint(number) => Ok(number),
        _ => Err(mismatch(fields)),
    }
}

/// The binary data that `fields` gave last.
pub(crate) fn bytes<'a>(payload: Payload<'a>, fields: &Reader<'_>) -> Result<&'a [u8], Error> {
    match payload {
        Payload::Bytes(bytes) => Ok(bytes),
        _ => Err(mismatch(fields)),
    }
}

/// The text that `fields` gave last. Where it is not UTF-8 it has replacement characters.
pub(crate) fn text<'a>(payload: Payload<'a>, fields: &Reader<'_>) -> Result<Cow<'a, str>, Error> {
    bytes(payload, fields).map(String::from_utf8_lossy)
}

/// An error about what `fields` gave last.
#[cold]
pub(crate) fn invalid(payload: Payload<'_>, fields: &Reader<'_>, detail: String) -> Error {
    let length = match payload {
        Payload::Bytes(bytes) => bytes.len(),
        _ => 0,
    };
    Error::new(ErrorKind::InvalidValue, fields.offset() - length, detail)
}

#[cold]
fn mismatch(fields: &Reader<'_>) -> Error {
    let detail = "the field has another type on the wire";
    Error::new(ErrorKind::TypeMismatch, fields.offset(), detail)
}
