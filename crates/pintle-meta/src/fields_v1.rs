//! [`FieldsV1`], the set of fields that a manager owns.

use std::fmt;

use pintle_codec::json::{Reader, Writer};
use pintle_codec::{Decoder, Error, Str, cbor, protobuf};

use crate::scalar::scalar;
use crate::wire;

/// The fields that a field manager owns, as the JSON that the server wrote.
///
/// Kept as it came: it is the largest part of many objects and few programs look into it. Inside an
/// object it is written as Go writes it, without white space.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct FieldsV1(Str);

impl FieldsV1 {
    /// The JSON; empty if there is none.
    pub fn as_json(&self) -> &str {
        &self.0
    }
}

/// Prints the length only: it is long, and its keys repeat values of lists, which may be secret.
impl fmt::Debug for FieldsV1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FieldsV1({} bytes)", self.0.len())
    }
}

scalar!(FieldsV1 {
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

    fn decode_json_with(
        &mut self,
        reader: &mut Reader<'_>,
        decoder: &mut Decoder,
    ) -> Result<(), Error> {
        self.0 = decoder.raw_json(reader)?;
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
                self.0 = json.ok_or_else(malformed)?;
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
