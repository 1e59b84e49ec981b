//! An object of any kind, read from a document and written into others.

use pintle_api::scheme::{self, AnyObject};
use pintle_codec::{Decoder, Error, ErrorKind, Format, Str, TypeMeta, cbor, json, protobuf, yaml};
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

    /// Reads a document in YAML, whatever kind it says it is of.
    pub(crate) fn read_yaml(
        kind: Kind,
        document: &str,
        decoder: &mut Decoder,
    ) -> Result<Self, yaml::Error> {
        match kind {
            Kind::Registered(registered) => {
                let mut object = registered.empty();
                decoder.decode_yaml(document, object.message_mut())?;
                Ok(Self::Registered(object))
            }
            Kind::WatchEvent => {
                let mut event = WatchEvent::default();
                decoder.decode_yaml(document, &mut event)?;
                Ok(Self::WatchEvent(event))
            }
        }
    }

    /// Appends the object's document to `out`.
    pub(crate) fn write(&self, format: Format, out: &mut Vec<u8>) -> Result<(), Error> {
        match self {
            Self::Registered(object) => object.encode(format, out)?,
            Self::WatchEvent(event) => match format {
                Format::Json => json::encode_object(event, &NAMELESS, out),
                Format::Protobuf => {
                    let mut writer = protobuf::Writer::new();
                    protobuf::encode_object(event, &NAMELESS, &mut writer);
                    out.extend_from_slice(writer.written());
                }
                Format::Cbor => cbor::encode_object(event, &NAMELESS, out),
            },
        }
        Ok(())
    }

    /// The object's document in YAML.
    pub(crate) fn write_yaml(&self) -> String {
        match self {
            Self::Registered(object) => {
                yaml::encode_object(object.message(), &object.kind().type_meta())
            }
            Self::WatchEvent(event) => yaml::encode_object(event, &NAMELESS),
        }
    }
}

/// What an event says of its own kind.
const NAMELESS: TypeMeta = TypeMeta {
    api_version: Str::new(),
    kind: Str::new(),
};
