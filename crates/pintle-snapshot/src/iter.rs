//! [`Iter`], the entries of a map in order.

use std::slice;
use std::sync::Arc;

use crate::node::Node;

/// The entries of a [`SnapshotMap`](crate::SnapshotMap) in the order of their keys.
pub struct Iter<'a, K, V> {
    /// What is left of the leaf at hand.
    entries: slice::Iter<'a, (K, V)>,
    /// What is left of the branches above it, the root first.
    above: Vec<slice::Iter<'a, Arc<Node<K, V>>>>,
}

impl<'a, K, V> Iter<'a, K, V> {
    /// From the first entry whose key is not `before` the start.
    pub(crate) fn new(root: Option<&'a Node<K, V>>, before: &impl Fn(&K) -> bool) -> Self {
        let mut iter = Self {
            entries: [].iter(),
            above: Vec::new(),
        };
        let mut next = root;
        while let Some(node) = next {
            match node {
                Node::Leaf(entries) => {
                    let start = entries.partition_point(|(key, _)| before(key));
                    iter.entries = entries[start..].iter();
                    next = None;
                }
                Node::Branch(branch) => {
                    // A child whose separator is before the start may hold the start.
                    let start = branch.keys.partition_point(before);
                    let mut children = branch.children[start..].iter();
                    next = children.next().map(|child| &**child);
                    iter.above.push(children);
                }
            }
        }
        iter
    }
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((key, value)) = self.entries.next() {
                return Some((key, value));
            }
            let Some(child) = self.above.last_mut()?.next() else {
                self.above.pop();
                continue;
            };
            match &**child {
                Node::Leaf(entries) => self.entries = entries.iter(),
                Node::Branch(branch) => self.above.push(branch.children.iter()),
            }
        }
    }
}

impl<K, V> Clone for Iter<'_, K, V> {
    fn clone(&self) -> Self {
        Self {
            entries: self.entries.clone(),
            above: self.above.clone(),
        }
    }
}
