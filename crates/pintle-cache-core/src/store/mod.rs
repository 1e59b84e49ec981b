//! [`Store`], the objects of a cache and their indexes, and [`Snapshot`], what they were at one
//! moment.

mod either;
mod group;
mod index;
mod named;
mod replace;
mod separator;
mod snapshot;

use std::cmp::Ordering;
use std::fmt;

use pintle_codec::Str;
use pintle_meta::{ObjectName, ResourceVersion};

use self::index::Index;
use self::named::{Name, Named};
use crate::{Cached, Replacement};

pub use self::index::{IndexError, IndexFunction, IndexNameError, Indexers};
pub use self::snapshot::Snapshot;

/// The objects of a cache under their keys, and any number of indexes over them.
///
/// A store has one writer, who owns it. Readers get [`Snapshot`]s, which are free to make and which
/// the writer does not touch any more.
///
/// client-go's `cache.Store` and `cache.Indexer`.
///
/// ```
/// use pintle_cache_core::{Indexers, Store};
/// use pintle_codec::Map;
/// use pintle_meta::v1::{ObjectMeta, PartialObjectMetadata};
/// use pintle_meta::{Lazy, Metadata, ObjectName};
///
/// let by_app = |object: &Lazy<PartialObjectMetadata>| {
///     Ok(object.label("app").map(Into::into).into_iter().collect())
/// };
/// let mut store = Store::new(Indexers::new().with("app", by_app))?;
/// store.put(Lazy::from(PartialObjectMetadata::from(ObjectMeta {
///     name: "web-0".into(),
///     namespace: "default".into(),
///     labels: Map::from([("app", "web".into())]),
///     ..ObjectMeta::default()
/// })));
/// let snapshot = store.snapshot();
/// assert!(snapshot.get(&ObjectName::new("default", "web-0")).is_some());
/// assert_eq!(snapshot.by_index("app", "web").unwrap().count(), 1);
/// # Ok::<(), pintle_cache_core::IndexNameError>(())
/// ```
pub struct Store<O> {
    current: Snapshot<O>,
    /// In the order of the snapshot's indexes.
    indexes: Vec<Index<O>>,
    errors: Vec<IndexError>,
}

/// What became of an object that was put into a store.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Stored<O> {
    /// There was none under its key.
    Added,
    /// It took the place of this one.
    Updated(O),
    /// It is the same object in the same version as this one, which stays.
    Unchanged(O),
    /// It is an older version of the object that is there, which stays.
    Stale,
}

impl<O: Cached> Store<O> {
    /// An empty store with these indexes.
    ///
    /// # Errors
    /// When two have the same name.
    pub fn new(indexers: Indexers<O>) -> Result<Self, IndexNameError> {
        let mut store = Self {
            current: Snapshot::new(),
            indexes: Vec::new(),
            errors: Vec::new(),
        };
        store.add_indexers(indexers)?;
        Ok(store)
    }

    /// Adds indexes, over what is there already too.
    ///
    /// # Errors
    /// When an index has the name of another one. Then none is added.
    pub fn add_indexers(&mut self, indexers: Indexers<O>) -> Result<(), IndexNameError> {
        let names = self.indexes.iter().map(Index::name);
        indexers.check(names)?;
        for (name, function) in indexers.into_functions() {
            let mut index = Index::new(name, function);
            let groups = index.build(&self.current, &mut self.errors);
            self.current.add_index(index.name().into(), groups);
            self.indexes.push(index);
        }
        Ok(())
    }

    /// Puts an object under its key, if it is not an older version of what is there.
    pub fn put(&mut self, object: O) -> Stored<O> {
        self.put_at(object.key(), object)
    }

    /// As [`Store::put`], under the object's key, which is known already.
    pub(crate) fn put_at(&mut self, key: ObjectName, object: O) -> Stored<O> {
        if let Some(known) = self.current.get(&key) {
            match compare_versions(known, &object) {
                Age::Same => return Stored::Unchanged(known.clone()),
                Age::Older => return Stored::Stale,
                Age::Other => {}
            }
        }
        self.write(key, object)
            .map_or(Stored::Added, Stored::Updated)
    }

    /// Puts an object under its key, whatever is there; returns what was.
    fn write(&mut self, key: ObjectName, object: O) -> Option<O> {
        for (at, index) in self.indexes.iter_mut().enumerate() {
            let groups = self.current.index_mut(at);
            index.put(groups, &key, &object, &mut self.errors);
        }
        let previous = self.current.objects_mut().insert(Named(object));
        previous.map(|named| named.0)
    }

    /// Takes out what is under a key.
    pub fn delete(&mut self, key: &ObjectName) -> Option<O> {
        let removed = self.current.objects_mut().remove(&Name::from(key))?.0;
        for (at, index) in self.indexes.iter_mut().enumerate() {
            index.remove(self.current.index_mut(at), key);
        }
        Some(removed)
    }

    /// Makes these all objects there are. One that is there in the same version stays.
    pub fn replace_all(&mut self, objects: impl IntoIterator<Item = O>) {
        let objects = objects.into_iter().map(|object| (object.key(), object));
        self.replace(Replacement::new(objects.collect(), Vec::new()), None);
    }

    /// The objects now. Free, and never changed afterwards.
    pub fn snapshot(&self) -> Snapshot<O> {
        self.current.clone()
    }

    /// The objects now, to be looked at.
    pub fn current(&self) -> &Snapshot<O> {
        &self.current
    }

    /// The objects that share a value of an index with `object`, by their keys, each once; `None`
    /// if there is no such index. client-go's `Index`.
    pub fn like(&self, index: &str, object: &O) -> Option<Vec<&O>> {
        let function = self.indexes.iter().find(|it| it.name() == index)?;
        let values = function.values_of(object).unwrap_or_default();
        let mut found: Vec<&O> = values
            .iter()
            .filter_map(|value| self.current.by_index(index, value))
            .flatten()
            .collect();
        found.sort_by(|one, other| Name::of(*one).order(Name::of(*other)));
        found.dedup_by(|one, other| Name::of(*one).order(Name::of(*other)).is_eq());
        Some(found)
    }

    /// Sets the version that the store is at.
    pub fn set_resource_version(&mut self, version: ResourceVersion) {
        self.current.set_resource_version(version);
    }

    /// The objects that index functions have failed on since the last call.
    pub fn take_index_errors(&mut self) -> Vec<IndexError> {
        std::mem::take(&mut self.errors)
    }
}

impl<O> fmt::Debug for Store<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&Str> = self.indexes.iter().map(Index::name_str).collect();
        f.debug_struct("Store")
            .field("current", &self.current)
            .field("indexes", &names)
            .finish_non_exhaustive()
    }
}

/// How a version of an object relates to one that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Age {
    Same,
    Older,
    /// It is newer, of another object, or nobody can tell.
    Other,
}

fn compare_versions<O: Cached>(known: &O, object: &O) -> Age {
    let (one, other) = (known.resource_version(), object.resource_version());
    if one.is_empty() {
        return Age::Other;
    }
    let order = match one == other {
        true => Ordering::Equal,
        false => {
            let (one, other) = (ResourceVersion::from(one), ResourceVersion::from(other));
            other.compare(&one).unwrap_or(Ordering::Greater)
        }
    };
    match order {
        // So it mostly is, and the uid need not be looked at.
        Ordering::Greater => Age::Other,
        _ if known.uid() != object.uid() => Age::Other,
        Ordering::Equal => Age::Same,
        Ordering::Less => Age::Older,
    }
}
