//! Data that is kept as it came.

use std::borrow::Cow;

use pintle_codec::json::{self, Reader, Writer};
use pintle_codec::{Error, Value, cbor, protobuf};

use crate::wire;

/// The bytes of a value of any kind.
///
/// The invariant: what is written into JSON is JSON. Text that was read from JSON was checked
/// there; protobuf may carry anything, and is checked when it is needed.
#[derive(Clone)]
pub(crate) enum Raw {
    /// JSON; empty if there is no value.
    Json(Box<str>),
    /// JSON, CBOR, or neither.
    Unchecked(Box<[u8]>),
}

impl Raw {
    /// Takes over JSON text.
    pub(crate) fn from_json(text: &str) -> Result<Self, Error> {
        check(text)?;
        Ok(Self::Json(text.into()))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Json(text) => text.as_bytes(),
            Self::Unchecked(bytes) => bytes,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.as_bytes().is_empty()
    }

    /// Whether there never was a value: Go's nil, of which protobuf tells an empty one apart.
    pub(crate) fn is_nil(&self) -> bool {
        matches!(self, Self::Json(text) if text.is_empty())
    }

    /// The value as JSON text; empty if there is none, or none that JSON can say.
    pub(crate) fn to_json(&self) -> Cow<'_, str> {
        let bytes = match self {
            Self::Json(text) => return Cow::Borrowed(text),
            Self::Unchecked(bytes) => bytes,
        };
        if is_cbor(bytes) {
            return match cbor::parse(bytes) {
                Ok(mut value) => {
                    // As Go writes its maps.
                    value.sort();
                    spell(&value).into()
                }
                Err(_) => Cow::Borrowed(""),
            };
        }
        match std::str::from_utf8(bytes) {
            Ok(text) if check(text).is_ok() => Cow::Borrowed(text),
            _ => Cow::Borrowed(""),
        }
    }

    pub(crate) fn to_value(&self) -> Result<Value, Error> {
        let bytes = self.as_bytes();
        if is_cbor(bytes) {
            cbor::parse(bytes)
        } else {
            json::parse(bytes)
        }
    }

    pub(crate) fn decode_json(reader: &mut Reader<'_>) -> Result<Self, Error> {
        Ok(Self::Json(reader.raw()?.into()))
    }

    // Spelt anew here and not when it is read: objects are read far more often than written.
    pub(crate) fn encode_json(&self, writer: &mut Writer<'_>) {
        match &*self.to_json() {
            "" => writer.null(),
            text => writer.embed(text),
        }
    }

    /// Reads field 1 of a message, if it is there.
    pub(crate) fn decode_protobuf(payload: &[u8]) -> Result<Option<Self>, Error> {
        let mut raw = None;
        let mut fields = protobuf::Reader::new(payload);
        while let Some((number, payload)) = fields.next_field()? {
            if number == 1 {
                raw = Some(Self::Unchecked(wire::bytes(payload, &fields)?.into()));
            }
        }
        Ok(raw)
    }

    pub(crate) fn decode_cbor(item: cbor::Item<'_>) -> Result<Self, Error> {
        Ok(Self::Json(item.to_json()?.into()))
    }

    pub(crate) fn encode_cbor(&self, writer: &mut cbor::Writer<'_>) {
        let bytes = self.as_bytes();
        if !is_cbor(bytes) {
            return writer.json(bytes);
        }
        match cbor::parse(bytes) {
            Ok(value) => writer.value(&value),
            Err(_) => writer.null(),
        }
    }
}

impl Default for Raw {
    fn default() -> Self {
        Self::Json(Box::default())
    }
}

impl PartialEq for Raw {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Raw {}

impl From<&Value> for Raw {
    fn from(value: &Value) -> Self {
        Self::Json(spell(value).into())
    }
}

/// Whether bytes are CBOR, if anything: JSON begins with ASCII. Kubernetes keeps no CBOR but maps
/// and what says of itself that it is CBOR, and these do not.
fn is_cbor(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|first| !first.is_ascii())
}

fn check(text: &str) -> Result<(), Error> {
    let mut reader = Reader::over(text);
    reader.skip()?;
    reader.finish()
}

fn spell(value: &Value) -> String {
    let mut text = Vec::new();
    json::write(value, &mut text);
    String::from_utf8(text).expect("JSON is UTF-8")
}

#[cfg(test)]
mod tests {
    use pintle_codec::Value;
    use pintle_codec::json::Writer;

    use super::Raw;

    fn written(raw: &Raw) -> String {
        let mut out = Vec::new();
        raw.encode_json(&mut Writer::new(&mut out));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn nothing_but_json_comes_into_json() {
        let raw = |bytes: &[u8]| Raw::Unchecked(bytes.into());
        assert_eq!(written(&raw(b" {\"a\": \"<\"}")), r#"{"a":"\u003c"}"#);
        assert_eq!(
            written(&raw(b"\xa2\x41b\x01\x41a\xf6")),
            r#"{"a":null,"b":1}"#
        );
        for neither in [
            &b"{}}"[..],
            b"{",
            b"k8s\0",
            b"\xff",
            b"\"\xff\"",
            b"",
            b"1,\"x\":2",
        ] {
            assert_eq!(written(&raw(neither)), "null");
        }
        assert!(Raw::from_json("{}}").is_err());
        assert!(Raw::from(&Value::Null) == Raw::from_json("null").unwrap());
    }
}
