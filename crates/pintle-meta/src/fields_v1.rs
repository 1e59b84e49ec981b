//! [`FieldsV1`], the set of fields that a manager owns.

use std::fmt;

use pintle_codec::json::{self, Reader, Writer};
use pintle_codec::{Decoder, Error, Str, Value, cbor, protobuf};

use crate::scalar::scalar;
use crate::wire;

/// The fields that a field manager owns, as the JSON that the server wrote.
///
/// Kept as it came: it is the largest part of many objects and few programs look into it. Inside an
/// object it is written as Go writes it, without white space. What came in protobuf and is no JSON
/// stays as it is in protobuf, and is `null` elsewhere.
#[derive(Clone, Default)]
pub struct FieldsV1 {
    json: Str,
    /// Whether it is known to be JSON. Protobuf may carry anything, and is not looked into until
    /// it is to be part of a JSON document.
    checked: bool,
}

impl FieldsV1 {
    /// The fields that JSON text spells.
    ///
    /// # Errors
    /// When the text is not JSON.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        check(text)?;
        Ok(Self::checked(text.into()))
    }

    /// The JSON; empty if there is none.
    pub fn as_json(&self) -> &str {
        &self.json
    }

    /// The fields as a tree.
    ///
    /// # Errors
    /// When there are none.
    pub fn to_value(&self) -> Result<Value, Error> {
        json::parse(self.json.as_bytes())
    }

    fn checked(json: Str) -> Self {
        Self {
            json,
            checked: true,
        }
    }

    fn can_be_written(&self) -> bool {
        !self.json.is_empty() && (self.checked || check(&self.json).is_ok())
    }
}

impl PartialEq for FieldsV1 {
    fn eq(&self, other: &Self) -> bool {
        self.json == other.json
    }
}

impl Eq for FieldsV1 {}

/// Prints the length only: it is long, and its keys repeat values of lists, which may be secret.
impl fmt::Debug for FieldsV1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FieldsV1({} bytes)", self.json.len())
    }
}

scalar!(FieldsV1 {
    fn decode_json(&mut self, reader: &mut Reader<'_>) -> Result<(), Error> {
        *self = Self::checked(reader.raw()?.into());
        Ok(())
    }

    // Spelt anew here and not when it is read: objects are read far more often than written.
    fn encode_json(&self, writer: &mut Writer<'_>) {
        if self.can_be_written() { writer.embed(&self.json) } else { writer.null() }
    }

    fn decode_cbor(&mut self, item: cbor::Item<'_>) -> Result<(), Error> {
        *self = Self::checked(item.to_json()?.into());
        Ok(())
    }

    fn encode_cbor(&self, writer: &mut cbor::Writer<'_>) {
        writer.json(self.json.as_bytes());
    }

    fn decode_json_with(
        &mut self,
        reader: &mut Reader<'_>,
        decoder: &mut Decoder,
    ) -> Result<(), Error> {
        *self = Self::checked(decoder.raw_json(reader)?);
        Ok(())
    }

    fn decode_protobuf(&mut self, payload: &[u8]) -> Result<(), Error> {
        self.decode_protobuf_with(payload, &mut Decoder::new())
    }

    fn decode_protobuf_with(&mut self, payload: &[u8], decoder: &mut Decoder) -> Result<(), Error> {
        let mut fields = protobuf::Reader::new(payload);
        while let Some((number, payload)) = fields.next_field()? {
            if number == 1 {
                let json = decoder.raw_json_bytes(wire::bytes(payload, &fields)?);
                let malformed = || wire::invalid(payload, &fields, "fields that are not JSON".into());
                *self = Self {
                    json: json.ok_or_else(malformed)?,
                    checked: false,
                };
            }
        }
        Ok(())
    }

    fn encode_protobuf(&self, writer: &mut protobuf::Writer) {
        // Go leaves out what is empty.
        if !self.json.is_empty() {
            writer.bytes(1, self.json.as_bytes());
        }
    }

    fn schema(&self) -> &'static str {
        r#"{"type":"object","x-kubernetes-preserve-unknown-fields":true}"#
    }

    fn is_zero(&self) -> bool {
        self.json.is_empty()
    }
});

fn check(text: &str) -> Result<(), Error> {
    let mut reader = Reader::over(text);
    reader.skip()?;
    reader.finish()
}

#[cfg(test)]
mod tests {
    use pintle_codec::json::Writer;
    use pintle_codec::{Scalar as _, protobuf};

    use super::FieldsV1;

    #[test]
    fn nothing_but_json_comes_into_json() {
        for (raw, written) in [
            (r#" {"f:a": {}}"#, r#"{"f:a":{}}"#),
            ("{}}", "null"),
            (r#"{},"x":1"#, "null"),
            ("", "null"),
        ] {
            let mut payload = protobuf::Writer::new();
            payload.bytes(1, raw.as_bytes());
            let mut fields = FieldsV1::default();
            fields.decode_protobuf(payload.written()).unwrap();
            let mut out = Vec::new();
            fields.encode_json(&mut Writer::new(&mut out));
            assert_eq!(String::from_utf8(out).unwrap(), written);
            assert_eq!(FieldsV1::from_json(raw).is_ok(), written != "null");
        }
    }
}
