//! [`Node`], what the tree of a [`SnapshotSet`](crate::SnapshotSet) is made of.
//!
//! Invariants: all leaves are equally deep; entries ascend; a node holds [`MAX`] elements at most, a
//! leaf at least one and a branch at least two; what separates two children is above all of the left
//! one and not above any of the right one. A node that a snapshot shares is never changed: it is
//! copied first.

use std::sync::Arc;

use arrayvec::ArrayVec;

use crate::leaf::Leaf;
use crate::{Entry, Sought};

/// The most entries of a leaf, and children of a branch. Larger nodes make lookups cheaper, by fewer
/// steps between nodes, and the first write after a snapshot dearer, by the size of the copies: each
/// element that is copied counts references, in memory that nobody has looked at for long.
pub(crate) const MAX: usize = 16;

/// Fewer are joined with a neighbour. A third of the most, so that a node that was split or joined
/// is far from being joined or split again.
const MIN: usize = 5;

#[derive(Clone)]
pub(crate) enum Node<E, S> {
    Leaf(Leaf<E>),
    Branch(Branch<E, S>),
}

#[derive(Clone)]
pub(crate) struct Branch<E, S> {
    /// What is between each child and the one behind it: one fewer than children.
    pub(crate) separators: Vec<S>,
    /// In the branch itself: to follow one is a step to another place in memory, and not two.
    pub(crate) children: ArrayVec<Arc<Node<E, S>>, MAX>,
}

/// What a full node gave away to a new neighbour behind it, and what is between the two.
pub(crate) struct Split<E, S> {
    pub(crate) separator: S,
    pub(crate) right: Arc<Node<E, S>>,
}

impl<E: Entry<S>, S: Clone> Node<E, S> {
    /// Puts an entry in its place. Returns the one that was there.
    pub(crate) fn insert(node: &mut Arc<Self>, entry: E) -> (Option<E>, Option<Split<E, S>>) {
        match Arc::make_mut(node) {
            Self::Leaf(leaf) => match leaf.place(&entry) {
                Ok(at) => (Some(leaf.replace(at, entry)), None),
                Err(at) => {
                    let given = leaf.insert(at, entry);
                    (None, given.map(|right| Split::of_leaves(leaf, right)))
                }
            },
            Self::Branch(branch) => {
                let at = branch.child_of(&entry);
                let (previous, split) = Self::insert(&mut branch.children[at], entry);
                (previous, split.and_then(|split| branch.adopt(at, split)))
            }
        }
    }

    /// Takes out the entry sought, which is there.
    pub(crate) fn remove(node: &mut Arc<Self>, sought: &impl Sought<E, S>) -> Option<E> {
        match Arc::make_mut(node) {
            Self::Leaf(leaf) => {
                let at = leaf.find(sought)?;
                Some(leaf.remove(at))
            }
            Self::Branch(branch) => {
                let at = branch.child_of(sought);
                let removed = Self::remove(&mut branch.children[at], sought);
                if branch.children[at].len() < MIN {
                    branch.join(at);
                }
                removed
            }
        }
    }

    /// The tree over entries, which ascend.
    pub(crate) fn grow(entries: Vec<E>) -> Option<Arc<Self>> {
        let (mut nodes, mut separators) = (Vec::new(), Vec::<S>::new());
        let mut rest = entries.into_iter();
        let mut last: Option<E> = None;
        while rest.len() > 0 {
            let count = piece(rest.len());
            let leaf = Leaf::of(rest.by_ref().take(count));
            if let Some(last) = &last {
                separators.push(E::separator(last, leaf.first()));
            }
            last = Some(leaf.last().clone());
            nodes.push(Arc::new(Self::Leaf(leaf)));
        }
        // The nodes above these, up to the root.
        while nodes.len() > 1 {
            let mut between = Vec::new();
            let mut above = Vec::with_capacity(nodes.len().div_ceil(MAX));
            let (mut rest, mut rest_between) = (nodes.into_iter(), separators.into_iter());
            while rest.len() > 0 {
                let count = piece(rest.len());
                let separators = rest_between.by_ref().take(count - 1).collect();
                let children = rest.by_ref().take(count).collect();
                let branch = Branch {
                    separators,
                    children,
                };
                above.push(Arc::new(Self::Branch(branch)));
                between.extend(rest_between.next());
            }
            (nodes, separators) = (above, between);
        }
        nodes.pop()
    }
}

