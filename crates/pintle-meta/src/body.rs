//! [`Body`], what requests and responses carry.
//!
//! The invariant: nothing above this trait knows how a type is encoded. Generated types are
//! interpreted from their description, types by derive go through serde, unstructured objects stay
//! the bytes they are; clients and caches treat them alike.

use pintle_codec::{Decoder, Error, ErrorKind, Format, Message, TypeMeta, cbor, json, protobuf};

use crate::Kind;

/// What can be the body of a request or of a response: an object, a list, options, a review.
///
/// [`kinds!`](crate::kinds) implements it for types described by
/// [`message!`](pintle_codec::message).
pub trait Body: Sized + Send + Sync + 'static {
    /// The formats that the type has, the preferred one first.
    const FORMATS: &'static [Format];

    /// A zero value of the type, if [`message!`](pintle_codec::message) describes it: for whoever
    /// has to know its fields without having a value.
    fn description() -> Option<Box<dyn Message>> {
        None
    }

    /// Reads a whole document, which says of what kind it is.
    ///
    /// # Errors
    /// When the document is malformed or of another kind, or the type has no such format.
    fn decode(document: &[u8], format: Format, decoder: &mut Decoder) -> Result<Self, Error>;

    /// Reads an element of a list, which need not say of what kind it is, and which in protobuf has
    /// no envelope.
    ///
    /// # Errors
    /// As [`Body::decode`].
    fn decode_item(item: &[u8], format: Format, decoder: &mut Decoder) -> Result<Self, Error>;

    /// Reads an element of a list that says to be `list`. What says nothing of its own kind may
    /// take it from there; the default does not.
    ///
    /// # Errors
    /// As [`Body::decode`].
    fn decode_list_item(
        item: &[u8],
        list: &TypeMeta,
        format: Format,
        decoder: &mut Decoder,
    ) -> Result<Self, Error> {
        let _ = list;
        Self::decode_item(item, format, decoder)
    }

    /// Reads an element of a list of JSON that is being read.
    ///
    /// # Errors
    /// As [`Body::decode`]; the offset is that in the whole document.
    fn decode_next(reader: &mut json::Reader<'_>, decoder: &mut Decoder) -> Result<Self, Error> {
        let item = reader.pass()?;
        let start = reader.offset() - item.len();
        let shifted = |error: Error| error.shifted_by(start);
        Self::decode_item(item.as_bytes(), Format::Json, decoder).map_err(shifted)
    }

    /// Appends the document to `out`.
    ///
    /// # Errors
    /// When the type has no such format, or the value has no form in it.
    fn encode(&self, format: Format, out: &mut Vec<u8>) -> Result<(), Error>;

    /// Appends an element of a list to `out`, which does not say of what kind it is, and which in
    /// protobuf has no envelope.
    ///
    /// # Errors
    /// As [`Body::encode`].
    fn encode_item(&self, format: Format, out: &mut Vec<u8>) -> Result<(), Error>;
}

/// Reads an object of kind `K` from JSON.
///
/// An object that does not say what it is, is taken for a `K`, as the items of a list are.
///
/// # Errors
/// When the document is malformed, a value does not fit its field, or the object says that it is
/// of another kind.
pub fn decode_json<K: Kind>(document: &[u8]) -> Result<K, Error> {
    K::decode(document, Format::Json, &mut Decoder::new())
}

/// Writes an object as JSON, `kind` and `apiVersion` first, in Go's order of fields.
///
/// # Errors
/// When the object has no form in JSON. Types described by
/// [`message!`](pintle_codec::message) always have one.
pub fn encode_json<K: Kind>(object: &K) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    object.encode(Format::Json, &mut out)?;
    Ok(out)
}

/// What [`Body`] does for a kind that is described by [`message!`](pintle_codec::message).
///
/// The functions know a message and not its type, so that they are compiled once.
pub mod described {
    use super::{
        Decoder, Error, ErrorKind, Format, Message, TypeMeta, cbor, json, no_such_format, protobuf,
    };

