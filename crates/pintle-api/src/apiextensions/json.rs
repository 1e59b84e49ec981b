//! [`JSON`], a value of any kind within a schema.

use std::any::Any;
use std::fmt;

use pintle_codec::json::{Reader, Writer};
use pintle_codec::{Element, Error, Scalar, SlotMut, SlotRef, cbor, protobuf};
use pintle_meta::RawExtension;

/// `JSON` of apiextensions.k8s.io/v1: a value of any kind, such as a default.
///
/// Kept as it came, so that numbers and the order of keys stay what they were; `null` is kept as
/// nothing, as in Go.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JSON(pub RawExtension);

/// As [`RawExtension`], but of any kind.
impl Scalar for JSON {
    fn decode_json(&mut self, reader: &mut Reader<'_>) -> Result<(), Error> {
        self.0.decode_json(reader)
    }

    fn encode_json(&self, writer: &mut Writer<'_>) {
        self.0.encode_json(writer);
    }

    fn decode_protobuf(&mut self, payload: &[u8]) -> Result<(), Error> {
        self.0.decode_protobuf(payload)
    }

    fn encode_protobuf(&self, writer: &mut protobuf::Writer) {
        self.0.encode_protobuf(writer);
    }

    fn decode_cbor(&mut self, item: cbor::Item<'_>) -> Result<(), Error> {
        self.0.decode_cbor(item)
    }

    fn encode_cbor(&self, writer: &mut cbor::Writer<'_>) {
        self.0.encode_cbor(writer);
    }

    fn schema(&self) -> &'static str {
        r#"{"x-kubernetes-preserve-unknown-fields":true}"#
    }

    fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    fn equals(&self, other: &dyn Scalar) -> bool {
        let other: &dyn Any = other;
        other.downcast_ref() == Some(self)
    }

    fn format_debug(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.format_debug(f)
    }
}

impl Element for JSON {
    fn slot(&mut self) -> SlotMut<'_> {
        SlotMut::Scalar(self)
    }

    fn get(&self) -> SlotRef<'_> {
        SlotRef::Scalar(self)
    }
}

pintle_codec::interop!(JSON);
