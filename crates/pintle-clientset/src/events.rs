//! [`Events`], with what only events have.

use pintle_api::core::v1::ObjectReference;
use pintle_client::{Api, Error};
use pintle_meta::v1::ListOptions;
use pintle_meta::{FieldSelector, ObjectList, Resource};

use crate::group::wraps;

/// The events of a namespace: all methods of [`Api`], and what only events have.
pub struct Events<K> {
    api: Api<K>,
}

wraps!(Events<K: Resource> of OneNamespace);

/// A kind of event: where it says what it is about.
pub trait EventKind: Resource {
    /// The field that refers to the object.
    const ABOUT: &'static str;
}

impl EventKind for pintle_api::core::v1::Event {
    const ABOUT: &'static str = "involvedObject";
}

#[cfg(feature = "events")]
impl EventKind for pintle_api::events::v1::Event {
    const ABOUT: &'static str = "regarding";
}

#[cfg(feature = "events")]
impl EventKind for pintle_api::events::v1beta1::Event {
    const ABOUT: &'static str = "regarding";
}

impl<K: EventKind> Events<K> {
    /// The events about an object: those that agree with every field of the reference that says something,
    /// of its name, namespace, kind and uid.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// As [`Api::list`].
    pub async fn search(&self, about: &ObjectReference) -> Result<ObjectList<K>, Error> {
        let selector = Self::field_selector(about).to_string();
        self.api.list(&ListOptions::new().fields(selector)).await
    }

    /// What selects the events about an object, to list and to watch them.
    pub fn field_selector(about: &ObjectReference) -> FieldSelector {
        let fields = [
            ("name", &about.name),
            ("namespace", &about.namespace),
            ("kind", &about.kind),
            ("uid", &about.uid),
        ];
        let said = fields.into_iter().filter(|(_, value)| !value.is_empty());
        said.fold(FieldSelector::everything(), |selector, (field, value)| {
            selector.and_equals(format!("{}.{field}", K::ABOUT), value.clone())
        })
    }
}
