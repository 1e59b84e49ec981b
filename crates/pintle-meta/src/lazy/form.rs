//! [`Form`], in what form a [`Lazy`](crate::Lazy) has its object.

use pintle_codec::{Decoder, Error};

use super::any::Erased;
use super::decoded::{Decoded, Slot};
use super::{Packed, metadata_of_what_is_within};
use crate::document::{Document, Heading};
use crate::{Metadata as _, Object};

/// In what form an object is had. Each is as large as it has to be, so that those that are made to
/// take little memory do not have the size of others.
pub(super) trait Form: Erased {
    /// The type of the object.
    type Object;

    fn shape(&self) -> Shape<'_, Self::Object>;
}

/// What an object is had as.
pub(super) enum Shape<'a, T> {
    Kept(&'a Kept<T>),
    /// And how many bytes it was read from; 0 if it was not read.
    Decoded(&'a Decoded<T>, usize),
    Packed(&'a dyn Packed<T>, &'a Slot<T>),
}

/// As the bytes that came.
// In this order, what is asked for most is at the front.
#[repr(C)]
pub(super) struct Kept<T> {
    pub(super) document: Document,
    pub(super) decoded: Slot<T>,
    /// The bytes say of what kind the object is, as those of a whole document do.
    pub(super) says_kind: bool,
}

/// Decoded from the start.
// In this order, what is asked for most is at the front.
#[repr(C)]
pub(super) struct Settled<T> {
    /// What the object says of its name is three steps through memory away.
    heading: Heading,
    object: Decoded<T>,
    bytes: usize,
}

/// Packed by somebody.
// In this order, what is asked for most is at the front.
#[repr(C)]
pub(super) struct Packing<T, P> {
    packed: P,
    decoded: Slot<T>,
}

impl<T: Object> Shape<'_, T> {
    /// The object, decoded by `decoder` unless somebody holds it already.
    pub(super) fn decoded(&self, decoder: &mut Decoder) -> Result<Decoded<T>, Error> {
        match self {
            Self::Kept(kept) => kept
                .decoded
                .get(|| kept.document.decode_by(decoder).map(Decoded::new)),
            Self::Decoded(object, _) => Ok((*object).clone()),
            Self::Packed(packed, decoded) => {
                decoded.get(|| packed.unpack()?.0.shape().decoded(decoder))
            }
        }
    }
}

impl<T> Kept<T> {
    /// Nothing yet.
    pub(super) fn empty() -> Self {
        Self {
            document: Document::empty(),
            decoded: Slot::default(),
            says_kind: false,
        }
    }
}

impl<T: Object> Settled<T> {
    /// An object that was read from so many bytes.
    pub(super) fn new(object: Decoded<T>, bytes: usize) -> Self {
        let metadata = object.metadata();
        let (namespace, name) = (metadata.namespace(), metadata.name());
        Self {
            heading: Heading::new(namespace, name, metadata.resource_version()),
            object,
            bytes,
        }
    }
}

impl<T, P> Packing<T, P> {
    pub(super) fn new(packed: P) -> Self {
        let decoded = Slot::default();
        Self { packed, decoded }
    }
}

impl<T: Object> Form for Kept<T> {
    type Object = T;

    fn shape(&self) -> Shape<'_, T> {
        Shape::Kept(self)
    }
}

impl<T: Object> Form for Settled<T> {
    type Object = T;

    fn shape(&self) -> Shape<'_, T> {
        Shape::Decoded(&self.object, self.bytes)
    }
}

impl<T: Object, P: Packed<T>> Form for Packing<T, P> {
    type Object = T;

    fn shape(&self) -> Shape<'_, T> {
        Shape::Packed(&self.packed, &self.decoded)
    }
}

metadata_of_what_is_within!(impl [T: Object] for Kept<T>, self => self.document);
metadata_of_what_is_within!(impl [T: Object] for Settled<T>, self => self.object.metadata(), self.heading);
metadata_of_what_is_within!(impl [T: Object, P: Packed<T>] for Packing<T, P>, self => self.packed);
