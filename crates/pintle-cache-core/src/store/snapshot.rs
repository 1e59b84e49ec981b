//! [`Snapshot`], the objects of a store at one moment.

use std::cmp::Ordering;
use std::fmt;

use pintle_codec::Str;
use pintle_meta::{ObjectName, ResourceVersion};
use pintle_snapshot::SnapshotMap;

use super::index::Entries;

/// All objects of a store and its indexes at one moment: consistent, and never changed.
///
/// A clone counts references.
pub struct Snapshot<O> {
    objects: SnapshotMap<ObjectName, O>,
    indexes: Vec<(Str, Entries<O>)>,
    resource_version: ResourceVersion,
}

impl<O> Snapshot<O> {
    pub(super) fn new() -> Self {
        Self {
            objects: SnapshotMap::new(),
            indexes: Vec::new(),
            resource_version: ResourceVersion::default(),
        }
    }

    /// The object under a key.
    pub fn get(&self, key: &ObjectName) -> Option<&O> {
        self.objects.get(key)
    }

    /// The object of this name in a namespace, which is empty for objects of the whole cluster.
    pub fn find(&self, namespace: &str, name: &str) -> Option<&O> {
        let found = self.objects.find(|key| {
            let order = key.namespace.as_str().cmp(namespace);
            order.then_with(|| key.name.as_str().cmp(name))
        });
        found.map(|(_, object)| object)
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

    /// All objects with their keys, by namespace and name.
    pub fn iter(&self) -> impl Iterator<Item = (&ObjectName, &O)> {
        self.objects.iter()
    }

    /// All objects, by namespace and name.
    pub fn objects(&self) -> impl Iterator<Item = &O> {
        self.objects.values()
    }

    /// The objects behind a key, with their keys.
    pub(crate) fn iter_behind(
        &self,
        key: Option<&ObjectName>,
    ) -> impl Iterator<Item = (&ObjectName, &O)> {
        self.objects
            .iter_from(move |known| key.is_some_and(|key| known <= key))
    }

    /// The objects of a namespace with their keys, by name.
    pub fn in_namespace(&self, namespace: &str) -> impl Iterator<Item = (&ObjectName, &O)> {
        let objects = self
            .objects
            .iter_from(|key| key.namespace.as_str() < namespace);
        objects.take_while(move |(key, _)| key.namespace == namespace)
    }

    /// The objects that an index has under a value, with their keys, by namespace and name; `None`
    /// if there is no such index. The index `namespace` is always there.
    pub fn by_index(
        &self,
        index: &str,
        value: &str,
    ) -> Option<impl Iterator<Item = (&ObjectName, &O)>> {
        // One of the two, so that both are of one type.
        let (named, namespace) = match self.entries(index) {
            Some(entries) => (Some(entries), None),
            None if index == NAMESPACE_INDEX => (None, Some(value)),
            None => return None,
        };
        let named = named.into_iter().flat_map(move |entries| {
            let entries = entries.iter_from(|(known, _)| known.as_str() < value);
            let entries = entries.take_while(move |((known, _), _)| known == value);
            entries.map(|((_, key), object)| (key, object))
        });
        let namespaced = namespace.into_iter();
        Some(named.chain(namespaced.flat_map(|namespace| self.in_namespace(namespace))))
    }

    /// The values of an index that objects have, in order; `None` if there is no such index.
    /// client-go's `ListIndexFuncValues`.
    pub fn index_values(&self, index: &str) -> Option<Vec<Str>> {
        let mut values = Vec::new();
        let mut push = |value: &Str| {
            if values.last() != Some(value) {
                values.push(value.clone());
            }
        };
        match self.entries(index) {
            Some(entries) => entries.keys().for_each(|(value, _)| push(value)),
            None if index == NAMESPACE_INDEX => {
                self.objects.keys().for_each(|key| push(&key.namespace));
            }
            None => return None,
        }
        Some(values)
    }

    /// The names of the indexes, besides `namespace`.
    pub fn index_names(&self) -> impl Iterator<Item = &str> {
        self.indexes.iter().map(|(name, _)| name.as_str())
    }

    fn entries(&self, index: &str) -> Option<&Entries<O>> {
        let mut indexes = self.indexes.iter();
        let found = indexes.find(|(name, _)| name.as_str().cmp(index) == Ordering::Equal);
        found.map(|(_, entries)| entries)
    }

    pub(super) fn objects_mut(&mut self) -> &mut SnapshotMap<ObjectName, O> {
        &mut self.objects
    }

    pub(super) fn index_mut(&mut self, at: usize) -> &mut Entries<O> {
        &mut self.indexes[at].1
    }

    pub(super) fn add_index(&mut self, name: Str, entries: Entries<O>) {
        self.indexes.push((name, entries));
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
