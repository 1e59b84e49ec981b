//! [`Leaf`], a few entries, and a byte of each by which it is found.
//!
//! Invariant: the mark at a place is that of the entry there, if entries have marks.

use crate::node::{MAX, make_room};
use crate::{Entry, Sought};

/// Entries in order. They may lie anywhere in memory; their marks lie together, so that a lookup
/// looks at hardly any entry but the one it is for.
#[derive(Clone)]
pub(crate) struct Leaf<E> {
    entries: Vec<E>,
    /// One more than a leaf may have: it is split once it has too many.
    marks: [u8; MAX + 1],
}

impl<E> Leaf<E> {
    /// Of entries in order, at least one.
    pub(crate) fn of<S>(entries: Vec<E>) -> Self
    where
        E: Entry<S>,
    {
        let mut marks = [0; MAX + 1];
        for (mark, entry) in marks.iter_mut().zip(&entries) {
            *mark = entry.mark().unwrap_or_default();
        }
        Self { entries, marks }
    }

    pub(crate) fn entries(&self) -> &[E] {
        &self.entries
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn first(&self) -> &E {
        self.entries.first().expect("a leaf has an entry")
    }

    pub(crate) fn last(&self) -> &E {
        self.entries.last().expect("a leaf has an entry")
    }

    /// Where the entry sought is, if it is here.
    pub(crate) fn find<S>(&self, sought: &impl Sought<E, S>) -> Option<usize> {
        let Some(mark) = sought.mark() else {
            return self.search(sought).ok();
        };
        let mut candidates = self.marked(mark);
        while candidates != 0 {
            let at = candidates.trailing_zeros() as usize;
            if sought.order(&self.entries[at]).is_eq() {
                return Some(at);
            }
            candidates &= candidates - 1;
        }
        None
    }

    /// Where the entry sought is, or would have to be.
    pub(crate) fn place<S>(&self, sought: &impl Sought<E, S>) -> Result<usize, usize> {
        match self.find(sought) {
            Some(at) => Ok(at),
            None => self.search(sought),
        }
    }

    /// The first entry that is not before what is sought.
    pub(crate) fn start<S>(&self, sought: &impl Sought<E, S>) -> usize {
        let is_before = |entry: &E| sought.order(entry).is_lt();
        self.entries.partition_point(is_before)
    }

    fn search<S>(&self, sought: &impl Sought<E, S>) -> Result<usize, usize> {
        self.entries.binary_search_by(|entry| sought.order(entry))
    }

    /// A bit for each entry with this mark.
    fn marked(&self, mark: u8) -> u32 {
        let mut bits = 0;
        for (at, known) in self.marks.iter().enumerate() {
            bits |= u32::from(*known == mark) << at;
        }
        bits & !(u32::MAX << self.entries.len())
    }

    /// Puts an entry in the place of an equal one.
    pub(crate) fn replace(&mut self, at: usize, entry: E) -> E {
        std::mem::replace(&mut self.entries[at], entry)
    }

    pub(crate) fn insert<S>(&mut self, at: usize, entry: E)
    where
        E: Entry<S>,
    {
        self.marks.copy_within(at..MAX, at + 1);
        self.marks[at] = entry.mark().unwrap_or_default();
        make_room(&mut self.entries);
        self.entries.insert(at, entry);
    }

    pub(crate) fn remove(&mut self, at: usize) -> E {
        self.marks.copy_within(at + 1.., at);
        self.entries.remove(at)
    }

    /// Gives away the entries from `at`.
    pub(crate) fn split_off(&mut self, at: usize) -> Self {
        let entries = self.entries.split_off(at);
        let mut marks = [0; MAX + 1];
        marks[..entries.len()].copy_from_slice(&self.marks[at..at + entries.len()]);
        Self { entries, marks }
    }

    /// Takes in the entries of the leaf behind; gives half of all away if they are too many for one.
    pub(crate) fn join(&mut self, behind: Self) -> Option<Self> {
        let mut marks = [0; 2 * (MAX + 1)];
        let (left, right) = (self.len(), behind.len());
        marks[..left].copy_from_slice(&self.marks[..left]);
        marks[left..left + right].copy_from_slice(&behind.marks[..right]);
        self.entries.reserve_exact(right);
        self.entries.extend(behind.entries);
        let all = left + right;
        let kept = if all > MAX { all / 2 } else { all };
        self.marks[..kept].copy_from_slice(&marks[..kept]);
        if kept == all {
            return None;
        }
        let mut given = Self {
            entries: self.entries.split_off(kept),
            marks: [0; MAX + 1],
        };
        given.marks[..all - kept].copy_from_slice(&marks[kept..all]);
        Some(given)
    }
}
