//! An object of any kind, read from a document and written into others.

use pintle_api::scheme::{self, AnyObject};
use pintle_codec::{Decoder, Error, ErrorKind, Format, TypeMeta, cbor, json, protobuf};
use pintle_meta::v1::WatchEvent;

use crate::kinds::Kind;

/// An object of a known kind.
pub(crate) enum Object {
    Registered(AnyObject),
    WatchEvent(WatchEvent),
}

impl Object {
    /// Reads a document, which must be of that kind.
    pub(crate) fn read(
        kind: Kind,
        format: Format,
        document: &[u8],
        decoder: &mut Decoder,
    ) -> Result<Self, Error> {
        match kind {
            Kind::Registered(expected) => {
                let object = scheme::decode(document, format, decoder)?;
                if std::ptr::eq(object.kind(), expected) {
                    return Ok(Self::Registered(object));
                }
                let detail = format!("expected {expected:?}, found {:?}", object.kind());
                Err(Error::new(ErrorKind::TypeMismatch, 0, detail))
            }
            Kind::WatchEvent => {
                let mut event = WatchEvent::default();
                match format {
                    Format::Json => decoder.decode_json(document, &mut event)?,
                    Format::Protobuf => decoder.decode_protobuf(document, &mut event)?,
                    Format::Cbor => decoder.decode_cbor(document, &mut event)?,
                };
                Ok(Self::WatchEvent(event))
            }
        }
    }

    /// Appends the object's document to `out`.
    pub(crate) fn write(&self, format: Format, out: &mut Vec<u8>) -> Result<(), Error> {
        match self {
            Self::Registered(object) => object.encode(format, out),
            Self::WatchEvent(event) => {
                let nameless = TypeMeta::default();
                match format {
                    Format::Json => json::encode_object(event, &nameless, out),
                    Format::Protobuf => {
                        let mut writer = protobuf::Writer::new();
                        protobuf::encode_object(event, &nameless, &mut writer);
                        out.extend_from_slice(writer.written());
                    }
                    Format::Cbor => cbor::encode_object(event, &nameless, out),
                }
                Ok(())
            }
        }
    }
}
