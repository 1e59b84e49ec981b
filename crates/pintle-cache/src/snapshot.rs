//! [`Snapshot`], all that an informer held at one moment.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use pintle_client::{Error, ErrorKind};
use pintle_codec::Str;
use pintle_meta::{
    AnyObject, LabelSelector, Lazy, Metadata as _, Object, ObjectName, ResourceVersion,
};

/// All objects of an informer, with their indexes, as of one moment. It never changes; as long as
/// it is held, its objects stay in memory.
pub struct Snapshot<K> {
    objects: Arc<pintle_cache_core::Snapshot<AnyObject>>,
    kind: PhantomData<fn() -> K>,
}

impl<K: Object> Snapshot<K> {
    pub(crate) fn new(objects: Arc<pintle_cache_core::Snapshot<AnyObject>>) -> Self {
        let kind = PhantomData;
        Self { objects, kind }
    }

    /// The object of this name in a namespace, which is empty for objects of the whole cluster.
    pub fn get(&self, namespace: &str, name: &str) -> Option<Lazy<K>> {
        self.objects.find(namespace, name).map(typed)
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Whether there is no object.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// The version of the server's state that this is: everything up to it is here. Empty until all
    /// objects have been listed.
    pub fn resource_version(&self) -> &ResourceVersion {
        self.objects.resource_version()
    }

    /// All objects, by namespace and name.
    pub fn iter(&self) -> impl Iterator<Item = Lazy<K>> {
        self.objects.objects().map(typed)
    }

    /// The keys of all objects, in order.
    pub fn keys(&self) -> impl Iterator<Item = ObjectName> {
        self.objects.keys()
    }

    /// The objects that a selector selects, by namespace and name.
    pub fn list(&self, selector: &LabelSelector) -> Vec<Lazy<K>> {
        select(self.objects.objects(), selector)
    }

    /// The objects of a namespace that a selector selects, by name.
    pub fn list_in(&self, namespace: &str, selector: &LabelSelector) -> Vec<Lazy<K>> {
        select(self.objects.in_namespace(namespace), selector)
    }

    /// The objects that an index has under a value, by namespace and name.
    ///
    /// # Errors
    /// When there is no such index.
    pub fn by_index(&self, index: impl AsRef<str>, value: &str) -> Result<Vec<Lazy<K>>, Error> {
        by_index(&self.objects, index.as_ref(), value)
    }

    /// The keys of the objects that an index has under a value, in order.
    ///
    /// # Errors
    /// When there is no such index.
    pub fn index_keys(
        &self,
        index: impl AsRef<str>,
        value: &str,
    ) -> Result<Vec<ObjectName>, Error> {
        let index = index.as_ref();
        let found = self.objects.by_index(index, value);
        let found = found.ok_or_else(|| no_such_index(index))?;
        Ok(found.map(AnyObject::key).collect())
    }

    /// The values that objects have in an index, in order.
    ///
    /// # Errors
    /// When there is no such index.
    pub fn index_values(&self, index: impl AsRef<str>) -> Result<Vec<Str>, Error> {
        let index = index.as_ref();
        let values = self.objects.index_values(index);
        values.ok_or_else(|| no_such_index(index))
    }
}

/// An object of an informer whose objects are of this type.
pub(crate) fn typed<K: Object>(object: &AnyObject) -> Lazy<K> {
    object
        .downcast()
        .expect("an informer has objects of one type")
}

/// The objects that a selector selects.
pub(crate) fn select<'a, K: Object>(
    objects: impl Iterator<Item = &'a AnyObject>,
    selector: &LabelSelector,
) -> Vec<Lazy<K>> {
    let selected = |object: &&AnyObject| selector.matches_with(|key| object.label(key));
    objects.filter(selected).map(typed).collect()
}

/// The objects that an index of a snapshot has under a value.
pub(crate) fn by_index<K: Object>(
    objects: &pintle_cache_core::Snapshot<AnyObject>,
    index: &str,
    value: &str,
) -> Result<Vec<Lazy<K>>, Error> {
    let found = objects.by_index(index, value);
    let found = found.ok_or_else(|| no_such_index(index))?;
    Ok(all_typed(found))
}

/// Objects of an informer whose objects are of this type.
fn all_typed<'a, K: Object>(mut objects: impl Iterator<Item = &'a AnyObject>) -> Vec<Lazy<K>> {
    let (mut all, mut some) = (Vec::new(), Vec::with_capacity(AT_ONCE));
    loop {
        let next = objects.by_ref().take(AT_ONCE);
        some.extend(next.inspect(|object| object.warm()));
        if some.is_empty() {
            return all;
        }
        all.extend(some.drain(..).map(typed::<K>));
    }
}

/// So many objects are looked at before the first is counted: more would drive it out of the near
/// caches.
const AT_ONCE: usize = 256;

pub(crate) fn no_such_index(index: &str) -> Error {
    let message = format!("there is no index {index:?}");
    Error::with_message(ErrorKind::Misuse, message)
}

impl<K> Clone for Snapshot<K> {
    fn clone(&self) -> Self {
        Self {
            objects: self.objects.clone(),
            kind: PhantomData,
        }
    }
}

impl<K> fmt::Debug for Snapshot<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.objects.fmt(f)
    }
}
