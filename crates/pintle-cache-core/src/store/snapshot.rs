//! [`Snapshot`], the objects of a store at one moment.

use std::fmt;

use pintle_codec::Str;
use pintle_meta::{ObjectName, ResourceVersion};

use super::either::Either;
use super::group::{Group, Groups};
use super::named::{Behind, EndOf, Name, Objects, StartOf};
use crate::Cached;

/// All objects of a store and its indexes at one moment: consistent, and never changed.
///
/// A clone counts references.
pub struct Snapshot<O> {
    objects: Objects<O>,
    indexes: Vec<(Str, Groups<O>)>,
    resource_version: ResourceVersion,
}

impl<O> Snapshot<O> {
    pub(super) fn new() -> Self {
        Self {
            objects: Objects::new(),
            indexes: Vec::new(),
            resource_version: ResourceVersion::default(),
        }
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Whether there is no object.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// The version of the server's state that this is; empty if that is not known.
    pub fn resource_version(&self) -> &ResourceVersion {
        &self.resource_version
    }

    /// All objects, by namespace and name.
    pub fn objects(&self) -> impl Iterator<Item = &O> {
        self.objects.iter().map(|named| &named.0)
    }

    /// The names of the indexes, besides `namespace`.
    pub fn index_names(&self) -> impl Iterator<Item = &str> {
        self.indexes.iter().map(|(name, _)| name.as_str())
    }
}

impl<O: Cached> Snapshot<O> {
    /// The object under a key.
    pub fn get(&self, key: &ObjectName) -> Option<&O> {
        self.find(&key.namespace, &key.name)
    }

    /// The object of this name in a namespace, which is empty for objects of the whole cluster.
    pub fn find(&self, namespace: &str, name: &str) -> Option<&O> {
        let found = self.objects.find(&Name { namespace, name });
        found.map(|named| &named.0)
    }

    /// The keys of all objects, in order.
    pub fn keys(&self) -> impl Iterator<Item = ObjectName> {
        self.objects().map(Cached::key)
    }

    /// The objects behind a key.
    pub(crate) fn objects_behind(&self, key: Option<&ObjectName>) -> impl Iterator<Item = &O> {
        let objects = match key {
            Some(key) => self.objects.iter_from(&Behind(key)),
            None => self.objects.iter(),
        };
        objects.map(|named| &named.0)
    }

    /// The objects of a namespace, by name.
    pub fn in_namespace(&self, namespace: &str) -> impl Iterator<Item = &O> {
        let objects = self.objects.iter_from(&StartOf(namespace));
        objects.until(EndOf(namespace)).map(|named| &named.0)
    }

    /// The objects that an index has under a value, by namespace and name; `None` if there is no such
    /// index. The index `namespace` is always there.
    pub fn by_index<'a, 'v>(
        &'a self,
        index: &str,
        value: &'v str,
    ) -> Option<impl Iterator<Item = &'a O> + use<'a, 'v, O>> {
        match self.groups(index) {
            Some(groups) => {
                let group = groups.get(value).into_iter();
                Some(Either::One(group.flat_map(Group::iter)))
            }
            None if index == NAMESPACE_INDEX => Some(Either::Other(self.in_namespace(value))),
            None => None,
        }
    }

    /// The values of an index that objects have, in order; `None` if there is no such index.
    /// client-go's `ListIndexFuncValues`.
    pub fn index_values(&self, index: &str) -> Option<Vec<Str>> {
        if let Some(groups) = self.groups(index) {
            return Some(groups.keys().cloned().collect());
        }
        if index != NAMESPACE_INDEX {
            return None;
        }
        let mut values: Vec<Str> = Vec::new();
        for object in self.objects() {
            if values.last().is_none_or(|last| last != object.namespace()) {
                values.push(object.namespace().into());
            }
        }
        Some(values)
    }
}

impl<O> Snapshot<O> {
    fn groups(&self, index: &str) -> Option<&Groups<O>> {
        let mut indexes = self.indexes.iter();
        let found = indexes.find(|(name, _)| name == index);
        found.map(|(_, groups)| groups)
    }

    pub(super) fn objects_mut(&mut self) -> &mut Objects<O> {
        &mut self.objects
    }

    pub(super) fn index_mut(&mut self, at: usize) -> &mut Groups<O> {
        &mut self.indexes[at].1
    }

    pub(super) fn add_index(&mut self, name: Str, groups: Groups<O>) {
        self.indexes.push((name, groups));
    }

    pub(super) fn set_resource_version(&mut self, version: ResourceVersion) {
        self.resource_version = version;
    }
}

impl<O> Clone for Snapshot<O> {
    fn clone(&self) -> Self {
        Self {
            objects: self.objects.clone(),
            indexes: self.indexes.clone(),
            resource_version: self.resource_version.clone(),
        }
    }
}

impl<O> Default for Snapshot<O> {
    fn default() -> Self {
        Self::new()
    }
}

/// Says how many objects there are, not what is in them.
impl<O> fmt::Debug for Snapshot<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("objects", &self.len())
            .field("resource_version", &self.resource_version)
            .finish_non_exhaustive()
    }
}

/// The index that every store has: objects are kept in the order of their namespaces.
pub(super) const NAMESPACE_INDEX: &str = "namespace";
