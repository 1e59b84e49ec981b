//! [`SnapshotMap`], an ordered map whose copies are free.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::ops::{Bound, RangeBounds};
use std::sync::Arc;

use crate::Iter;
use crate::node::{Branch, Node, Split, piece};

/// An ordered map of which a clone costs a reference count and never changes.
///
/// It is a B+ tree whose nodes are shared and copied when they are first written to after a clone: a
/// write then copies as many nodes as the tree is deep, three for 30,000 entries, and one that meets
/// no clone copies nothing.
pub struct SnapshotMap<K, V> {
    root: Option<Arc<Node<K, V>>>,
    length: usize,
}

impl<K, V> SnapshotMap<K, V> {
    /// An empty map, without an allocation.
    pub const fn new() -> Self {
        let (root, length) = (None, 0);
        Self { root, length }
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The value of a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.find(|known| known.borrow().cmp(key))
            .map(|(_, value)| value)
    }

    /// The entry for which `compare` says that its key is the one sought, when it is told how a key
    /// compares with that: for keys that would have to be made to be looked for.
    pub fn find(&self, compare: impl Fn(&K) -> Ordering) -> Option<(&K, &V)> {
        self.root.as_ref()?.find(&compare)
    }

    /// All entries in the order of their keys.
    pub fn iter(&self) -> Iter<'_, K, V> {
        self.iter_from(|_| false)
    }

    /// The entries from the first whose key is not `before` the start, in the order of their keys.
    /// `before` holds for the first so many keys, and for none behind them.
    pub fn iter_from(&self, before: impl Fn(&K) -> bool) -> Iter<'_, K, V> {
        Iter::new(self.root.as_deref(), &before)
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
        let entries = self.iter_from(|key| match range.start_bound() {
            Bound::Included(start) => key.borrow() < start,
            Bound::Excluded(start) => key.borrow() <= start,
            Bound::Unbounded => false,
        });
        entries.take_while(move |(key, _)| match range.end_bound() {
            Bound::Included(end) => (*key).borrow() <= end,
            Bound::Excluded(end) => (*key).borrow() < end,
            Bound::Unbounded => true,
        })
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
        let Some(root) = &mut self.root else {
            self.root = Some(Arc::new(Node::Leaf(vec![(key, value)])));
            self.length = 1;
            return None;
        };
        let (previous, split) = Node::insert(root, key, value, &K::cmp);
        if let Some(Split { key, right }) = split {
            let children = vec![root.clone(), right];
            let keys = vec![key];
            *root = Arc::new(Node::Branch(Branch { keys, children }));
        }
        self.length += usize::from(previous.is_none());
        previous
    }

    /// Takes out the value of a key.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let compare = |known: &K| known.borrow().cmp(key);
        // Nothing is copied for a key that is not there.
        self.find(compare)?;
        let root = self.root.as_mut()?;
        let removed = Node::remove(root, &compare);
        self.length -= usize::from(removed.is_some());
        let only = match &**root {
            Node::Branch(branch) if branch.children.len() == 1 => Some(branch.children[0].clone()),
            _ => None,
        };
        if let Some(only) = only {
            *root = only;
        }
        if self.length == 0 {
            self.root = None;
        }
        removed
    }

    /// A map of entries whose keys ascend. It takes less time than to insert them one by one, and
    /// leaves no node half empty.
    ///
    /// # Panics
    /// When a key is not above the one before it.
    pub fn from_ascending(entries: Vec<(K, V)>) -> Self {
        let ascends = entries.is_sorted_by(|(one, _), (other, _)| one < other);
        assert!(ascends, "the keys of the entries ascend");
        let length = entries.len();
        let mut leaves = Vec::with_capacity(length.div_ceil(crate::node::MAX));
        let mut rest = entries.into_iter();
        while rest.len() > 0 {
            let count = piece(rest.len());
            let leaf: Vec<(K, V)> = rest.by_ref().take(count).collect();
            leaves.push((leaf[0].0.clone(), Arc::new(Node::Leaf(leaf))));
        }
        Self {
            root: Node::grow(leaves),
            length,
        }
    }
}

impl<K, V> Clone for SnapshotMap<K, V> {
    fn clone(&self) -> Self {
        Self {
            root: self.root.clone(),
            length: self.length,
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
        f.debug_map().entries(self).finish()
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

impl<'a, K, V> IntoIterator for &'a SnapshotMap<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Iter<'a, K, V> {
        self.iter()
    }
}
