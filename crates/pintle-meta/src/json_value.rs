//! [`JsonValue`], a field that holds any JSON.

use std::fmt;

use pintle_codec::json::{self, Reader, Writer};
use pintle_codec::{Error, Value};

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

    fn is_zero(&self) -> bool {
        self.0.is_null()
    }
});
