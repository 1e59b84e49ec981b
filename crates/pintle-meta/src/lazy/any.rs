//! [`AnyObject`], a [`Lazy`] without its type.

use std::any::{Any, TypeId, type_name};
use std::fmt;
use std::hint::black_box;
use std::marker::PhantomData;
use std::sync::Arc;

use pintle_codec::Error;

use super::form::{Form, Shape};
use super::{Decoded, Lazy, metadata_of_what_is_within};
use crate::v1::ObjectMeta;
use crate::{Metadata, Object, ObjectName};

/// A [`Lazy`] whose type is not part of its own: what code holds that handles objects of any kind
/// and is to be compiled once.
///
/// Of the object it knows the metadata. To make one of a `Lazy` and to get the `Lazy` back costs
/// nothing. A clone counts a reference.
#[derive(Clone)]
pub struct AnyObject(pub(super) Arc<dyn Erased>);

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
pub struct LazyRef<'a, T> {
    object: &'a AnyObject,
    kind: PhantomData<fn() -> T>,
}

/// What an [`AnyObject`] can do.
pub(super) trait Erased: Metadata + 'static {
    /// Which type the object has.
    fn object_type(&self) -> TypeId;
    /// Puts itself where there is a place for a [`Lazy`] of its type.
    fn put_into(self: Arc<Self>, place: &mut dyn Any);
    fn size(&self) -> usize;
    fn is_packed(&self) -> bool;
    /// Something of the name, for which the name has to be waited for.
    fn glance(&self) -> u8;
    fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

impl<F: Form<Object: Object>> Erased for F {
    fn object_type(&self) -> TypeId {
        TypeId::of::<F::Object>()
    }

    fn put_into(self: Arc<Self>, place: &mut dyn Any) {
        if let Some(place) = place.downcast_mut::<Option<Lazy<F::Object>>>() {
            *place = Some(Lazy(self));
        }
    }

    fn size(&self) -> usize {
        match self.shape() {
            Shape::Kept(kept) => kept.document.as_bytes().len(),
            Shape::Decoded(_, bytes) => bytes,
            Shape::Packed(packed, _) => packed.size(),
        }
    }

    fn is_packed(&self) -> bool {
        matches!(self.shape(), Shape::Packed(..))
    }

    fn glance(&self) -> u8 {
        let name = match self.shape() {
            Shape::Kept(kept) => kept.document.heading(),
            Shape::Decoded(..) | Shape::Packed(..) => self.name(),
        };
        let name = name.as_bytes();
        name.first().unwrap_or(&0) ^ name.last().unwrap_or(&0)
    }

    fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = type_name::<F::Object>();
        let kind = path.rsplit("::").next().unwrap_or(path);
        write!(f, "{kind} {}, ", ObjectName::of(self))?;
        match self.shape() {
            Shape::Kept(kept) => {
                let (bytes, format) = (kept.document.as_bytes(), kept.document.format());
                write!(f, "{} bytes of {format}", bytes.len())
            }
            Shape::Decoded(..) => f.write_str("decoded"),
            Shape::Packed(packed, _) => write!(f, "packed into {} bytes", packed.size()),
        }
    }
}

metadata_of_what_is_within!(impl [] for AnyObject, self => self.0);
metadata_of_what_is_within!(impl ['a, T: Object] for LazyRef<'a, T>, self => self.object.0);

impl AnyObject {
    /// The object with its type, if it is of this one.
    pub fn downcast<T: Object>(&self) -> Option<Lazy<T>> {
        let mut place: Option<Lazy<T>> = None;
        self.0.clone().put_into(&mut place);
        place
    }

    /// The object with its type, to be looked at, if it is of this one.
    pub fn downcast_ref<T: Object>(&self) -> Option<LazyRef<'_, T>> {
        let is_of_type = self.0.object_type() == TypeId::of::<T>();
        is_of_type.then_some(LazyRef {
            object: self,
            kind: PhantomData,
        })
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
        let held = self.object.downcast();
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
        self.object.size()
    }

    /// Whether the object is packed.
    pub fn is_packed(self) -> bool {
        self.object.0.is_packed()
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
        self.object.0.describe(f)?;
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
