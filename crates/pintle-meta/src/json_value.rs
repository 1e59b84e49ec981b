//! [`JsonValue`], a field that holds any JSON.

use std::fmt;

use pintle_codec::json::{self, Reader, Writer};
use pintle_codec::{Error, ErrorKind, Value, cbor, protobuf};

use crate::scalar::scalar;

/// Any JSON value, such as a cell of a table.
#[derive(Clone, Default, PartialEq)]
pub struct JsonValue(pub Value);

/// Prints the length of the JSON only: what is inside may be a secret.
impl fmt::Debug for JsonValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Vec::new();
        json::write(&self.0, &mut text);
        write!(f, "JsonValue({} bytes)", text.len())
    }
}

scalar!(JsonValue {
    fn decode_json(&mut self, reader: &mut Reader<'_>) -> Result<(), Error> {
        let start = reader.offset();
        let raw = reader.raw()?;
        self.0 = json::parse(raw.as_bytes()).map_err(|error| error.shifted_by(start))?;
        Ok(())
    }

    fn encode_json(&self, writer: &mut Writer<'_>) {
        json::write_value(&self.0, writer);
    }

    fn decode_cbor(&mut self, item: cbor::Item<'_>) -> Result<(), Error> {
        self.0 = item.to_value()?;
        // CBOR does not keep the order of keys; in JSON they are sorted.
        self.0.sort();
        Ok(())
    }

    fn encode_cbor(&self, writer: &mut cbor::Writer<'_>) {
        writer.value(&self.0);
    }

    // Only cells of tables are of this type, and Kubernetes has no protobuf of tables.
    fn decode_protobuf(&mut self, _: &[u8]) -> Result<(), Error> {
        Err(Error::new(ErrorKind::TypeMismatch, 0, "a value that protobuf cannot carry"))
    }

    fn encode_protobuf(&self, _: &mut protobuf::Writer) {}

    fn schema(&self) -> &'static str {
        r#"{"x-kubernetes-preserve-unknown-fields":true}"#
    }

    fn is_zero(&self) -> bool {
        self.0.is_null()
    }
});
