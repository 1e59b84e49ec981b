//! [`SnapshotMap`], an ordered map whose copies are free.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::ops::{Bound, RangeBounds};

use crate::{Entry, SnapshotSet, Sought};

/// An ordered map of which a clone costs a reference count and never changes: a [`SnapshotSet`] of
/// keys with their values.
pub struct SnapshotMap<K, V> {
    entries: SnapshotSet<(K, V), K>,
}

impl<K, V> SnapshotMap<K, V> {
    /// An empty map, without an allocation.
    pub const fn new() -> Self {
        let entries = SnapshotSet::new();
        Self { entries }
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The value of a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.get_entry(key).map(|(_, value)| value)
    }

    /// A key that is equal to this one, and its value.
    pub fn get_entry<Q: Ord + ?Sized>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
    {
        let found = self.entries.find(&By(|known: &K| known.borrow().cmp(key)));
        found.map(|(key, value)| (key, value))
    }

    /// All entries in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> + Clone {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    /// The entries whose keys are in a range, in the order of their keys. There are none in a range
    /// that ends before it starts.
    pub fn range<Q: Ord + ?Sized>(
        &self,
        range: impl RangeBounds<Q>,
    ) -> impl Iterator<Item = (&K, &V)>
    where
        K: Borrow<Q>,
    {
        let start = By(|key: &K| {
            let is_before = match range.start_bound() {
                Bound::Included(start) => key.borrow() < start,
                Bound::Excluded(start) => key.borrow() <= start,
                Bound::Unbounded => false,
            };
            match is_before {
                true => Ordering::Less,
                false => Ordering::Greater,
            }
        });
        let entries = self.entries.iter_from(&start);
        let end = By(move |key: &K| {
            let is_before = match range.end_bound() {
                Bound::Included(end) => key.borrow() <= end,
                Bound::Excluded(end) => key.borrow() < end,
                Bound::Unbounded => true,
            };
            match is_before {
                true => Ordering::Less,
                false => Ordering::Greater,
            }
        });
        entries.until(end).map(|(key, value)| (key, value))
    }

    /// All keys, in order.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.iter().map(|(key, _)| key)
    }

    /// All values in the order of their keys.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }
}

impl<K: Ord + Clone, V: Clone> SnapshotMap<K, V> {
    /// Puts a value under a key; returns the one that was there.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let previous = self.entries.insert((key, value));
        previous.map(|(_, value)| value)
    }

    /// Takes out the value of a key.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let sought = By(|known: &K| known.borrow().cmp(key));
        self.entries.remove(&sought).map(|(_, value)| value)
    }

    /// A map of entries whose keys ascend. It takes less time than to insert them one by one, and
    /// leaves no node half empty.
    ///
    /// # Panics
    /// When a key is not above the one before it.
    pub fn from_ascending(entries: Vec<(K, V)>) -> Self {
        let entries = SnapshotSet::from_ascending(entries);
        Self { entries }
    }
}

/// What stands to keys as the function says.
struct By<F>(F);

impl<K, V, F: Fn(&K) -> Ordering> Sought<(K, V), K> for By<F> {
    fn order(&self, (key, _): &(K, V)) -> Ordering {
        self.0(key)
    }

    fn order_separator(&self, separator: &K) -> Ordering {
        self.0(separator)
    }
}

impl<K: Ord, V> Sought<(K, V), K> for (K, V) {
    fn order(&self, (key, _): &(K, V)) -> Ordering {
        key.cmp(&self.0)
    }

    fn order_separator(&self, separator: &K) -> Ordering {
        separator.cmp(&self.0)
    }
}

impl<K: Ord + Clone, V: Clone> Entry<K> for (K, V) {
    fn separator(_: &Self, (key, _): &Self) -> K {
        key.clone()
    }
}

impl<K, V> Clone for SnapshotMap<K, V> {
    fn clone(&self) -> Self {
        Self {
            entries: self.entries.clone(),
        }
    }
}

impl<K, V> Default for SnapshotMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for SnapshotMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Ord + Clone, V: Clone> FromIterator<(K, V)> for SnapshotMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        map.extend(entries);
        map
    }
}

impl<K: Ord + Clone, V: Clone> Extend<(K, V)> for SnapshotMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}
