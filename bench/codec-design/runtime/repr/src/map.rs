//! A map kept as a list sorted by key, as Go writes it.

use std::cmp::Ordering;

use crate::{List, Str};

#[derive(Clone, Debug, PartialEq)]
pub struct Map<V>(List<(Str, V)>);

impl<V> Map<V> {
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Str, &V)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    pub fn entry_at(&self, at: usize) -> (&Str, &V) {
        let (key, value) = &self.0[at];
        (key, value)
    }

    /// The value of `key`, made if it is new. Keys that arrive in order are not searched for.
    pub fn slot(&mut self, key: Str) -> &mut V
    where
        V: Default,
    {
        let in_order = self
            .0
            .last()
            .is_none_or(|(last, _)| last.as_str() < key.as_str());
        let at = if in_order {
            self.0.push((key, V::default()));
            self.0.len() - 1
        } else {
            self.search_or_insert(key)
        };
        &mut self.0.as_mut_slice()[at].1
    }

    pub fn reserve_exact(&mut self, more: usize) {
        self.0.reserve_exact(more);
    }

    pub fn fit(&mut self) {
        self.0.fit();
    }

    fn search_or_insert(&mut self, key: Str) -> usize
    where
        V: Default,
    {
        let found = self
            .0
            .binary_search_by(|(k, _)| -> Ordering { k.as_str().cmp(key.as_str()) });
        found.unwrap_or_else(|at| {
            self.0.insert(at, (key, V::default()));
            at
        })
    }
}

impl<V> Default for Map<V> {
    fn default() -> Self {
        Map(List::default())
    }
}
