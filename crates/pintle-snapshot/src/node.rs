//! [`Node`], what the tree of a [`SnapshotMap`](crate::SnapshotMap) is made of.
//!
//! Invariants: all leaves are equally deep; keys ascend; a node holds [`MAX`] elements at most, a
//! leaf at least one and a branch at least two; the key between two children is above all of the left one and not
//! above any of the right one. A node that a snapshot shares is never changed: it is copied first.

use std::cmp::Ordering;
use std::sync::Arc;

/// The most entries of a leaf, and children of a branch. Larger nodes make lookups cheaper, by fewer
/// steps between nodes, and the first write after a snapshot dearer, by the size of the copies: each
/// element that is copied counts references, in memory that nobody has looked at for long.
pub(crate) const MAX: usize = 16;

/// Fewer are joined with a neighbour. A third of the most, so that a node that was split or joined
/// is far from being joined or split again.
const MIN: usize = 5;

/// How many more elements a node makes room for when it is full: nodes are many, and most are not
/// written to again.
const ROOM: usize = 4;

#[derive(Clone)]
pub(crate) enum Node<K, V> {
    Leaf(Vec<(K, V)>),
    Branch(Branch<K, V>),
}

#[derive(Clone)]
pub(crate) struct Branch<K, V> {
    /// What separates each child from the one behind it: one fewer than children.
    pub(crate) keys: Vec<K>,
    pub(crate) children: Vec<Arc<Node<K, V>>>,
}

/// What a full node gave away to a new neighbour behind it: the neighbour, and the key between them.
pub(crate) struct Split<K, V> {
    pub(crate) key: K,
    pub(crate) right: Arc<Node<K, V>>,
}

impl<K: Clone, V: Clone> Node<K, V> {
    /// Puts an entry in its place, by `compare` of a key with the one sought. Returns the value that
    /// was there.
    pub(crate) fn insert(
        node: &mut Arc<Self>,
        key: K,
        value: V,
        compare: &impl Fn(&K, &K) -> Ordering,
    ) -> (Option<V>, Option<Split<K, V>>) {
        match Arc::make_mut(node) {
            Self::Leaf(entries) => {
                match entries.binary_search_by(|(known, _)| compare(known, &key)) {
                    Ok(at) => (Some(std::mem::replace(&mut entries[at].1, value)), None),
                    Err(at) => {
                        make_room(entries);
                        entries.insert(at, (key, value));
                        if entries.len() <= MAX {
                            return (None, None);
                        }
                        let right = entries.split_off(split_at(entries.len(), at));
                        let key = right[0].0.clone();
                        let right = Arc::new(Self::Leaf(right));
                        (None, Some(Split { key, right }))
                    }
                }
            }
            Self::Branch(branch) => {
                let at = branch.child_of(|known| compare(known, &key));
                let (previous, split) = Self::insert(&mut branch.children[at], key, value, compare);
                (previous, split.and_then(|split| branch.adopt(at, split)))
            }
        }
    }

    /// Takes an entry out, by `compare` of a key with the one sought, which is there.
    pub(crate) fn remove(node: &mut Arc<Self>, compare: &impl Fn(&K) -> Ordering) -> Option<V> {
        match Arc::make_mut(node) {
            Self::Leaf(entries) => {
                let at = entries.binary_search_by(|(key, _)| compare(key)).ok()?;
                Some(entries.remove(at).1)
            }
            Self::Branch(branch) => {
                let at = branch.child_of(compare);
                let removed = Self::remove(&mut branch.children[at], compare);
                if branch.children[at].len() < MIN {
                    branch.join(at);
                }
                removed
            }
        }
    }

    /// The nodes above these, up to the root. `nodes` are equally deep, in order, each with the
    /// smallest key below it.
    pub(crate) fn grow(mut nodes: Vec<(K, Arc<Self>)>) -> Option<Arc<Self>> {
        while nodes.len() > 1 {
            let mut above = Vec::with_capacity(nodes.len().div_ceil(MAX));
            let mut rest = nodes.into_iter().peekable();
            while rest.peek().is_some() {
                // The last one takes half of what is left for two, so that none is too small.
                let count = piece(rest.len());
                let (mut keys, children): (Vec<K>, Vec<_>) = rest.by_ref().take(count).unzip();
                let least = keys.remove(0);
                keys.shrink_to_fit();
                let branch = Branch { keys, children };
                above.push((least, Arc::new(Self::Branch(branch))));
            }
            nodes = above;
        }
        nodes.pop().map(|(_, node)| node)
    }
}

