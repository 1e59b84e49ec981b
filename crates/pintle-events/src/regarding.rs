//! [`Regarding`], what an event can be about.

use pintle_api::core::v1::ObjectReference;
use pintle_meta::{Metadata as _, Resource};

/// What an event can be about: any object whose type is known, or a [`Reference`] to any other.
///
/// client-go's `reference.GetReference`.
pub trait Regarding {
    /// A reference to it.
    fn reference(&self) -> ObjectReference;
}

/// A reference that was made by hand, for what is not an object of a known type, or a part of one.
#[derive(Clone)]
pub struct Reference(ObjectReference);

impl Reference {
    /// To what is referred to.
    pub fn new(reference: ObjectReference) -> Self {
        Self(reference)
    }

    /// To a part of an object, such as `spec.containers{web}`.
    pub fn part(object: &impl Regarding, field_path: &str) -> Self {
        Self(ObjectReference {
            field_path: field_path.into(),
            ..object.reference()
        })
    }
}

impl Regarding for Reference {
    fn reference(&self) -> ObjectReference {
        self.0.clone()
    }
}

impl<K: Resource> Regarding for K {
    fn reference(&self) -> ObjectReference {
        let metadata = self.metadata();
        let type_meta = K::type_meta();
        ObjectReference {
            kind: type_meta.kind,
            namespace: metadata.namespace().into(),
            name: metadata.name().into(),
            uid: metadata.uid().into(),
            api_version: type_meta.api_version,
            resource_version: metadata.resource_version().into(),
            ..ObjectReference::default()
        }
    }
}

impl std::fmt::Debug for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ObjectReference {
            kind,
            namespace,
            name,
            ..
        } = &self.0;
        write!(f, "Reference({kind} {namespace}/{name})")
    }
}
