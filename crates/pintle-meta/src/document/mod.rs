//! [`Document`], an object kept as the bytes that came.
//!
//! The invariant: what caches and controllers ask of every object, its metadata, is answered from
//! the bytes, where it was found and checked once; nothing is stored twice but what the object is
//! called and its version. The bytes are in a block of exactly their size.

mod heading;
mod index;
mod json;
mod protobuf;
mod texts;

use std::ops::Range;
use std::sync::OnceLock;

use pintle_codec::{Decoder, Error, ErrorKind, Format, Message, Str, TypeMeta, cbor};

use self::index::{Index, Span};
use self::texts::{Texts, Whole};
use crate::Body;
use crate::v1::{ObjectMeta, PartialObjectMetadata};

pub(crate) use self::heading::Heading;
pub(crate) use self::json::{Check, Head, check_numbers};

/// An object as bytes, and where its metadata stand in them.
///
/// In protobuf it has no envelope.
// In this order, what is asked for most is at the front.
#[repr(C)]
pub(crate) struct Document {
    heading: Heading,
    bytes: Bytes,
    index: Index,
    /// What the bytes spell so that it cannot be handed out as it stands: set when it is asked for.
    texts: OnceLock<Box<Texts>>,
    is_pruned: bool,
}

enum Bytes {
    Json(Box<str>),
    Protobuf(Box<[u8]>),
    Cbor(Box<[u8]>),
}

/// What a text is found to be.
enum Found<'a> {
    Nothing,
    Text(&'a str),
    /// It is spelt in a way that has to be resolved.
    Spelt,
}

impl Document {
    /// Nothing, without an allocation.
    pub(crate) fn empty() -> Self {
        Self {
            heading: Heading::default(),
            bytes: Bytes::Protobuf(Box::default()),
            index: Index::default(),
            texts: OnceLock::new(),
            is_pruned: false,
        }
    }

    /// Keeps an object, without the parts that `decoder` leaves out; says what it claims to be.
    /// What is looked at is the syntax of the object, as far as it is needed to find its metadata,
    /// and the metadata.
    ///
    /// `description` is only needed for protobuf, and there only to leave out parts.
    pub(crate) fn read(
        object: &[u8],
        format: Format,
        decoder: &Decoder,
        description: impl FnOnce() -> Box<dyn Message>,
    ) -> Result<(Self, TypeMeta), Error> {
        if u32::try_from(object.len()).is_err() {
            let detail = "an object of more than 4 GiB";
            return Err(Error::new(ErrorKind::TooLarge, 0, detail));
        }
        match format {
            Format::Json => {
                let (document, head) = Self::read_json(object, decoder, Check::Ends)?;
                if let Some(mismatch) = head.mismatch {
                    return Err(mismatch);
                }
                let type_meta = TypeMeta {
                    api_version: head.api_version,
                    kind: head.kind,
                };
                Ok((document, type_meta))
            }
            Format::Protobuf => {
                let rest = match decoder.pruning() {
                    Some(prune) => prune.cut_protobuf(object, &mut *description())?,
                    None => None,
                };
                let index = protobuf::index(rest.as_deref().unwrap_or(object));
                // The whole has the same error, at the right place.
                let in_whole = |error| protobuf::index(object).err().unwrap_or(error);
                let index = index.map_err(in_whole)?;
                let document = Self {
                    heading: Heading::default(),
                    is_pruned: rest.is_some() || decoder.is_incomplete(),
                    bytes: Bytes::Protobuf(boxed(rest, object)),
                    index,
                    texts: OnceLock::new(),
                }
                .headed();
                Ok((document, TypeMeta::default()))
            }
            Format::Cbor => {
                let object = object.strip_prefix(cbor::MAGIC).unwrap_or(object);
                let rest = match decoder.pruning() {
                    Some(prune) => prune.cut_cbor(object)?,
                    None => None,
                };
                let mut whole = Whole::default();
                let type_meta = Decoder::new().decode_cbor(object, &mut whole)?;
                let texts = whole.metadata;
                let document = Self {
                    heading: Heading::default(),
                    is_pruned: rest.is_some() || decoder.is_incomplete(),
                    bytes: Bytes::Cbor(boxed(rest, object)),
                    index: Index {
                        generation: texts.generation,
                        is_deleting: texts.deletion_timestamp.is_some(),
                        ..Index::SPELT
                    },
                    texts: OnceLock::from(Box::new(texts)),
                };
                Ok((document, type_meta))
            }
        }
    }

