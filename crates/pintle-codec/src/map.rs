//! [`Map`], the string-keyed map of every API type.

use std::fmt;

use crate::{List, Str};

/// A map from strings to values: a vector sorted by key, eight bytes, no allocation while empty.
///
/// Labels and annotations have few entries; a sorted vector is smaller than a tree and is written
/// in the order that Go writes. The empty map stands for "absent".
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Map<V>(List<(Str, V)>);

impl<V> Map<V> {
    /// An empty map.
    pub fn new() -> Self {
        Self(List::new())
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&V> {
        self.position(key).ok().map(|at| &self.0[at].1)
    }

    /// The value of `key`, to change it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut V> {
        self.position(key).ok().map(|at| &mut self.0[at].1)
    }

    /// Whether `key` has a value.
    pub fn contains_key(&self, key: &str) -> bool {
        self.position(key).is_ok()
    }

    /// Sets the value of `key` and returns the one it had.
    pub fn insert(&mut self, key: impl Into<Str>, value: V) -> Option<V> {
        let key = key.into();
        match self.position(&key) {
            Ok(at) => Some(std::mem::replace(&mut self.0[at].1, value)),
            Err(at) => {
                self.0.insert(at, (key, value));
                None
            }
        }
    }

    /// Removes `key` and returns the value it had.
    pub fn remove(&mut self, key: &str) -> Option<V> {
        self.position(key).ok().map(|at| self.0.remove(at).1)
    }

    /// The entries in the order of their keys.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &V)> + '_ {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// The keys in order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &str> + '_ {
        self.iter().map(|(key, _)| key)
    }

    /// The values in the order of their keys.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &V> + '_ {
        self.iter().map(|(_, value)| value)
    }

    /// The entry at `index` in the order of keys.
    pub(crate) fn entry_at(&self, index: usize) -> (&str, &V) {
        let (key, value) = &self.0[index];
        (key, value)
    }

    fn position(&self, key: &str) -> Result<usize, usize> {
        self.0
            .binary_search_by(|(probe, _)| probe.as_str().cmp(key))
    }

    /// Appends an entry that [`Map::settle`] puts in its place, and returns its value.
    pub(crate) fn append(&mut self, key: Str, value: V) -> &mut V {
        self.0.push_frugally((key, value));
        &mut self.0.last_mut().expect("an entry was pushed").1
    }

    /// Makes room for exactly `additional` more entries.
    pub(crate) fn reserve(&mut self, additional: usize) {
        self.0.reserve_exact(additional);
    }

    /// Restores the order after [`Map::append`]; of entries with one key the last one stays.
    pub(crate) fn settle(&mut self) {
        if !self.0.is_sorted_by(|(a, _), (b, _)| a < b) {
            // A stable sort leaves equal keys in the order in which they were read.
            self.0.sort_by(|(a, _), (b, _)| a.cmp(b));
            let mut kept: List<(Str, V)> = List::new();
            for entry in std::mem::take(&mut self.0) {
                if kept.last().is_some_and(|(key, _)| *key == entry.0) {
                    kept.pop();
                }
                kept.push(entry);
            }
            self.0 = kept;
        }
        self.0.shrink_to_fit();
    }
}

impl<V> Default for Map<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V: fmt::Debug> fmt::Debug for Map<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Into<Str>, V> FromIterator<(K, V)> for Map<V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        for (key, value) in entries {
            map.append(key.into(), value);
        }
        map.settle();
        map
    }
}

impl<K: Into<Str>, V, const N: usize> From<[(K, V); N]> for Map<V> {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Map;

    #[test]
    fn stays_sorted_and_the_last_of_equal_keys_wins() {
        let map: Map<i32> = [("b", 1), ("a", 2), ("b", 3), ("c", 4)].into();
        assert_eq!(
            map.iter().collect::<Vec<_>>(),
            [("a", &2), ("b", &3), ("c", &4)]
        );
    }

    #[test]
    fn insert_replaces_and_remove_returns() {
        let mut map = Map::new();
        assert_eq!(map.insert("app", 1), None);
        assert_eq!(map.insert("app", 2), Some(1));
        assert_eq!(map.get("app"), Some(&2));
        assert_eq!(map.remove("app"), Some(2));
        assert_eq!(map.remove("app"), None);
        assert!(map.is_empty());
    }
}
