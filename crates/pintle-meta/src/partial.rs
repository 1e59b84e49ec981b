//! [`PartialObjectMetadata`], an object as far as its metadata.

use pintle_codec::{Decoder, Error, ErrorKind, Format};

use crate::v1::{ObjectMeta, PartialObjectMetadata};
use crate::{Metadata as _, Object};

impl PartialObjectMetadata {
    /// The metadata of an object.
    ///
    /// Of an object of a generated type, `object.metadata` is the same at no cost.
    ///
    /// # Errors
    /// When the object has no form in JSON, or other metadata than an object of the API.
    pub fn of<T: Object>(object: &T) -> Result<Self, Error> {
        let mut json = Vec::new();
        object.encode_item(Format::Json, &mut json)?;
        let mut decoder = Decoder::new().incomplete(object.metadata().is_pruned());
        Self::read(&json, Format::Json, &mut decoder)
    }

    /// Reads the metadata of a whole object of any kind.
    ///
    /// A server that is asked for metadata answers with an object of the kind
    /// `PartialObjectMetadata`, which [`Body::decode`](crate::Body::decode) reads; one that does not
    /// know how answers with the object itself. This reads both. It is not for lists and for
    /// `Status`.
    ///
    /// # Errors
    /// When the document is malformed, or has no metadata by which an object could be known: as
    /// client-go's metadata client, it wants a name, a name to generate one from, a uid or a time of
    /// creation.
    pub fn decode_any(
        document: &[u8],
        format: Format,
        decoder: &mut Decoder,
    ) -> Result<Self, Error> {
        let partial = Self::read(document, format, decoder)?;
        let ObjectMeta {
            name,
            generate_name,
            uid,
            creation_timestamp,
            ..
        } = &partial.metadata;
        let is_created = *creation_timestamp != Default::default();
        if name.is_empty() && generate_name.is_empty() && uid.is_empty() && !is_created {
            let detail = "an object without metadata by which it could be known";
            return Err(Error::new(ErrorKind::InvalidValue, 0, detail).within_field("metadata"));
        }
        Ok(partial)
    }

    /// Reads the metadata of a whole object, whatever they are.
    pub(crate) fn read(
        document: &[u8],
        format: Format,
        decoder: &mut Decoder,
    ) -> Result<Self, Error> {
        let mut partial = Self::default();
        match format {
            Format::Json => decoder.decode_json(document, &mut partial)?,
            Format::Protobuf => decoder.decode_protobuf(document, &mut partial)?,
            Format::Cbor => decoder.decode_cbor(document, &mut partial)?,
        };
        Ok(partial)
    }
}

impl Object for PartialObjectMetadata {
    type Metadata = ObjectMeta;

    fn metadata(&self) -> &ObjectMeta {
        &self.metadata
    }
}

impl From<ObjectMeta> for PartialObjectMetadata {
    fn from(metadata: ObjectMeta) -> Self {
        Self { metadata }
    }
}