    /// Keeps an object in JSON, as [`Document::read`] does, and says what stands at its top.
    pub(crate) fn read_json(
        object: &[u8],
        decoder: &Decoder,
        check: Check,
    ) -> Result<(Self, Head), Error> {
        let text = json::text(object)?;
        let rest = match decoder.pruning() {
            Some(prune) => prune.cut_json(text)?,
            None => None,
        };
        let is_pruned = rest.is_some() || decoder.is_incomplete();
        let kept: Box<str> = match rest {
            Some(rest) => rest.into(),
            None => text.into(),
        };
        // The whole has the same error, at the right place.
        let in_whole = |error| json::index(text, check).err().unwrap_or(error);
        let (index, head) = json::index(&kept, check).map_err(in_whole)?;
        let document = Self {
            heading: Heading::default(),
            bytes: Bytes::Json(kept),
            index,
            is_pruned,
            texts: OnceLock::new(),
        }
        .headed();
        Ok((document, head))
    }

    /// The format of the bytes.
    pub(crate) fn format(&self) -> Format {
        match self.bytes {
            Bytes::Json(_) => Format::Json,
            Bytes::Protobuf(_) => Format::Protobuf,
            Bytes::Cbor(_) => Format::Cbor,
        }
    }

    /// The bytes.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match &self.bytes {
            Bytes::Json(text) => text.as_bytes(),
            Bytes::Protobuf(bytes) | Bytes::Cbor(bytes) => bytes,
        }
    }

    /// The text, if the format is JSON.
    pub(crate) fn as_json(&self) -> Option<&str> {
        match &self.bytes {
            Bytes::Json(text) => Some(text),
            Bytes::Protobuf(_) | Bytes::Cbor(_) => None,
        }
    }

    /// A decoder that reads the bytes as what they are: the whole, or the rest of an object.
    pub(crate) fn decoder(&self) -> Decoder {
        Decoder::new().incomplete(self.is_pruned)
    }

    /// The object, read by a decoder that may have read others.
    pub(crate) fn decode_by<T: Body>(&self, decoder: &mut Decoder) -> Result<T, Error> {
        let before = decoder.is_incomplete();
        *decoder = std::mem::take(decoder).incomplete(self.is_pruned);
        let object = T::decode_item(self.as_bytes(), self.format(), decoder);
        *decoder = std::mem::take(decoder).incomplete(before);
        object
    }

    /// All of the metadata.
    pub(crate) fn object_meta(&self) -> Result<ObjectMeta, Error> {
        let mut decoder = self.decoder();
        let mut metadata = ObjectMeta::default();
        let start = self.index.metadata.start();
        let shifted = |error: Error| error.shifted_by(start).within_field("metadata");
        match &self.bytes {
            Bytes::Json(text) => {
                let text = &text[self.index.metadata.range()];
                // Without metadata there is no text.
                if !text.is_empty() {
                    decoder
                        .decode_json(text.as_bytes(), &mut metadata)
                        .map_err(shifted)?;
                }
            }
            Bytes::Protobuf(bytes) => {
                let bytes = &bytes[self.index.metadata.range()];
                decoder
                    .decode_protobuf_item(bytes, &mut metadata)
                    .map_err(shifted)?;
            }
            Bytes::Cbor(bytes) => {
                let mut partial = PartialObjectMetadata::default();
                decoder.decode_cbor(bytes, &mut partial)?;
                metadata = partial.metadata;
            }
        }
        Ok(metadata)
    }

    /// With its heading, if the texts for it can be handed out as they stand.
    fn headed(mut self) -> Self {
        let Index {
            name,
            namespace,
            resource_version,
            ..
        } = self.index;
        if ![name, namespace, resource_version]
            .into_iter()
            .any(Span::is_spelt)
        {
            let version = self.resource_version();
            self.heading = Heading::new(self.namespace(), self.name(), version);
        }
        self
    }

    /// The name, if it is in front of all else.
    pub(crate) fn heading(&self) -> &str {
        self.heading.names().map_or("", |(_, name)| name)
    }

    #[inline]
    pub(crate) fn name(&self) -> &str {
        match self.heading.names() {
            Some((_, name)) => name,
            None => self.text(self.index.name, |texts| &texts.name),
        }
    }

    #[inline]
    pub(crate) fn namespace(&self) -> &str {
        match self.heading.names() {
            Some((namespace, _)) => namespace,
            None => self.text(self.index.namespace, |texts| &texts.namespace),
        }
    }

    pub(crate) fn uid(&self) -> &str {
        self.text(self.index.uid, |texts| &texts.uid)
    }

    #[inline]
    pub(crate) fn resource_version(&self) -> &str {
        match self.heading.version() {
            Some(version) => version,
            None => self.text(self.index.resource_version, |texts| &texts.resource_version),
        }
    }

    pub(crate) fn generation(&self) -> i64 {
        self.index.generation
    }

    pub(crate) fn is_deleting(&self) -> bool {
        self.index.is_deleting
    }

    pub(crate) fn is_pruned(&self) -> bool {
        self.is_pruned
    }

    pub(crate) fn label(&self, key: &str) -> Option<&str> {
        match self.find(self.index.labels, texts::LABELS, key) {
            Found::Nothing => None,
            Found::Text(text) => Some(text),
            Found::Spelt => self.texts().labels.get(key).map(Str::as_str),
        }
    }

    pub(crate) fn annotation(&self, key: &str) -> Option<&str> {
        match self.find(self.index.annotations, texts::ANNOTATIONS, key) {
            Found::Nothing => None,
            Found::Text(text) => Some(text),
            Found::Spelt => self.texts().annotations.get(key).map(Str::as_str),
        }
    }

    /// Looks for the value of `key` in the map that stands there, in protobuf under this number.
    fn find(&self, map: Span, number: u32, key: &str) -> Found<'_> {
        match &self.bytes {
            Bytes::Json(text) => json::find(&text[map.range()], key),
            Bytes::Protobuf(bytes) => protobuf::find(&bytes[map.range()], number, key),
            Bytes::Cbor(_) => Found::Spelt,
        }
    }

    fn text<'a>(&'a self, span: Span, spelt: impl FnOnce(&'a Texts) -> &'a Str) -> &'a str {
        if span.is_spelt() {
            return spelt(self.texts());
        }
        let range: Range<usize> = span.range();
        match &self.bytes {
            Bytes::Json(text) => &text[range],
            Bytes::Protobuf(bytes) | Bytes::Cbor(bytes) => {
                std::str::from_utf8(&bytes[range]).expect("the text was checked when it was found")
            }
        }
    }

    fn texts(&self) -> &Texts {
        self.texts.get_or_init(|| {
            let range = self.index.metadata.range();
            Box::new(match &self.bytes {
                Bytes::Json(text) => json::texts(&text[range]),
                Bytes::Protobuf(bytes) => protobuf::texts(&bytes[range]),
                Bytes::Cbor(_) => unreachable!("the texts are read with the object"),
            })
        })
    }
}

/// Of the rest of an object, or else the whole, a block of exactly its size.
fn boxed(rest: Option<Vec<u8>>, whole: &[u8]) -> Box<[u8]> {
    match rest {
        Some(rest) => rest.into(),
        None => whole.into(),
    }
}
