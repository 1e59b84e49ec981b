//! Which key comes next: [`Order`], [`Fifo`] and [`ByPriority`].

use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};

/// The order in which keys that wait are handed out. client-go's `workqueue.Queue`.
///
/// A key is [pushed](Self::push) when it begins to wait for a worker, and [popped](Self::pop) when one
/// takes it; in between it is [touched](Self::touch) each time it is added again.
pub trait Order<K>: Send + 'static {
    /// A key begins to wait.
    fn push(&mut self, ticket: Ticket, key: &K, rank: Rank);

    /// A key that waits was added again; its rank may have changed.
    fn touch(&mut self, ticket: Ticket, key: &K, before: Rank, rank: Rank) {
        let _ = (ticket, key, before, rank);
    }

    /// Which of those that wait is next. It does not wait any more. To be none only if none waits:
    /// nothing is asked again before something is added.
    fn pop(&mut self) -> Option<Ticket>;
}

/// A key that waits, for an [`Order`] to remember.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub(crate) u32);

/// How urgent a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rank {
    /// The highest priority with which it was added.
    pub priority: i32,
    /// When it was added with that priority, or became due: a number that grows with every key.
    pub added: u64,
}

/// First in, first out, as client-go's queue. A key that was added while a worker had it comes in when
/// the worker is done with it.
#[derive(Debug, Default)]
pub struct Fifo(VecDeque<Ticket>);

impl Fifo {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }
}

impl<K> Order<K> for Fifo {
    fn push(&mut self, ticket: Ticket, _: &K, _: Rank) {
        self.0.push_back(ticket);
    }

    fn pop(&mut self) -> Option<Ticket> {
        self.0.pop_front()
    }
}

/// The highest priority first, and those of a priority in the order in which they were added, as
/// controller-runtime's priority queue.
#[derive(Debug, Default)]
pub struct ByPriority(BTreeMap<(Reverse<i32>, u64), Ticket>);

impl ByPriority {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }
}

impl<K> Order<K> for ByPriority {
    fn push(&mut self, ticket: Ticket, _: &K, rank: Rank) {
        self.0.insert((Reverse(rank.priority), rank.added), ticket);
    }

    fn touch(&mut self, ticket: Ticket, _: &K, before: Rank, rank: Rank) {
        if before != rank {
            self.0.remove(&(Reverse(before.priority), before.added));
            self.0.insert((Reverse(rank.priority), rank.added), ticket);
        }
    }

    fn pop(&mut self) -> Option<Ticket> {
        self.0.pop_first().map(|(_, ticket)| ticket)
    }
}