    /// For [`Body::FORMATS`](super::Body::FORMATS).
    pub const FORMATS: &[Format] = &[Format::Protobuf, Format::Json, Format::Cbor];

    /// For [`Body::decode`](super::Body::decode), into an object that is zero.
    ///
    /// # Errors
    /// As there.
    pub fn decode(
        document: &[u8],
        format: Format,
        decoder: &mut Decoder,
        object: &mut dyn Message,
    ) -> Result<(), Error> {
        let found = match format {
            Format::Json => decoder.decode_json(document, object)?,
            Format::Protobuf => decoder.decode_protobuf(document, object)?,
            Format::Cbor => decoder.decode_cbor(document, object)?,
        };
        check_kind(&found, &object.table().type_meta())
    }

    /// For [`Body::decode_item`](super::Body::decode_item), into an object that is zero.
    ///
    /// # Errors
    /// As there.
    pub fn decode_item(
        item: &[u8],
        format: Format,
        decoder: &mut Decoder,
        object: &mut dyn Message,
    ) -> Result<(), Error> {
        match format {
            Format::Protobuf => decoder.decode_protobuf_item(item, object),
            Format::Json | Format::Cbor => decode(item, format, decoder, object),
        }
    }

    /// For [`Body::decode_next`](super::Body::decode_next), into an object that is zero.
    ///
    /// # Errors
    /// As there.
    pub fn decode_next(
        reader: &mut json::Reader<'_>,
        decoder: &mut Decoder,
        object: &mut dyn Message,
    ) -> Result<(), Error> {
        let start = reader.offset();
        let found = decoder.decode_json_next(reader, object)?;
        check_kind(&found, &object.table().type_meta()).map_err(|error| error.shifted_by(start))
    }

    /// For [`Body::encode`](super::Body::encode).
    ///
    /// # Errors
    /// As there.
    pub fn encode(object: &dyn Message, format: Format, out: &mut Vec<u8>) -> Result<(), Error> {
        let type_meta = object.table().type_meta();
        match format {
            Format::Json => json::encode_object(object, &type_meta, out),
            Format::Cbor => cbor::encode_object(object, &type_meta, out),
            Format::Protobuf if object.table().is_in_protobuf() => {
                let mut writer = protobuf::Writer::new();
                protobuf::encode_object(object, &type_meta, &mut writer);
                out.extend_from_slice(writer.written());
            }
            Format::Protobuf => return Err(no_such_format(format)),
        }
        Ok(())
    }

    /// For [`Body::encode_item`](super::Body::encode_item).
    ///
    /// # Errors
    /// As there.
    pub fn encode_item(
        object: &dyn Message,
        format: Format,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        match format {
            Format::Json => json::encode(object, out),
            Format::Cbor => cbor::encode(object, out),
            Format::Protobuf if object.table().is_in_protobuf() => {
                let mut writer = protobuf::Writer::new();
                protobuf::encode(object, &mut writer);
                out.extend_from_slice(writer.written());
            }
            Format::Protobuf => return Err(no_such_format(format)),
        }
        Ok(())
    }

    /// Checks that a document that says of what kind it is, is of the expected one.
    ///
    /// # Errors
    /// When it is of another kind.
    pub fn check_kind(found: &TypeMeta, expected: &TypeMeta) -> Result<(), Error> {
        let kind_differs = !found.kind.is_empty() && found.kind != expected.kind;
        let version_differs =
            !found.api_version.is_empty() && found.api_version != expected.api_version;
        if !kind_differs && !version_differs {
            return Ok(());
        }
        let detail = format!(
            "expected {} of {}, found {} of {}",
            expected.kind, expected.api_version, found.kind, found.api_version
        );
        Err(Error::new(ErrorKind::TypeMismatch, 0, detail))
    }
}

/// The error of a type that has no form in a format.
pub fn no_such_format(format: Format) -> Error {
    let detail = format!("the type has no form in {format}");
    Error::new(ErrorKind::Unsupported, 0, detail)
}