impl<K, V> Node<K, V> {
    /// The entry of a key, by `compare` of a key with the one sought.
    pub(crate) fn find(&self, compare: &impl Fn(&K) -> Ordering) -> Option<(&K, &V)> {
        let mut node = self;
        loop {
            match node {
                Self::Leaf(entries) => {
                    let at = entries.binary_search_by(|(key, _)| compare(key)).ok()?;
                    let (key, value) = &entries[at];
                    return Some((key, value));
                }
                Self::Branch(branch) => node = &branch.children[branch.child_of(compare)],
            }
        }
    }

    /// How many entries, or children.
    fn len(&self) -> usize {
        match self {
            Self::Leaf(entries) => entries.len(),
            Self::Branch(branch) => branch.children.len(),
        }
    }
}

impl<K, V> Branch<K, V> {
    /// The child that a key belongs to, by `compare` of a key with the one sought.
    fn child_of(&self, compare: impl Fn(&K) -> Ordering) -> usize {
        self.keys.partition_point(|key| compare(key).is_le())
    }
}

impl<K: Clone, V: Clone> Branch<K, V> {
    /// Takes in what the child at `at` gave away.
    fn adopt(&mut self, at: usize, split: Split<K, V>) -> Option<Split<K, V>> {
        make_room(&mut self.keys);
        make_room(&mut self.children);
        self.keys.insert(at, split.key);
        self.children.insert(at + 1, split.right);
        if self.children.len() <= MAX {
            return None;
        }
        // Two at least, so that each child has a neighbour to be joined with.
        let middle = split_at(self.children.len(), at + 1).min(MAX - 1);
        let children = self.children.split_off(middle);
        let keys = self.keys.split_off(middle);
        let key = self.keys.pop().expect("a key separates the two parts");
        let right = Arc::new(Node::Branch(Branch { keys, children }));
        Some(Split { key, right })
    }

    /// Joins the child at `at` with a neighbour; shares evenly if that is too much for one node.
    fn join(&mut self, at: usize) {
        if self.children.len() < 2 {
            return;
        }
        let left = at.saturating_sub(1);
        let right = self.children.remove(left + 1);
        let key = self.keys.remove(left);
        let right = Arc::unwrap_or_clone(right);
        let split = match (Arc::make_mut(&mut self.children[left]), right) {
            (Node::Leaf(left), Node::Leaf(right)) => {
                left.reserve_exact(right.len());
                left.extend(right);
                (left.len() > MAX).then(|| {
                    let right = left.split_off(left.len() / 2);
                    let key = right[0].0.clone();
                    let right = Arc::new(Node::Leaf(right));
                    Split { key, right }
                })
            }
            (Node::Branch(left), Node::Branch(right)) => {
                left.keys.reserve_exact(right.keys.len() + 1);
                left.keys.push(key);
                left.keys.extend(right.keys);
                left.children.reserve_exact(right.children.len());
                left.children.extend(right.children);
                (left.children.len() > MAX).then(|| {
                    let middle = left.children.len() / 2;
                    let children = left.children.split_off(middle);
                    let keys = left.keys.split_off(middle);
                    let key = left.keys.pop().expect("a key separates the two parts");
                    let right = Arc::new(Node::Branch(Branch { keys, children }));
                    Split { key, right }
                })
            }
            _ => unreachable!("all leaves are equally deep"),
        };
        if let Some(Split { key, right }) = split {
            self.keys.insert(left, key);
            self.children.insert(left + 1, right);
        }
    }
}

/// How many of `left` elements the next node takes, so that all but a lone one are well filled.
pub(crate) fn piece(left: usize) -> usize {
    match left {
        0..=MAX => left,
        _ if left < MAX + MIN => left / 2,
        _ => MAX,
    }
}

/// Where a node that is too long by one is split. One that grew at its end is left full: keys that
/// come in order fill nodes.
fn split_at(length: usize, inserted: usize) -> usize {
    match inserted + 1 == length {
        true => length - 1,
        false => length / 2,
    }
}

fn make_room<T>(elements: &mut Vec<T>) {
    if elements.len() == elements.capacity() {
        elements.reserve_exact(ROOM);
    }
}
