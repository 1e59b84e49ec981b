//! [`SnapshotSet`], an ordered set whose copies are free.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use crate::node::{Branch, Node, Split};
use crate::{Entry, Iter, Sought};

/// An ordered set of entries that know their own places, of which a clone costs a reference count and
/// never changes.
///
/// It is a B+ tree whose nodes are shared and copied when they are first written to after a clone: a
/// write then copies as many nodes as the tree is deep, four for 30,000 entries, and one that meets
/// no clone copies nothing.
pub struct SnapshotSet<E, S> {
    root: Option<Arc<Node<E, S>>>,
    length: usize,
}

impl<E, S> SnapshotSet<E, S> {
    /// An empty set, without an allocation.
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

    /// The entry that is equal to what is sought.
    pub fn find(&self, sought: &impl Sought<E, S>) -> Option<&E> {
        self.root.as_ref()?.find(sought)
    }

    /// All entries, in order.
    pub fn iter(&self) -> Iter<'_, E, S> {
        self.iter_from(&Start)
    }

    /// The entries from the first that is not before what is sought, in order.
    pub fn iter_from(&self, sought: &impl Sought<E, S>) -> Iter<'_, E, S> {
        Iter::new(self.root.as_deref(), sought)
    }
}

impl<E: Entry<S>, S: Clone> SnapshotSet<E, S> {
    /// Puts an entry in its place; returns the equal one that was there.
    pub fn insert(&mut self, entry: E) -> Option<E> {
        let Some(root) = &mut self.root else {
            self.root = Node::grow(vec![entry]);
            self.length = 1;
            return None;
        };
        let (previous, split) = Node::insert(root, entry);
        if let Some(Split { separator, right }) = split {
            let children = [root.clone(), right].into_iter().collect();
            let separators = vec![separator];
            *root = Arc::new(Node::Branch(Branch {
                separators,
                children,
            }));
        }
        self.length += usize::from(previous.is_none());
        previous
    }

    /// Takes out the entry that is equal to what is sought.
    pub fn remove(&mut self, sought: &impl Sought<E, S>) -> Option<E> {
        // Nothing is copied for what is not there.
        self.find(sought)?;
        let root = self.root.as_mut()?;
        let removed = Node::remove(root, sought);
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

    /// A set of entries that ascend. It takes less time than to insert them one by one, and leaves no
    /// node half empty.
    ///
    /// # Panics
    /// When an entry is not above the one before it.
    pub fn from_ascending(entries: Vec<E>) -> Self {
        let ascends = entries.is_sorted_by(|one, other| other.order(one).is_lt());
        assert!(ascends, "the entries ascend");
        Self {
            length: entries.len(),
            root: Node::grow(entries),
        }
    }
}

/// The place before all entries.
struct Start;

impl<E, S> Sought<E, S> for Start {
    fn order(&self, _: &E) -> Ordering {
        Ordering::Greater
    }

    fn order_separator(&self, _: &S) -> Ordering {
        Ordering::Greater
    }
}

impl<E, S> Clone for SnapshotSet<E, S> {
    fn clone(&self) -> Self {
        Self {
            root: self.root.clone(),
            length: self.length,
        }
    }
}

impl<E, S> Default for SnapshotSet<E, S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E: fmt::Debug, S> fmt::Debug for SnapshotSet<E, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
