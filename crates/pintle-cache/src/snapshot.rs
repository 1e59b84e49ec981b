//! [`Snapshot`], all that an informer held at one moment.

use std::fmt;
use std::iter;
use std::marker::PhantomData;
use std::sync::Arc;

use pintle_client::{Error, ErrorKind};
use pintle_codec::Str;
use pintle_meta::{
    AnyObject, LabelSelector, Lazy, LazyRef, Metadata as _, Object, ObjectName, ResourceVersion,
};

/// All objects of an informer, with their indexes, as of one moment. It never changes; as long as
/// it is held, its objects stay in memory, and so it lends them: what is to be kept longer is made
/// a [`Lazy`] by [`LazyRef::to_lazy`].
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
    pub fn get(&self, namespace: &str, name: &str) -> Option<LazyRef<'_, K>> {
        self.objects.find(namespace, name).map(lent)
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
    pub fn iter(&self) -> impl Iterator<Item = LazyRef<'_, K>> {
        all_lent(self.objects.objects())
    }

    /// The keys of all objects, in order.
    pub fn keys(&self) -> impl Iterator<Item = ObjectName> {
        self.objects.keys()
    }

    /// The objects that a selector selects, by namespace and name. The iterator looks some objects ahead, since
    /// they lie far apart in memory, and so do those of the other methods.
    pub fn list(&self, selector: &LabelSelector) -> impl Iterator<Item = LazyRef<'_, K>> {
        all_lent(selected(self.objects.objects(), selector))
    }

    /// The objects of a namespace that a selector selects, by name.
    pub fn list_in(
        &self,
        namespace: &str,
        selector: &LabelSelector,
    ) -> impl Iterator<Item = LazyRef<'_, K>> {
        all_lent(selected(self.objects.in_namespace(namespace), selector))
    }

    /// The objects that an index has under a value, by namespace and name.
    ///
    /// # Errors
    /// When there is no such index.
    pub fn by_index<'a>(
        &'a self,
        index: impl AsRef<str>,
        value: &'a str,
    ) -> Result<impl Iterator<Item = LazyRef<'a, K>>, Error> {
        by_index(&self.objects, index.as_ref(), value).map(all_lent)
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
        let found = by_index(&self.objects, index.as_ref(), value)?;
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

/// The same, to be looked at.
fn lent<K: Object>(object: &AnyObject) -> LazyRef<'_, K> {
    object
        .downcast_ref()
        .expect("an informer has objects of one type")
}

/// The objects that a selector selects.
pub(crate) fn selected<'a>(
    objects: impl Iterator<Item = &'a AnyObject>,
    selector: &LabelSelector,
) -> impl Iterator<Item = &'a AnyObject> {
    objects.filter(|object| selector.matches_with(|key| object.label(key)))
}

/// The objects that an index of a snapshot has under a value.
pub(crate) fn by_index<'a>(
    objects: &'a pintle_cache_core::Snapshot<AnyObject>,
    index: &str,
    value: &'a str,
) -> Result<impl Iterator<Item = &'a AnyObject> + use<'a>, Error> {
    let found = objects.by_index(index, value);
    found.ok_or_else(|| no_such_index(index))
}

/// The same, of many.
pub(crate) fn all_typed<'a, K: Object>(
    objects: impl Iterator<Item = &'a AnyObject>,
) -> Vec<Lazy<K>> {
    warmed(objects).map(typed).collect()
}

/// The same, of many.
fn all_lent<'a, K: Object>(
    objects: impl Iterator<Item = &'a AnyObject>,
) -> impl Iterator<Item = LazyRef<'a, K>> {
    warmed(objects).map(lent)
}

/// The objects, each looked at a while before its turn: they lie far apart in memory.
fn warmed<'a>(
    mut objects: impl Iterator<Item = &'a AnyObject>,
) -> impl Iterator<Item = &'a AnyObject> {
    let (mut ready, mut at_once) = (Vec::new().into_iter(), AT_FIRST);
    iter::from_fn(move || {
        if ready.len() == 0 {
            let next: Vec<_> = objects.by_ref().take(at_once).collect();
            at_once = AT_ONCE;
            AnyObject::warm(&next);
            ready = next.into_iter();
        }
        ready.next()
    })
}

/// Who wants the first one only does not pay for many.
const AT_FIRST: usize = 16;
/// So many objects are looked at before the turn of the first: more would drive it out of the near
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
