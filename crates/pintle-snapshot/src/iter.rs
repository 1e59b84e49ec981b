//! [`Iter`], the entries of a set in order.

use std::cmp::Ordering;
use std::slice;
use std::sync::Arc;

use crate::Sought;
use crate::node::Node;

/// The entries of a [`SnapshotSet`](crate::SnapshotSet) in order, up to a place `B`.
pub struct Iter<'a, E, S, B = End> {
    /// What is left of the leaf at hand.
    entries: slice::Iter<'a, E>,
    /// What is left of the branches above it, the root first.
    above: Vec<slice::Iter<'a, Arc<Node<E, S>>>>,
    end: B,
}

/// The place behind all entries.
#[derive(Clone, Copy, Debug)]
pub struct End;

impl<'a, E, S> Iter<'a, E, S> {
    /// From the first entry that is not before what is sought.
    pub(crate) fn new(root: Option<&'a Node<E, S>>, sought: &impl Sought<E, S>) -> Self {
        let mut iter = Self {
            entries: [].iter(),
            above: Vec::new(),
            end: End,
        };
        let mut next = root;
        while let Some(node) = next {
            match node {
                Node::Leaf(leaf) => {
                    iter.entries = leaf.entries()[leaf.start(sought)..].iter();
                    next = None;
                }
                Node::Branch(branch) => {
                    // A child whose separator is before the start may hold the start.
                    let is_before = |separator: &S| sought.order_separator(separator).is_lt();
                    let start = branch.separators.partition_point(is_before);
                    let mut children = branch.children[start..].iter();
                    next = children.next().map(|child| &**child);
                    iter.above.push(children);
                }
            }
        }
        iter
    }

    /// Those that are before a place. An entry in sixteen is looked at for that, and a few at the end.
    pub fn until<B: Sought<E, S>>(self, end: B) -> Iter<'a, E, S, B> {
        let (left, above) = (self.entries.as_slice(), self.above);
        let mut iter = Iter {
            entries: [].iter(),
            above,
            end,
        };
        iter.take_up(left);
        iter
    }
}

impl<'a, E, S, B: Sought<E, S>> Iter<'a, E, S, B> {
    /// Takes up the entries of a leaf, without those that are not wanted any more.
    fn take_up(&mut self, entries: &'a [E]) {
        let is_before_end = |entry: &E| self.end.order(entry).is_lt();
        self.entries = match entries.last() {
            Some(last) if !is_before_end(last) => {
                self.above.clear();
                entries[..entries.partition_point(is_before_end)].iter()
            }
            _ => entries.iter(),
        };
    }
}

impl<'a, E, S, B: Sought<E, S>> Iterator for Iter<'a, E, S, B> {
    type Item = &'a E;

    fn next(&mut self) -> Option<&'a E> {
        loop {
            if let Some(entry) = self.entries.next() {
                return Some(entry);
            }
            let Some(child) = self.above.last_mut()?.next() else {
                self.above.pop();
                continue;
            };
            match &**child {
                Node::Leaf(leaf) => self.take_up(leaf.entries()),
                Node::Branch(branch) => self.above.push(branch.children.iter()),
            }
        }
    }
}

impl<E, S> Sought<E, S> for End {
    fn order(&self, _: &E) -> Ordering {
        Ordering::Less
    }

    fn order_separator(&self, _: &S) -> Ordering {
        Ordering::Less
    }
}

impl<E, S, B: Clone> Clone for Iter<'_, E, S, B> {
    fn clone(&self) -> Self {
        Self {
            entries: self.entries.clone(),
            above: self.above.clone(),
            end: self.end.clone(),
        }
    }
}
