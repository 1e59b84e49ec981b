//! [`Leaf`], a few entries, and a byte of each by which it is found.
//!
//! Invariant: the mark at a place is that of the entry there, if entries have marks.

use arrayvec::ArrayVec;

use crate::node::{MAX, split_at};
use crate::{Entry, Sought};

/// Entries in order. What they point to may lie anywhere in memory; they themselves and their marks
/// are one block, so that a lookup looks at hardly any place but the one it is for.
#[derive(Clone)]
pub(crate) struct Leaf<E> {
    entries: ArrayVec<E, MAX>,
    marks: [u8; MAX],
}

impl<E> Leaf<E> {
    /// Of entries in order, at least one and no more than there is room for.
    pub(crate) fn of<S>(entries: impl IntoIterator<Item = E>) -> Self
    where
        E: Entry<S>,
    {
        let entries: ArrayVec<E, MAX> = entries.into_iter().collect();
        let mut marks = [0; MAX];
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

    /// Puts an entry in its place; gives others away if there is no room for all.
    pub(crate) fn insert<S>(&mut self, at: usize, entry: E) -> Option<Self>
    where
        E: Entry<S>,
    {
        if !self.entries.is_full() {
            self.put(at, entry);
            return None;
        }
        let middle = split_at(at);
        let mut given = self.split_off(middle);
        match at.checked_sub(middle) {
            Some(at) => given.put(at, entry),
            None => self.put(at, entry),
        }
        Some(given)
    }

    fn put<S>(&mut self, at: usize, entry: E)
    where
        E: Entry<S>,
    {
        self.marks.copy_within(at..MAX - 1, at + 1);
        self.marks[at] = entry.mark().unwrap_or_default();
        self.entries.insert(at, entry);
    }

    pub(crate) fn remove(&mut self, at: usize) -> E {
        self.marks.copy_within(at + 1.., at);
        self.entries.remove(at)
    }

    /// Gives away the entries from `at`.
    fn split_off(&mut self, at: usize) -> Self {
        let mut marks = [0; MAX];
        marks[..MAX - at].copy_from_slice(&self.marks[at..]);
        let entries = self.entries.drain(at..).collect();
        Self { entries, marks }
    }

    /// Takes in the entries of the leaf behind; gives half of all away if they are too many for one.
    pub(crate) fn join<S>(&mut self, behind: Self) -> Option<Self>
    where
        E: Entry<S>,
    {
        let all = self.len() + behind.len();
        let kept = if all > MAX { all / 2 } else { all };
        let mut all = self.entries.take().into_iter().chain(behind.entries);
        *self = Self::of(all.by_ref().take(kept));
        let given = Self::of(all);
        (given.len() > 0).then_some(given)
    }
}
