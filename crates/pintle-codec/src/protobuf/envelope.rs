//! [`Envelope`], in which a whole object travels.

use super::{Payload, Reader, Writer};
use crate::{Error, ErrorKind, TypeMeta};

/// What an object in Kubernetes' protobuf begins with.
pub const MAGIC: &[u8; 4] = b"k8s\0";

/// A whole object in protobuf, opened: what it claims to be, and its bytes.
///
/// Kubernetes writes four bytes, [`MAGIC`], and then a message that says the object's `apiVersion`
/// and `kind` and holds the object itself.
#[derive(Clone, Debug)]
pub struct Envelope<'a> {
    type_meta: TypeMeta,
    raw: &'a [u8],
    offset: usize,
}

impl<'a> Envelope<'a> {
    /// Opens the envelope of `document`.
    ///
    /// # Errors
    /// When the document does not begin with [`MAGIC`] or is malformed, or when its content is
    /// encoded in another way.
    pub fn open(document: &'a [u8]) -> Result<Self, Error> {
        let Some(unknown) = document.strip_prefix(MAGIC) else {
            return Err(Error::new(
                ErrorKind::Syntax,
                0,
                "no Kubernetes protobuf: it does not begin with k8s\\0",
            ));
        };
        let mut envelope = Envelope {
            type_meta: TypeMeta::default(),
            raw: &[],
            offset: document.len(),
        };
        let shifted = |error: Error| error.shifted_by(MAGIC.len());
        let mut reader = Reader::new(unknown);
        while let Some((number, payload)) = reader.next_field().map_err(shifted)? {
            match (number, payload) {
                (1, Payload::Bytes(type_meta)) => {
                    let start = MAGIC.len() + reader.offset() - type_meta.len();
                    read_type_meta(type_meta, &mut envelope.type_meta)
                        .map_err(|error| error.shifted_by(start))?;
                }
                (2, Payload::Bytes(raw)) => {
                    envelope.raw = raw;
                    envelope.offset = MAGIC.len() + reader.offset() - raw.len();
                }
                // Kubernetes has never written a content encoding.
                (3, Payload::Bytes(encoding)) if !encoding.is_empty() => {
                    return Err(Error::new(
                        ErrorKind::InvalidValue,
                        MAGIC.len() + reader.offset() - encoding.len(),
                        "the content of the object is encoded in an unknown way",
                    ));
                }
                _ => {}
            }
        }
        Ok(envelope)
    }

    /// What the object claims to be.
    pub fn type_meta(&self) -> &TypeMeta {
        &self.type_meta
    }

    /// What the object claims to be.
    pub fn into_type_meta(self) -> TypeMeta {
        self.type_meta
    }

    /// The object, a message without an envelope.
    pub fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// Where in the document the object starts.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// Writes an envelope around the object that `raw` writes.
    pub fn write(type_meta: &TypeMeta, writer: &mut Writer, raw: impl FnOnce(&mut Writer)) {
        // Go writes the content's encoding and type, which are empty.
        writer.bytes(4, b"");
        writer.bytes(3, b"");
        writer.message(2, raw);
        writer.message(1, |writer| {
            writer.bytes(2, type_meta.kind.as_bytes());
            writer.bytes(1, type_meta.api_version.as_bytes());
        });
        writer.raw(MAGIC);
    }
}

/// Merges the type that an envelope says into `type_meta`.
pub(crate) fn read_type_meta(payload: &[u8], type_meta: &mut TypeMeta) -> Result<(), Error> {
    let mut reader = Reader::new(payload);
    while let Some((number, payload)) = reader.next_field()? {
        if let (1 | 2, Payload::Bytes(text)) = (number, payload) {
            let name = String::from_utf8_lossy(text);
            let field = match number {
                1 => &mut type_meta.api_version,
                _ => &mut type_meta.kind,
            };
            *field = name.into();
        }
    }
    Ok(())
}
