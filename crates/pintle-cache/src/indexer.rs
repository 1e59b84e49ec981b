//! [`Indexer`], a store with indexes, without a watch.

use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pintle_cache_core::{IndexError, Indexers, Store};
use pintle_client::{Error, ErrorKind};
use pintle_codec::Str;
use pintle_meta::{AnyObject, Lazy, Object, ObjectName};
use pintle_snapshot::SnapshotCell;

use crate::informer::{IndexName, index_function};
use crate::snapshot::Snapshot;

/// Objects under their keys, with indexes over them. Readers wait for nobody; those who write wait
/// for one another. Cheap to clone; clones are the same store.
///
/// client-go's `cache.Indexer`.
///
/// ```
/// use pintle_api::core::v1::Pod;
/// use pintle_cache::Indexer;
/// use pintle_meta::v1::ObjectMeta;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let pods = Indexer::<Pod>::new();
/// let by_node = pods.add_index("nodeName", |pod: &Pod| vec![pod.spec.node_name.clone()])?;
/// let mut pod = Pod {
///     metadata: ObjectMeta {
///         name: "web-0".into(),
///         namespace: "default".into(),
///         ..ObjectMeta::default()
///     },
///     ..Pod::default()
/// };
/// pod.spec.node_name = "node-1".into();
/// pods.put(pod)?;
/// assert_eq!(pods.snapshot().by_index(&by_node, "node-1")?.count(), 1);
/// assert_eq!(pods.snapshot().by_index("namespace", "default")?.count(), 1);
/// # Ok(())
/// # }
/// ```
pub struct Indexer<K> {
    shared: Arc<Shared>,
    kind: PhantomData<fn() -> K>,
}

struct Shared {
    store: Mutex<Store<AnyObject>>,
    published: SnapshotCell<pintle_cache_core::Snapshot<AnyObject>>,
}

impl<K: Object> Indexer<K> {
    /// An empty store with the index `namespace`.
    pub fn new() -> Self {
        let store = Store::new(Indexers::new()).expect("no index has the name of another");
        let published = SnapshotCell::new(store.snapshot());
        Self {
            shared: Arc::new(Shared {
                store: Mutex::new(store),
                published,
            }),
            kind: PhantomData,
        }
    }

    /// Puts an object under its key, unless it is an older version of what is there.
    ///
    /// # Errors
    /// When an index function fails on it. The object is stored, and that index does not have it.
    pub fn put(&self, object: impl Into<Lazy<K>>) -> Result<(), IndexError> {
        let mut store = self.store();
        store.put(object.into().erase());
        self.publish(store)
    }

    /// Takes out an object.
    pub fn delete(&self, key: &ObjectName) -> Option<Lazy<K>> {
        let mut store = self.store();
        let removed = store.delete(key);
        // To take out calls no function that could fail.
        let _ = self.publish(store);
        removed.as_ref().map(crate::snapshot::typed)
    }

    /// Makes these all objects there are.
    ///
    /// # Errors
    /// When an index function fails on one of them. The objects are stored, and that index does not
    /// have it.
    pub fn replace<O: Into<Lazy<K>>>(
        &self,
        objects: impl IntoIterator<Item = O>,
    ) -> Result<(), IndexError> {
        let mut store = self.store();
        store.replace_all(objects.into_iter().map(|object| object.into().erase()));
        self.publish(store)
    }

    /// Adds an index by values that the object says; over what is there already too.
    ///
    /// # Errors
    /// When there is an index of this name.
    pub fn add_index<V: Into<Str> + 'static>(
        &self,
        name: impl Into<Str>,
        values: impl Fn(&K) -> Vec<V> + Send + Sync + 'static,
    ) -> Result<IndexName, Error> {
        self.add_lazy_index(name, move |object| {
            let decoded = object.get()?;
            Ok(values(&decoded))
        })
    }

    /// As [`Indexer::add_index`], by values that can be found without decoding the object, such as a
    /// label's; or by a function that fails.
    ///
    /// # Errors
    /// When there is an index of this name.
    pub fn add_lazy_index<V: Into<Str> + 'static>(
        &self,
        name: impl Into<Str>,
        values: impl Fn(&Lazy<K>) -> Result<Vec<V>, Box<dyn std::error::Error + Send + Sync>>
        + Send
        + Sync
        + 'static,
    ) -> Result<IndexName, Error> {
        let name = name.into();
        let indexers = Indexers::new().with(name.clone(), index_function(values));
        let mut store = self.store();
        store.add_indexers(indexers).map_err(|error| {
            let message = "the store has the index";
            Error::with_message(ErrorKind::Misuse, message).because(error)
        })?;
        // Objects on which the function fails are not in the index; that was said.
        let _ = self.publish(store);
        Ok(IndexName::new(name))
    }

    /// The objects that share a value of an index with `object`, by their keys. client-go's `Index`.
    ///
    /// # Errors
    /// When there is no such index.
    pub fn like(
        &self,
        index: impl AsRef<str>,
        object: impl Into<Lazy<K>>,
    ) -> Result<Vec<Lazy<K>>, Error> {
        let index = index.as_ref();
        let store = self.store();
        let found = store.like(index, &object.into().erase());
        let found = found.ok_or_else(|| crate::snapshot::no_such_index(index))?;
        Ok(found.into_iter().map(crate::snapshot::typed).collect())
    }

    /// All objects as of now.
    pub fn snapshot(&self) -> Snapshot<K> {
        Snapshot::new(self.shared.published.get())
    }

    fn publish(&self, mut store: MutexGuard<'_, Store<AnyObject>>) -> Result<(), IndexError> {
        self.shared.published.store(store.snapshot());
        match store.take_index_errors().into_iter().next() {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    fn store(&self) -> MutexGuard<'_, Store<AnyObject>> {
        // An index function that panics is contained before it comes here.
        let store = self.shared.store.lock();
        store.unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Object> Default for Indexer<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K> Clone for Indexer<K> {
    fn clone(&self) -> Self {
        Self {
            shared: self.shared.clone(),
            kind: PhantomData,
        }
    }
}

impl<K> fmt::Debug for Indexer<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Indexer")
            .field(&self.shared.published)
            .finish()
    }
}
