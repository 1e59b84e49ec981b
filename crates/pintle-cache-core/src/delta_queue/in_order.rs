//! The policy [`InOrder`](super::Policy::InOrder): changes leave as they came.

use std::collections::VecDeque;

use pintle_meta::ResourceVersion;

use super::{Delta, Item};
use crate::{Cached, Change, ChangeKind, SourceId, Tombstone};

#[derive(Debug)]
pub(super) struct InOrder<O> {
    items: VecDeque<(SourceId, Delta<O>, ResourceVersion)>,
}

impl<O: Cached> InOrder<O> {
    pub(super) fn new() -> Self {
        let items = VecDeque::new();
        Self { items }
    }

    pub(super) fn push(&mut self, source: SourceId, change: Change<O>) {
        let delta = match change.kind {
            ChangeKind::Added(object) => Delta::Added(object),
            ChangeKind::Updated(object) => Delta::Updated(object),
            ChangeKind::Deleted(object) => Delta::Deleted(Tombstone {
                object,
                final_state_unknown: false,
            }),
            ChangeKind::Vanished(key) => Delta::Vanished(key),
            ChangeKind::Replaced(replacement) => Delta::ReplacedAll(replacement),
            ChangeKind::Bookmark => Delta::Bookmark,
        };
        self.items
            .push_back((source, delta, change.resource_version));
    }

    pub(super) fn resync(&mut self, source: SourceId) {
        let nothing_new = ResourceVersion::default();
        self.items.push_back((source, Delta::SyncAll, nothing_new));
    }

    pub(super) fn pop(&mut self) -> Option<Item<O>> {
        let (source, delta, resource_version) = self.items.pop_front()?;
        let key = match &delta {
            Delta::Added(object)
            | Delta::Updated(object)
            | Delta::Replaced(object)
            | Delta::Sync(object)
            | Delta::Deleted(Tombstone { object, .. }) => Some(object.key()),
            Delta::Vanished(key) => Some(key.clone()),
            Delta::ReplacedAll(_) | Delta::SyncAll | Delta::Bookmark => None,
        };
        Some(Item {
            source,
            key,
            first: delta,
            rest: Vec::new(),
            resource_version,
        })
    }

    pub(super) fn len(&self) -> usize {
        self.items.len()
    }
}
