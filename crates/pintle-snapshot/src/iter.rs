//! [`Iter`], the entries of a set in order.

use std::slice;
use std::sync::Arc;

use crate::Sought;
use crate::node::Node;

/// The entries of a [`SnapshotSet`](crate::SnapshotSet) in order.
pub struct Iter<'a, E, S> {
    /// What is left of the leaf at hand.
    entries: slice::Iter<'a, E>,
    /// What is left of the branches above it, the root first.
    above: Vec<slice::Iter<'a, Arc<Node<E, S>>>>,
}

impl<'a, E, S> Iter<'a, E, S> {
    /// From the first entry that is not before what is sought.
    pub(crate) fn new(root: Option<&'a Node<E, S>>, sought: &impl Sought<E, S>) -> Self {
        let mut iter = Self {
            entries: [].iter(),
            above: Vec::new(),
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
}

impl<'a, E, S> Iterator for Iter<'a, E, S> {
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
                Node::Leaf(leaf) => self.entries = leaf.entries().iter(),
                Node::Branch(branch) => self.above.push(branch.children.iter()),
            }
        }
    }
}

impl<E, S> Clone for Iter<'_, E, S> {
    fn clone(&self) -> Self {
        Self {
            entries: self.entries.clone(),
            above: self.above.clone(),
        }
    }
}
