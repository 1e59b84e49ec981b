//! Answers that are made as JSON, in other formats.

use bytes::Bytes;
use pintle_codec::{
    cbor, json,
    protobuf::{self, Envelope, Writer},
    yaml,
};
use pintle_meta::{Kind as _, v1::Status};

use super::{Encoding, Format, indent::indent};
use crate::schema::{Struct, decode, encode_protobuf, type_meta};

/// A document that comes as compact JSON, in another encoding. Protobuf is written by the tables of
/// what it consists of.
pub(crate) fn answer(json: Vec<u8>, schema: &'static Struct, encoding: Encoding) -> Bytes {
    if encoding.format != Format::Protobuf {
        return spell(json, encoding);
    }
    // The server wrote it, and by these tables: it fits.
    let object = decode(&json, schema).map(|decoded| decoded.object);
    let type_meta = type_meta(&json).unwrap_or_default();
    let mut writer = Writer::new();
    Envelope::write(&type_meta, &mut writer, |writer| {
        encode_protobuf(&object.unwrap_or_default(), schema, writer);
    });
    writer.written().to_vec().into()
}

/// A document that comes as compact JSON, in an encoding that spells the same.
pub(crate) fn spell(mut json: Vec<u8>, encoding: Encoding) -> Bytes {
    match encoding.format {
        Format::Json if encoding.pretty => indent(&json).into(),
        Format::Json => {
            json.push(b'\n');
            json.into()
        }
        Format::Yaml => yaml::write(&json::parse(&json).unwrap_or_default()).into(),
        Format::Cbor => {
            let mut out = cbor::MAGIC.to_vec();
            cbor::Writer::new(&mut out).json(&json);
            out.into()
        }
        // It is told apart before.
        Format::Protobuf => json.into(),
    }
}

/// A status in an encoding.
pub(crate) fn status(status: &Status, encoding: Encoding) -> Bytes {
    let type_meta = Status::type_meta();
    let mut out = Vec::new();
    match encoding.format {
        Format::Json => {
            json::encode_object(status, &type_meta, &mut out);
            if encoding.pretty {
                return indent(&out).into();
            }
            out.push(b'\n');
        }
        Format::Yaml => return yaml::encode_object(status, &type_meta).into(),
        Format::Protobuf => {
            let mut writer = Writer::new();
            protobuf::encode_object(status, &type_meta, &mut writer);
            return writer.written().to_vec().into();
        }
        Format::Cbor => cbor::encode_object(status, &type_meta, &mut out),
    }
    out.into()
}
