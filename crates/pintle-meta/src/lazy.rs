//! [`Lazy`], an object that is decoded when somebody looks beyond its metadata.

use std::any::{Any, type_name};
use std::fmt;
use std::hint::black_box;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use pintle_codec::protobuf::{Envelope, Writer};
use pintle_codec::{Decoder, Error, Format, Message, cbor};

use crate::document::Document;
use crate::v1::{ObjectMeta, PartialObjectMetadata};
use crate::{Body, Kind, Metadata, Object, ObjectName, Resource, described, no_such_format};

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
pub struct Lazy<T>(Arc<Inner<T>>);

enum Inner<T> {
    Kept(Kept<T>),
    Decoded {
        object: Decoded<T>,
        /// How many bytes it was read from; 0 if it was not read.
        bytes: usize,
    },
    Packed {
        packed: Box<dyn Packed<T>>,
        decoded: Mutex<Weak<Box<T>>>,
    },
}

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

/// A [`Lazy`] whose type is not part of its own: what code holds that handles objects of any kind
/// and is to be compiled once.
///
/// Of the object it knows the metadata. To make one of a `Lazy` and to get the `Lazy` back costs
/// nothing. A clone counts a reference.
#[derive(Clone)]
pub struct AnyObject(Arc<dyn Erased>);

/// A [`Lazy`] that is lent by whoever holds it. Objects lie far apart in memory, and to count a
/// reference to one is to wait for it: who looks at thousands for a moment has them lent.
///
/// ```
/// use pintle_meta::v1::{ObjectMeta, PartialObjectMetadata};
/// use pintle_meta::{Lazy, LazyRef, Metadata};
///
/// let object = PartialObjectMetadata::from(ObjectMeta {
///     name: "web-0".into(),
///     ..ObjectMeta::default()
/// });
/// let held = Lazy::from(object).erase();
/// let lent: LazyRef<'_, PartialObjectMetadata> = held.downcast_ref().unwrap();
/// assert_eq!(lent.name(), "web-0");
/// assert_eq!(lent.get()?.metadata.name, "web-0");
/// # Ok::<(), pintle_codec::Error>(())
/// ```
pub struct LazyRef<'a, T>(&'a Inner<T>, &'a AnyObject);

