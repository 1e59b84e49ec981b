//! [`RawExtension`], an object of any kind inside another.

use std::borrow::Cow;
use std::fmt;

use pintle_codec::json::{Reader, Writer};
use pintle_codec::{Error, Value, cbor, protobuf};

use crate::raw::Raw;
use crate::scalar::scalar;

/// An object of any kind inside another, as the server wrote it: JSON, as a rule.
///
/// Kept as it came; inside the other object it is written as Go writes it, without white space.
/// What came in protobuf and is neither JSON nor CBOR stays as it is in protobuf, and is `null`
/// elsewhere.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RawExtension(Raw);

impl RawExtension {
    /// The object that JSON text spells.
    ///
    /// # Errors
    /// When the text is not JSON.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        Raw::from_json(text).map(Self)
    }

    /// The object as JSON; empty if there is none.
    pub fn to_json(&self) -> Cow<'_, str> {
        self.0.to_json()
    }

    /// The object as a tree.
    ///
    /// # Errors
    /// When there is no object.
    pub fn to_value(&self) -> Result<Value, Error> {
        self.0.to_value()
    }

    /// The bytes as they came.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl From<&Value> for RawExtension {
    fn from(value: &Value) -> Self {
        Self(value.into())
    }
}

/// Prints the length only: what is inside may be a secret.
impl fmt::Debug for RawExtension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawExtension({} bytes)", self.as_bytes().len())
    }
}

scalar!(RawExtension {
    fn decode_json(&mut self, reader: &mut Reader<'_>) -> Result<(), Error> {
        self.0 = Raw::decode_json(reader)?;
        Ok(())
    }

    fn encode_json(&self, writer: &mut Writer<'_>) {
        self.0.encode_json(writer);
    }

    fn decode_protobuf(&mut self, payload: &[u8]) -> Result<(), Error> {
        if let Some(raw) = Raw::decode_protobuf(payload)? {
            self.0 = raw;
        }
        Ok(())
    }

    fn encode_protobuf(&self, writer: &mut protobuf::Writer) {
        // Go leaves out its nil, and keeps what is empty.
        if !self.0.is_nil() {
            writer.bytes(1, self.as_bytes());
        }
    }

    fn decode_cbor(&mut self, item: cbor::Item<'_>) -> Result<(), Error> {
        self.0 = Raw::decode_cbor(item)?;
        Ok(())
    }

    fn encode_cbor(&self, writer: &mut cbor::Writer<'_>) {
        self.0.encode_cbor(writer);
    }

    fn schema(&self) -> &'static str {
        r#"{"type":"object","x-kubernetes-preserve-unknown-fields":true}"#
    }

    fn is_zero(&self) -> bool {
        self.0.is_empty()
    }
});
