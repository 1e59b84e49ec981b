//! [`Lazy`], an object that is decoded when somebody looks beyond its metadata.

mod any;
mod decoded;
mod form;

use std::fmt;
use std::sync::Arc;

use pintle_codec::protobuf::{Envelope, Writer};
use pintle_codec::{Decoder, Error, Format, Message, cbor};

use self::form::{Form, Kept, Packing, Settled, Shape};
use crate::document::Document;
use crate::v1::{ObjectMeta, PartialObjectMetadata};
use crate::{Body, Kind, Metadata, Object, ObjectName, Resource, described, no_such_format};

pub use self::any::{AnyObject, LazyRef};
pub use self::decoded::Decoded;

/// What is within says it, or the heading in front of it.
macro_rules! metadata_of_what_is_within {
    (impl [$($bound:tt)*] for $type:ty, $self:ident => $within:expr $(, $heading:expr)?) => {
        impl<$($bound)*> $crate::Metadata for $type {
            fn name(&$self) -> &str {
                $(if let Some((_, name)) = $heading.names() {
                    return name;
                })?
                $within.name()
            }

            fn namespace(&$self) -> &str {
                $(if let Some((namespace, _)) = $heading.names() {
                    return namespace;
                })?
                $within.namespace()
            }

            fn resource_version(&$self) -> &str {
                $(if let Some(version) = $heading.version() {
                    return version;
                })?
                $within.resource_version()
            }

            fn uid(&$self) -> &str {
                $within.uid()
            }

            fn generation(&$self) -> i64 {
                $within.generation()
            }

            fn is_deleting(&$self) -> bool {
                $within.is_deleting()
            }

            fn label(&$self, key: &str) -> Option<&str> {
                $within.label(key)
            }

            fn annotation(&$self, key: &str) -> Option<&str> {
                $within.annotation(key)
            }

            fn is_pruned(&$self) -> bool {
                $within.is_pruned()
            }
        }
    };
}

use metadata_of_what_is_within;

/// An object kept as the bytes that came, and decoded when somebody looks beyond its metadata.
///
/// Most who handle an object ask for its name, its version or a label. Those are answered from the
/// bytes, which take a third of the memory of the decoded object. [`Lazy::get`] decodes the object
/// once for all who hold the result at the same time; when the last of them lets go, its memory is
/// free again.
///
/// It is an object like the one within: lists and watches can be read as objects of type
/// `Lazy<Pod>`. A [`Decoder`] that leaves out parts of objects has them cut out of the bytes. An
/// object that is decoded already can be a `Lazy` too, so that whoever hands out objects hands out
/// one type.
///
/// A clone is the same object: it counts a reference.
///
/// ```
/// use pintle_codec::{Decoder, Format};
/// use pintle_meta::v1::PartialObjectMetadata;
/// use pintle_meta::{Body, Lazy, Metadata};
///
/// let json = br#"{"metadata":{"name":"web-0","labels":{"app":"web"}}}"#;
/// let lazy = Lazy::<PartialObjectMetadata>::decode(json, Format::Json, &mut Decoder::new())?;
/// assert_eq!(lazy.label("app"), Some("web"));
/// assert_eq!(lazy.get()?.metadata.name, "web-0");
/// # Ok::<(), pintle_codec::Error>(())
/// ```
pub struct Lazy<T>(Arc<dyn Form<Object = T>>);

/// An object in a form that takes less memory and has to be unpacked to be decoded.
///
/// Of its metadata, what [`Metadata`] asks for is at hand.
pub trait Packed<T>: Metadata + 'static {
    /// The object, unpacked for the caller alone.
    ///
    /// # Errors
    /// When it cannot be unpacked: whoever packed it made a mistake.
    fn unpack(&self) -> Result<Lazy<T>, Error>;

    /// About how many bytes of memory it takes.
    fn size(&self) -> usize;
}

impl<T: Object> Lazy<T> {
    /// The object. It is decoded unless somebody holds it already.
    ///
    /// No lock is held meanwhile: two who ask at the same time may both decode, and get the same
    /// object in the end.
    ///
    /// # Errors
    /// When the bytes are not such an object.
    pub fn get(&self) -> Result<Decoded<T>, Error> {
        self.0.shape().decoded(&mut Decoder::new())
    }

    /// An object that is packed. [`Lazy::get`] unpacks it, and decodes it once for all who hold the
    /// result at the same time.
    pub fn packed(packed: impl Packed<T>) -> Self {
        Self(Arc::new(Packing::new(packed)))
    }

    /// Whether the object is packed.
    pub fn is_packed(&self) -> bool {
        matches!(self.0.shape(), Shape::Packed(..))
    }

    /// The object's name and namespace.
    pub fn key(&self) -> ObjectName {
        ObjectName::of(self)
    }

    /// All of the metadata, decoded for the caller alone: owners, finalizers, times, and whatever
    /// [`Metadata`] does not ask for.
    ///
    /// # Errors
    /// When the bytes have no such metadata.
    pub fn object_meta(&self) -> Result<ObjectMeta, Error> {
        match self.0.shape() {
            Shape::Kept(kept) => kept.document.object_meta(),
            Shape::Decoded(object, _) => PartialObjectMetadata::of(&**object).map(|it| it.metadata),
            Shape::Packed(packed, _) => packed.unpack()?.object_meta(),
        }
    }

