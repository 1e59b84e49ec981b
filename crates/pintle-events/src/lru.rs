//! A map that forgets what was not used for longest.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// Holds so many entries at most; reading or writing one makes it the youngest.
pub(crate) struct Lru<K, V> {
    room: usize,
    entries: HashMap<K, (u64, V)>,
    by_age: BTreeMap<u64, K>,
    uses: u64,
}

impl<K: Clone + Eq + Hash, V> Lru<K, V> {
    pub(crate) fn new(room: usize) -> Self {
        Self {
            room,
            entries: HashMap::new(),
            by_age: BTreeMap::new(),
            uses: 0,
        }
    }

    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let (age, value) = self.entries.get_mut(key)?;
        let key = self.by_age.remove(age)?;
        self.uses += 1;
        *age = self.uses;
        self.by_age.insert(self.uses, key);
        Some(value)
    }

    pub(crate) fn insert(&mut self, key: K, value: V) {
        if let Some(before) = self.get_mut(&key) {
            *before = value;
            return;
        }
        self.uses += 1;
        self.by_age.insert(self.uses, key.clone());
        self.entries.insert(key, (self.uses, value));
        if self.entries.len() > self.room
            && let Some((_, oldest)) = self.by_age.pop_first()
        {
            self.entries.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_used_for_longest_is_forgotten() {
        let mut lru = Lru::new(3);
        for key in 0..3 {
            lru.insert(key, key * 10);
        }
        assert_eq!(lru.get_mut(&0), Some(&mut 0));
        lru.insert(1, 11);
        lru.insert(3, 30);
        assert_eq!(lru.get_mut(&2), None);
        let left: Vec<Option<i32>> = [0, 1, 3].map(|key| lru.get_mut(&key).copied()).into();
        assert_eq!(left, [Some(0), Some(11), Some(30)]);
        assert_eq!((lru.entries.len(), lru.by_age.len()), (3, 3));
    }
}
