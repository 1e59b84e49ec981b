//! [`Snapshot`], all objects of one resource at one revision.
//!
//! Invariant: a snapshot never changes. Taking one is a reference count, so a list of any size is
//! read, filtered and encoded without holding a lock, and the writes of the meantime do not touch it.

use std::sync::Arc;

use pintle_snapshot::SnapshotMap;

use super::{Key, Object, Revision, Scope};

/// All objects of one resource at one revision.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    objects: ObjectMap,
    revision: Revision,
}

/// The objects by their keys. A clone is free.
#[derive(Clone, Debug, Default)]
pub(super) struct ObjectMap(SnapshotMap<Key, Arc<Object>>);

impl Snapshot {
    pub(super) fn new(objects: ObjectMap, revision: Revision) -> Self {
        Self { objects, revision }
    }

    /// The revision at which this was all there was.
    pub(crate) fn revision(&self) -> Revision {
        self.revision
    }

    pub(super) fn objects_map(&self) -> &ObjectMap {
        &self.objects
    }

    /// How many objects there are.
    pub(crate) fn len(&self) -> usize {
        self.objects.0.len()
    }

    /// The objects of a scope in the order of their paths, from the first that is not below `start`.
    pub(crate) fn objects(
        &self,
        scope: &Scope,
        start: Option<&str>,
    ) -> impl Iterator<Item = &Arc<Object>> {
        let paths = scope.paths();
        let paths = match start {
            Some(start) => paths.starting_at(start),
            None => paths,
        };
        let objects = self.objects.0.range::<str>(paths);
        objects.map(|(_, object)| object)
    }
}

impl ObjectMap {
    pub(super) fn get(&self, key: &Key) -> Option<&Arc<Object>> {
        self.0.get(key)
    }

    pub(super) fn insert(&mut self, object: Arc<Object>) {
        self.0.insert(object.key.clone(), object);
    }

    pub(super) fn remove(&mut self, key: &Key) {
        self.0.remove(key.as_str());
    }
}