/// What an [`AnyObject`] can do.
trait Erased: Metadata + Any {
    fn size(&self) -> usize;
    /// Something of the name, for which the name has to be waited for.
    fn glance(&self) -> u8;
    fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

// In this order, what is asked for most is at the front.
#[repr(C)]
struct Kept<T> {
    document: Document,
    /// What was decoded, for whoever asks while somebody holds it.
    decoded: Mutex<Weak<Box<T>>>,
    /// The bytes say of what kind the object is, as those of a whole document do.
    says_kind: bool,
}

/// An object that a [`Lazy`] decoded, shared by all who hold it.
///
/// It dereferences to the object. A clone counts a reference.
// The box is what lets memory go: the block that an `Arc` allocates stays as long as a `Weak` knows
// it, and every `Lazy` that was ever looked into keeps a `Weak`. So that block holds a pointer only,
// 32 bytes, and not the 850 of a pod.
pub struct Decoded<T>(#[expect(clippy::redundant_allocation)] Arc<Box<T>>);

impl<T: Object> Lazy<T> {
    /// The object. It is decoded unless somebody holds it already.
    ///
    /// No lock is held meanwhile: two who ask at the same time may both decode, and get the same
    /// object in the end.
    ///
    /// # Errors
    /// When the bytes are not such an object.
    pub fn get(&self) -> Result<Decoded<T>, Error> {
        let slot = match &*self.0 {
            Inner::Kept(Kept { decoded, .. }) | Inner::Packed { decoded, .. } => decoded,
            Inner::Decoded { object, .. } => return Ok(object.clone()),
        };
        let lock = || slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().upgrade() {
            return Ok(Decoded(known));
        }
        let decoded = match &*self.0 {
            Inner::Kept(Kept { document, .. }) => {
                let mut decoder = document.decoder();
                let object = T::decode_item(document.as_bytes(), document.format(), &mut decoder)?;
                Decoded::new(object)
            }
            Inner::Packed { packed, .. } => packed.unpack()?.get()?,
            Inner::Decoded { object, .. } => object.clone(),
        };
        let mut slot = lock();
        // Another may have been faster.
        if let Some(known) = slot.upgrade() {
            return Ok(Decoded(known));
        }
        *slot = Arc::downgrade(&decoded.0);
        Ok(decoded)
    }

    /// An object that is packed. [`Lazy::get`] unpacks it, and decodes it once for all who hold the
    /// result at the same time.
    pub fn packed(packed: impl Packed<T>) -> Self {
        let (packed, decoded) = (Box::new(packed), Mutex::default());
        Self(Arc::new(Inner::Packed { packed, decoded }))
    }

    /// Whether the object is packed.
    pub fn is_packed(&self) -> bool {
        matches!(&*self.0, Inner::Packed { .. })
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
        match &*self.0 {
            Inner::Kept(kept) => kept.document.object_meta(),
            Inner::Decoded { object, .. } => {
                PartialObjectMetadata::of(&**object).map(|it| it.metadata)
            }
            Inner::Packed { packed, .. } => packed.unpack()?.object_meta(),
        }
    }

    /// The same object, decoded by `decoder` unless somebody holds it already, and not to be decoded
    /// again: it takes more memory, and [`Lazy::get`] less time. A decoder that is kept for many
    /// objects lets them share what they repeat.
    ///
    /// # Errors
    /// When the bytes are not such an object.
    pub fn into_decoded(self, decoder: &mut Decoder) -> Result<Self, Error> {
        let object = match &*self.0 {
            Inner::Decoded { .. } => return Ok(self),
            Inner::Packed { .. } => self.get()?,
            Inner::Kept(kept) => {
                let known = kept.decoded.lock().unwrap_or_else(PoisonError::into_inner);
                let known = known.upgrade();
                match known {
                    Some(known) => Decoded(known),
                    None => kept.document.decode_by(decoder).map(Decoded::new)?,
                }
            }
        };
        let bytes = self.size();
        Ok(Self(Arc::new(Inner::Decoded { object, bytes })))
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
        match &*self.0 {
            Inner::Kept(kept) => Some((kept.document.as_bytes(), kept.document.format())),
            Inner::Decoded { .. } | Inner::Packed { .. } => None,
        }
    }
}

impl<T: Kind + Object> Lazy<T> {
    fn keep(object: &[u8], format: Format, decoder: &Decoder) -> Result<Self, Error> {
        if !T::FORMATS.contains(&format) {
            return Err(no_such_format(format));
        }
        // What is no described type has metadata nevertheless.
        let description = || {
            let partial = || -> Box<dyn Message> { Box::new(PartialObjectMetadata::default()) };
            T::description().unwrap_or_else(partial)
        };
        // Before its bytes, so that it lies right in front of them: they begin with the metadata, and
        // whoever asks for those looks at both.
        let mut inner = Arc::new(Inner::Kept(Kept {
            document: Document::empty(),
            decoded: Mutex::default(),
            says_kind: false,
        }));
        let (document, found) = Document::read(object, format, decoder, description)?;
        described::check_kind(&found, &T::type_meta())?;
        let only = Arc::get_mut(&mut inner).expect("nobody else knows of it yet");
        *only = Inner::Kept(Kept {
            document,
            decoded: Mutex::default(),
            says_kind: !found.kind.is_empty() && !found.api_version.is_empty(),
        });
        Ok(Self(inner))
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
        let Inner::Kept(kept) = &*self.0 else {
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

/// Asks the bytes, or the object that was decoded from the start.
macro_rules! ask {
    ($self:ident . $question:ident ( $($argument:ident)? )) => {
        match $self {
            Inner::Kept(kept) => kept.document.$question($($argument)?),
            Inner::Decoded { object, .. } => object.metadata().$question($($argument)?),
            Inner::Packed { packed, .. } => packed.$question($($argument)?),
        }
    };
}

impl<T: Object> Metadata for Inner<T> {
    fn name(&self) -> &str {
        ask!(self.name())
    }

    fn namespace(&self) -> &str {
        ask!(self.namespace())
    }

    fn uid(&self) -> &str {
        ask!(self.uid())
    }

    fn resource_version(&self) -> &str {
        ask!(self.resource_version())
    }

    fn generation(&self) -> i64 {
        ask!(self.generation())
    }

    fn is_deleting(&self) -> bool {
        ask!(self.is_deleting())
    }

    fn label(&self, key: &str) -> Option<&str> {
        ask!(self.label(key))
    }

    fn annotation(&self, key: &str) -> Option<&str> {
        ask!(self.annotation(key))
    }

    fn is_pruned(&self) -> bool {
        ask!(self.is_pruned())
    }
}

/// The metadata of what is within.
macro_rules! metadata_of_what_is_within {
    (impl [$($bound:tt)*] for $type:ty) => {
        impl<$($bound)*> Metadata for $type {
            fn name(&self) -> &str {
                self.0.name()
            }

            fn namespace(&self) -> &str {
                self.0.namespace()
            }

            fn uid(&self) -> &str {
                self.0.uid()
            }

            fn resource_version(&self) -> &str {
                self.0.resource_version()
            }

            fn generation(&self) -> i64 {
                self.0.generation()
            }

            fn is_deleting(&self) -> bool {
                self.0.is_deleting()
            }

            fn label(&self, key: &str) -> Option<&str> {
                self.0.label(key)
            }

            fn annotation(&self, key: &str) -> Option<&str> {
                self.0.annotation(key)
            }

            fn is_pruned(&self) -> bool {
                self.0.is_pruned()
            }
        }
    };
}

metadata_of_what_is_within!(impl [T: Object] for Lazy<T>);
metadata_of_what_is_within!(impl ['a, T: Object] for LazyRef<'a, T>);
metadata_of_what_is_within!(impl [] for AnyObject);

impl<T: Object> Erased for Inner<T> {
    fn size(&self) -> usize {
        match self {
            Self::Kept(kept) => kept.document.as_bytes().len(),
            Self::Decoded { bytes, .. } => *bytes,
            Self::Packed { packed, .. } => packed.size(),
        }
    }

    fn glance(&self) -> u8 {
        match self {
            Self::Kept(kept) => kept.document.glance(),
            Self::Decoded { .. } | Self::Packed { .. } => {
                let name = self.name().as_bytes();
                name.first().unwrap_or(&0) ^ name.last().unwrap_or(&0)
            }
        }
    }

    fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = type_name::<T>();
        let kind = path.rsplit("::").next().unwrap_or(path);
        write!(f, "{kind} {}, ", ObjectName::of(self))?;
        match self {
            Self::Kept(kept) => {
                let (bytes, format) = (kept.document.as_bytes(), kept.document.format());
                write!(f, "{} bytes of {format}", bytes.len())
            }
            Self::Decoded { .. } => f.write_str("decoded"),
            Self::Packed { packed, .. } => write!(f, "packed into {} bytes", packed.size()),
        }
    }
}

impl AnyObject {
    /// The object with its type, if it is of this one.
    pub fn downcast<T: Object>(&self) -> Option<Lazy<T>> {
        let any: Arc<dyn Any + Send + Sync> = self.0.clone();
        any.downcast().ok().map(Lazy)
    }

    /// The object with its type, to be looked at, if it is of this one.
    pub fn downcast_ref<T: Object>(&self) -> Option<LazyRef<'_, T>> {
        let any: &dyn Any = &*self.0;
        Some(LazyRef(any.downcast_ref()?, self))
    }

    /// The object's name and namespace.
    pub fn key(&self) -> ObjectName {
        ObjectName::of(self)
    }

    /// How many bytes the object came in; 0 for one that did not come from anywhere.
    pub fn size(&self) -> usize {
        self.0.size()
    }

    /// Looks at what is asked of every object, its name, for somebody who is about to ask it of all of
    /// these. Objects lie far apart in memory; the processor waits for many of them at once if it may
    /// look at them one right after the other, and does nothing else in between.
    pub fn warm(objects: &[&Self]) {
        // Where they begin first: what they say of their names can be waited for only then.
        let counts = objects.iter().map(|object| Arc::strong_count(&object.0));
        black_box(counts.fold(0, |all, count| all ^ count));
        let names = objects.iter().map(|object| object.0.glance());
        black_box(names.fold(0, |all, name| all ^ name));
    }

    /// Whether both are the same object, not only equal ones.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<T: Object> LazyRef<'_, T> {
    /// The object, to be kept: counts a reference.
    pub fn to_lazy(self) -> Lazy<T> {
        let held = self.1.downcast();
        held.expect("it has been found to be of this type")
    }

    /// The object's name and namespace.
    pub fn key(self) -> ObjectName {
        ObjectName::of(&self)
    }

    /// As [`Lazy::get`].
    ///
    /// # Errors
    /// When the bytes are not such an object.
    pub fn get(self) -> Result<Decoded<T>, Error> {
        self.to_lazy().get()
    }

    /// As [`Lazy::object_meta`].
    ///
    /// # Errors
    /// When the bytes have no such metadata.
    pub fn object_meta(self) -> Result<ObjectMeta, Error> {
        self.to_lazy().object_meta()
    }

    /// As [`Lazy::size`].
    pub fn size(self) -> usize {
        self.0.size()
    }

    /// Whether the object is packed.
    pub fn is_packed(self) -> bool {
        matches!(self.0, Inner::Packed { .. })
    }
}

/// An object that is decoded already, and stays so.
impl<T: Object> From<T> for Lazy<T> {
    fn from(object: T) -> Self {
        let object = Decoded::new(object);
        Self(Arc::new(Inner::Decoded { object, bytes: 0 }))
    }
}

impl<T> Clone for LazyRef<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for LazyRef<'_, T> {}

/// Prints which object it is, not what is in it: it may be a secret.
impl<T: Object> fmt::Debug for LazyRef<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LazyRef(")?;
        self.0.describe(f)?;
        f.write_str(")")
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

/// Prints which object it is, not what is in it: it may be a secret.
impl fmt::Debug for AnyObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AnyObject(")?;
        self.0.describe(f)?;
        f.write_str(")")
    }
}

impl<T> Decoded<T> {
    /// An object that is shared from now on.
    pub fn new(object: T) -> Self {
        Self(Arc::new(Box::new(object)))
    }

    /// Whether both are the same object, not only equal ones.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The object, cloned if somebody else holds it too.
    pub fn into_inner(self) -> T
    where
        T: Clone,
    {
        *Arc::unwrap_or_clone(self.0)
    }
}

impl<T> Deref for Decoded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Clone for Decoded<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: fmt::Debug> fmt::Debug for Decoded<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