    /// The same object, decoded by `decoder` unless somebody holds it already, and not to be decoded
    /// again: it takes more memory, and [`Lazy::get`] less time. A decoder that is kept for many
    /// objects lets them share what they repeat.
    ///
    /// # Errors
    /// When the bytes are not such an object.
    pub fn into_decoded(self, decoder: &mut Decoder) -> Result<Self, Error> {
        let object = match self.0.shape() {
            Shape::Decoded(..) => return Ok(self),
            shape => shape.decoded(decoder)?,
        };
        let bytes = self.size();
        Ok(Self(Arc::new(Settled::new(object, bytes))))
    }

    /// How many bytes the object came in, or takes if it is packed; 0 for one that did not come from
    /// anywhere.
    pub fn size(&self) -> usize {
        self.0.size()
    }

    /// Whether both are the same object, not only equal ones.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The object without its type.
    pub fn erase(self) -> AnyObject {
        AnyObject(self.0)
    }

    /// The bytes that are kept, and their format; `None` if the object is packed, or was decoded from
    /// the start. In protobuf they have no envelope.
    pub fn as_bytes(&self) -> Option<(&[u8], Format)> {
        match self.0.shape() {
            Shape::Kept(kept) => Some((kept.document.as_bytes(), kept.document.format())),
            Shape::Decoded(..) | Shape::Packed(..) => None,
        }
    }
}

impl<T: Kind + Object> Lazy<T> {
    fn keep(object: &[u8], format: Format, decoder: &mut Decoder) -> Result<Self, Error> {
        if !T::FORMATS.contains(&format) {
            return Err(no_such_format(format));
        }
        // What is no described type has metadata nevertheless.
        let description = || {
            let partial = || -> Box<dyn Message> { Box::new(PartialObjectMetadata::default()) };
            T::description().unwrap_or_else(partial)
        };
        decoder.make_room(object.len());
        let mut form = decoder.from_stock(|| Arc::new(Kept::<T>::empty()));
        let (document, found) = Document::read(object, format, decoder, description)?;
        described::check_kind(&found, &T::type_meta())?;
        let kept = Arc::get_mut(&mut form).expect("nobody else knows of it yet");
        kept.document = document;
        kept.says_kind = !found.kind.is_empty() && !found.api_version.is_empty();
        Ok(Self(form))
    }
}

impl<T: Kind + Object> Body for Lazy<T> {
    const FORMATS: &'static [Format] = T::FORMATS;

    /// Nothing is decoded: an object that is malformed beyond its metadata is noticed when
    /// [`Lazy::get`] decodes it, and in JSON if its syntax is wrong.
    fn decode(document: &[u8], format: Format, decoder: &mut Decoder) -> Result<Self, Error> {
        if format != Format::Protobuf {
            return Self::decode_item(document, format, decoder);
        }
        let envelope = Envelope::open(document)?;
        described::check_kind(envelope.type_meta(), &T::type_meta())?;
        let shifted = |error: Error| error.shifted_by(envelope.offset());
        Self::decode_item(envelope.raw(), format, decoder).map_err(shifted)
    }

    fn decode_item(item: &[u8], format: Format, decoder: &mut Decoder) -> Result<Self, Error> {
        Self::keep(item, format, decoder)
    }

    /// The bytes as they are, if they are in this format.
    fn encode(&self, format: Format, out: &mut Vec<u8>) -> Result<(), Error> {
        let Shape::Kept(kept) = self.0.shape() else {
            return self.get()?.encode(format, out);
        };
        let bytes = kept.document.as_bytes();
        match format {
            _ if kept.document.format() != format => return self.get()?.encode(format, out),
            Format::Protobuf => {
                let mut writer = Writer::new();
                Envelope::write(&T::type_meta(), &mut writer, |writer| writer.raw(bytes));
                out.extend_from_slice(writer.written());
            }
            _ if !kept.says_kind => return self.get()?.encode(format, out),
            Format::Json => out.extend_from_slice(bytes),
            Format::Cbor => {
                out.extend_from_slice(cbor::MAGIC);
                out.extend_from_slice(bytes);
            }
        }
        Ok(())
    }

    /// The bytes as they are, if they are in this format. They may say of what kind the object is.
    fn encode_item(&self, format: Format, out: &mut Vec<u8>) -> Result<(), Error> {
        match self.as_bytes() {
            Some((bytes, kept)) if kept == format => {
                out.extend_from_slice(bytes);
                Ok(())
            }
            _ => self.get()?.encode_item(format, out),
        }
    }
}

impl<T: Kind + Object> Kind for Lazy<T> {
    const GROUP: &'static str = T::GROUP;
    const VERSION: &'static str = T::VERSION;
    const KIND: &'static str = T::KIND;
}

impl<T: Resource> Resource for Lazy<T> {
    type Scope = T::Scope;
    const PLURAL: &'static str = T::PLURAL;
    const LIST_KIND: &'static str = T::LIST_KIND;
}

/// It is its own metadata.
impl<T: Kind + Object> Object for Lazy<T> {
    type Metadata = Self;

    fn metadata(&self) -> &Self {
        self
    }
}

/// An object that is decoded already, and stays so.
impl<T: Object> From<T> for Lazy<T> {
    fn from(object: T) -> Self {
        Self(Arc::new(Settled::new(Decoded::new(object), 0)))
    }
}

impl<T> Clone for Lazy<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// Prints which object it is, not what is in it: it may be a secret.
impl<T: Object> fmt::Debug for Lazy<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lazy(")?;
        self.0.describe(f)?;
        f.write_str(")")
    }
}

metadata_of_what_is_within!(impl [T: Object] for Lazy<T>, self => self.0);