impl<E, S> Node<E, S> {
    /// The entry sought.
    pub(crate) fn find(&self, sought: &impl Sought<E, S>) -> Option<&E> {
        let mut node = self;
        loop {
            match node {
                Self::Leaf(leaf) => return leaf.find(sought).map(|at| &leaf.entries()[at]),
                Self::Branch(branch) => node = &branch.children[branch.child_of(sought)],
            }
        }
    }

    /// How many entries, or children.
    fn len(&self) -> usize {
        match self {
            Self::Leaf(leaf) => leaf.len(),
            Self::Branch(branch) => branch.children.len(),
        }
    }
}

impl<E: Entry<S>, S> Split<E, S> {
    fn of_leaves(left: &Leaf<E>, right: Leaf<E>) -> Self {
        Self {
            separator: E::separator(left.last(), right.first()),
            right: Arc::new(Node::Leaf(right)),
        }
    }
}

impl<E, S> Branch<E, S> {
    /// The child that the entry sought belongs to.
    fn child_of(&self, sought: &impl Sought<E, S>) -> usize {
        let is_passed = |separator: &S| sought.order_separator(separator).is_le();
        self.separators.partition_point(is_passed)
    }

    /// Gives away the children from `at`, of which both have some, and what is between the two.
    fn split_off(&mut self, at: usize) -> (S, Self) {
        let children = self.children.drain(at..).collect();
        let separators = self.separators.split_off(at);
        let separator = self.separators.pop();
        let given = Self {
            separators,
            children,
        };
        let separator = separator.expect("something is between the two parts");
        (separator, given)
    }

    /// Puts in what the child at `at` gave away.
    fn put(&mut self, at: usize, split: Split<E, S>) {
        self.separators.reserve_exact(1);
        self.separators.insert(at, split.separator);
        self.children.insert(at + 1, split.right);
    }
}

impl<E: Entry<S>, S: Clone> Branch<E, S> {
    /// Takes in what the child at `at` gave away; gives others away if there is no room for all.
    fn adopt(&mut self, at: usize, split: Split<E, S>) -> Option<Split<E, S>> {
        if !self.children.is_full() {
            self.put(at, split);
            return None;
        }
        // The last one has a neighbour to be joined with.
        let middle = split_at(at + 1).min(MAX - 1);
        let (separator, mut given) = self.split_off(middle);
        match at.checked_sub(middle) {
            Some(at) => given.put(at, split),
            None => self.put(at, split),
        }
        let right = Arc::new(Node::Branch(given));
        Some(Split { separator, right })
    }

    /// Joins the child at `at` with a neighbour; shares evenly if that is too much for one node.
    fn join(&mut self, at: usize) {
        if self.children.len() < 2 {
            return;
        }
        let left = at.saturating_sub(1);
        let right = self.children.remove(left + 1);
        let separator = self.separators.remove(left);
        let right = Arc::unwrap_or_clone(right);
        let split = match (Arc::make_mut(&mut self.children[left]), right) {
            (Node::Leaf(left), Node::Leaf(right)) => {
                left.join(right).map(|right| Split::of_leaves(left, right))
            }
            (Node::Branch(left), Node::Branch(right)) => left.take_in(separator, right),
            _ => unreachable!("all leaves are equally deep"),
        };
        if let Some(split) = split {
            self.put(left, split);
        }
    }

    /// Takes in the children of the branch behind; gives half of all away if they are too many for one.
    fn take_in(&mut self, separator: S, behind: Self) -> Option<Split<E, S>> {
        let count = self.children.len() + behind.children.len();
        let kept = if count > MAX { count / 2 } else { count };
        let mut children = self.children.take().into_iter().chain(behind.children);
        self.children.extend(children.by_ref().take(kept));
        let mut separators = std::mem::take(&mut self.separators)
            .into_iter()
            .chain([separator])
            .chain(behind.separators);
        self.separators.extend(separators.by_ref().take(kept - 1));
        let separator = separators.next()?;
        let given = Self {
            separators: separators.collect(),
            children: children.collect(),
        };
        let right = Arc::new(Node::Branch(given));
        Some(Split { separator, right })
    }
}

/// How many of `left` elements the next node takes, so that all but a lone one are well filled.
fn piece(left: usize) -> usize {
    match left {
        0..=MAX => left,
        _ if left < MAX + MIN => left / 2,
        _ => MAX,
    }
}

/// Where a full node is split, into which another element is to be put. One that grows at its end is
/// left full: what comes in order fills nodes.
pub(crate) fn split_at(inserted: usize) -> usize {
    match inserted == MAX {
        true => MAX,
        false => MAX / 2,
    }
}
