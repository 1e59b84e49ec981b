//! [`RawExtension`], an object of any kind inside another.

use std::fmt;

use pintle_codec::json::{self, Reader, Writer};
use pintle_codec::protobuf::{self, Payload};
use pintle_codec::{Error, ErrorKind, Value, cbor};

use crate::scalar::scalar;

/// An object of any kind inside another, as the JSON that the server wrote.
///
/// Kept as it came; inside the other object it is written as Go writes it, without white space.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RawExtension(Box<str>);

impl RawExtension {
    /// The JSON; empty if there is no object.
    pub fn as_json(&self) -> &str {
        &self.0
    }

    /// The object as a tree.
    ///
    /// # Errors
    /// When there is no object.
    pub fn to_value(&self) -> Result<Value, Error> {
        json::parse(self.0.as_bytes())
    }
}

impl From<&Value> for RawExtension {
    fn from(value: &Value) -> Self {
        let mut out = Vec::new();
        json::write(value, &mut out);
        Self(String::from_utf8(out).expect("JSON is UTF-8").into())
    }
}

/// Prints the length only: what is inside may be a secret.
impl fmt::Debug for RawExtension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawExtension({} bytes)", self.0.len())
    }
}

scalar!(RawExtension {
    fn decode_json(&mut self, reader: &mut Reader<'_>) -> Result<(), Error> {
        self.0 = reader.raw()?.into();
        Ok(())
    }

    // Spelt anew here and not when it is read: objects are read far more often than written.
    fn encode_json(&self, writer: &mut Writer<'_>) {
        if self.0.is_empty() { writer.null() } else { writer.embed(&self.0) }
    }

    fn decode_cbor(&mut self, item: cbor::Item<'_>) -> Result<(), Error> {
        self.0 = item.to_json()?.into();
        Ok(())
    }

    fn encode_cbor(&self, writer: &mut cbor::Writer<'_>) {
        if self.0.is_empty() { writer.null() } else { writer.json(self.0.as_bytes()) }
    }

    fn decode_protobuf(&mut self, payload: &[u8]) -> Result<(), Error> {
        let mut reader = protobuf::Reader::new(payload);
        while let Some((number, payload)) = reader.next_field()? {
            if let (1, Payload::Bytes(raw)) = (number, payload) {
                let malformed = || {
                    let offset = reader.offset() - raw.len();
                    Error::new(ErrorKind::InvalidValue, offset, "raw data that is not JSON")
                };
                self.0 = std::str::from_utf8(raw).map_err(|_| malformed())?.into();
            }
        }
        Ok(())
    }

    fn encode_protobuf(&self, writer: &mut protobuf::Writer) {
        // Go leaves out its nil.
        if !self.0.is_empty() {
            writer.bytes(1, self.0.as_bytes());
        }
    }

    fn is_zero(&self) -> bool {
        self.0.is_empty()
    }
});
