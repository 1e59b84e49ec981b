//! [`DeltaQueue`], what changed and has not reached the store.

mod by_key;
mod in_order;

use pintle_meta::{ObjectName, ResourceVersion};

use self::by_key::ByKey;
use self::in_order::InOrder;
use crate::{Cached, Change, ChangeKind, Replacement, Snapshot, SourceId, Tombstone};

/// Holds what changed until the store takes it.
///
/// client-go's `cache.RealFIFO` and `cache.DeltaFIFO`, as two [`Policy`]s.
#[derive(Debug)]
pub struct DeltaQueue<O> {
    items: Items<O>,
    /// Something has been put in that counts as the first content.
    populated: bool,
    /// What of it has not been taken out.
    initial: usize,
}

/// In what order changes leave a queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Policy {
    /// In that in which they came, all of them: a replacement of everything and a resync are one item
    /// each. client-go's `RealFIFO`.
    #[default]
    InOrder,
    /// By key, in the order in which the keys came: all that happened to an object while it was in
    /// the queue leaves it together. client-go's `DeltaFIFO`.
    ByKey,
}

/// One change, as the store takes it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Delta<O> {
    /// The object was added.
    Added(O),
    /// The object was changed.
    Updated(O),
    /// The object is gone.
    Deleted(Tombstone<O>),
    /// The object of this name is gone, and its last state cannot be read.
    Vanished(ObjectName),
    /// The object was found when all were listed anew.
    Replaced(O),
    /// The object is as it was, and is shown again.
    Sync(O),
    /// These are all objects there are.
    ReplacedAll(Replacement<O>),
    /// Every object is shown again.
    SyncAll,
    /// Nothing happened up to this version.
    Bookmark,
}

/// What leaves a queue at once.
#[derive(Debug)]
pub struct Item<O> {
    /// Where it came from.
    pub source: SourceId,
    /// The key that all deltas are about; none for those that are about everything.
    pub key: Option<ObjectName>,
    /// What happened first.
    pub first: Delta<O>,
    /// What happened afterwards, the oldest first. Empty where changes leave in order.
    pub rest: Vec<Delta<O>>,
    /// The version that the source has reached with it; empty if that is not known.
    pub resource_version: ResourceVersion,
}

#[derive(Debug)]
enum Items<O> {
    InOrder(InOrder<O>),
    ByKey(ByKey<O>),
}

impl<O: Cached> DeltaQueue<O> {
    /// An empty queue.
    pub fn new(policy: Policy) -> Self {
        let items = match policy {
            Policy::InOrder => Items::InOrder(InOrder::new()),
            Policy::ByKey => Items::ByKey(ByKey::new()),
        };
        Self {
            items,
            populated: false,
            initial: 0,
        }
    }

    /// Puts a change in. `known` is what the store holds; `namespace` is where the source looks, or
    /// `None` if that is everywhere: what it replaces is replaced there only.
    pub fn push(
        &mut self,
        source: SourceId,
        change: Change<O>,
        known: &Snapshot<O>,
        namespace: Option<&str>,
    ) {
        let is_first = !self.populated;
        let is_replacement = matches!(change.kind, ChangeKind::Replaced(_));
        if !matches!(change.kind, ChangeKind::Bookmark) {
            self.populated = true;
        }
        match &mut self.items {
            Items::InOrder(items) => items.push(source, change),
            Items::ByKey(items) => items.push(source, change, known, namespace),
        }
        if is_first && is_replacement {
            self.initial = self.len();
        }
    }

    /// Shows every object again.
    pub fn resync(&mut self, source: SourceId, known: &Snapshot<O>) {
        match &mut self.items {
            Items::InOrder(items) => items.resync(source),
            Items::ByKey(items) => items.resync(source, known),
        }
    }

    /// What comes next.
    pub fn pop(&mut self) -> Option<Item<O>> {
        let item = match &mut self.items {
            Items::InOrder(items) => items.pop(),
            Items::ByKey(items) => items.pop(),
        }?;
        self.initial = self.initial.saturating_sub(1);
        Some(item)
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        match &self.items {
            Items::InOrder(items) => items.len(),
            Items::ByKey(items) => items.len(),
        }
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the first replacement of everything has left the queue, or something else came before
    /// one did.
    pub fn has_synced(&self) -> bool {
        self.populated && self.initial == 0
    }
}
