//! The policy [`ByKey`](super::Policy::ByKey): what happened to an object leaves together.
//!
//! Invariant: a key is in the order once if it has deltas, and not at all otherwise.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use pintle_meta::{ObjectName, ResourceVersion};

use super::{Delta, Item};
use crate::{Cached, Change, ChangeKind, Replacement, Snapshot, SourceId, Tombstone};

#[derive(Debug)]
pub(super) struct ByKey<O> {
    order: VecDeque<ObjectName>,
    deltas: HashMap<ObjectName, (SourceId, Vec<Delta<O>>)>,
    /// The versions that sources have reached. Objects leave out of order, so that a version is
    /// reached when everything has left.
    versions: BTreeMap<SourceId, ResourceVersion>,
}

impl<O: Cached> ByKey<O> {
    pub(super) fn new() -> Self {
        Self {
            order: VecDeque::new(),
            deltas: HashMap::new(),
            versions: BTreeMap::new(),
        }
    }

    pub(super) fn push(
        &mut self,
        source: SourceId,
        change: Change<O>,
        known: &Snapshot<O>,
        namespace: Option<&str>,
    ) {
        if !change.resource_version.is_empty() {
            self.versions.insert(source, change.resource_version);
        }
        match change.kind {
            ChangeKind::Added(object) => self.queue(source, object.key(), Delta::Added(object)),
            ChangeKind::Updated(object) => self.queue(source, object.key(), Delta::Updated(object)),
            ChangeKind::Deleted(object) => {
                let key = object.key();
                if self.has_heard_of(&key, known) {
                    let tombstone = Tombstone {
                        object,
                        final_state_unknown: false,
                    };
                    self.queue(source, key, Delta::Deleted(tombstone));
                }
            }
            ChangeKind::Vanished(key) => {
                if self.has_heard_of(&key, known) {
                    self.queue(source, key.clone(), Delta::Vanished(key));
                }
            }
            ChangeKind::Replaced(replacement) => {
                self.replace(source, replacement, known, namespace);
            }
            ChangeKind::Bookmark => {}
        }
    }

    pub(super) fn resync(&mut self, source: SourceId, known: &Snapshot<O>) {
        for object in known.objects() {
            let key = object.key();
            // What is about to be shown need not be shown again.
            if !self.deltas.contains_key(&key) {
                self.queue(source, key, Delta::Sync(object.clone()));
            }
        }
    }

    pub(super) fn pop(&mut self) -> Option<Item<O>> {
        let Some(key) = self.order.pop_front() else {
            let (source, resource_version) = self.versions.pop_first()?;
            return Some(Item {
                source,
                key: None,
                first: Delta::Bookmark,
                rest: Vec::new(),
                resource_version,
            });
        };
        let (source, mut rest) = self
            .deltas
            .remove(&key)
            .expect("a key in the order has deltas");
        Some(Item {
            source,
            key: Some(key),
            first: rest.remove(0),
            rest,
            resource_version: ResourceVersion::default(),
        })
    }

    pub(super) fn len(&self) -> usize {
        self.order.len() + self.versions.len()
    }

    fn replace(
        &mut self,
        source: SourceId,
        replacement: Replacement<O>,
        known: &Snapshot<O>,
        namespace: Option<&str>,
    ) {
        let is_within = |key: &ObjectName| namespace.is_none_or(|only| key.namespace == only);
        let mut stay: BTreeSet<ObjectName> = replacement.unreadable.into_iter().collect();
        for (key, object) in replacement.objects {
            stay.insert(key.clone());
            self.queue(source, key, Delta::Replaced(object));
        }
        // What was on its way to the store is gone as well.
        let queued = self.order.iter().filter_map(|key| {
            let (_, deltas) = self.deltas.get(key)?;
            let newest = deltas.last()?.object()?;
            (is_within(key) && !stay.contains(key)).then(|| (key.clone(), newest.clone()))
        });
        let mut gone: Vec<(ObjectName, O)> = queued.collect();
        for object in known.objects() {
            let key = object.key();
            if is_within(&key) && !stay.contains(&key) && !self.deltas.contains_key(&key) {
                gone.push((key, object.clone()));
            }
        }
        for (key, object) in gone {
            let tombstone = Tombstone {
                object,
                final_state_unknown: true,
            };
            self.queue(source, key, Delta::Deleted(tombstone));
        }
    }

    /// Whether anybody knows of an object that is gone.
    fn has_heard_of(&self, key: &ObjectName, known: &Snapshot<O>) -> bool {
        known.get(key).is_some() || self.deltas.contains_key(key)
    }

    fn queue(&mut self, source: SourceId, key: ObjectName, delta: Delta<O>) {
        let order = &mut self.order;
        let (_, deltas) = self.deltas.entry(key).or_insert_with_key(|key| {
            order.push_back(key.clone());
            (source, Vec::with_capacity(1))
        });
        match (deltas.last_mut(), delta) {
            // Of two deletions in a row, the one that saw the last state says more.
            (Some(Delta::Deleted(known)), Delta::Deleted(tombstone)) => {
                if known.final_state_unknown {
                    *known = tombstone;
                }
            }
            (Some(Delta::Deleted(_) | Delta::Vanished(_)), Delta::Vanished(_)) => {}
            (Some(known @ Delta::Vanished(_)), delta @ Delta::Deleted(_)) => *known = delta,
            (_, delta) => deltas.push(delta),
        }
    }
}

impl<O> Delta<O> {
    /// The object that it is about, if it is about one.
    fn object(&self) -> Option<&O> {
        match self {
            Self::Added(object)
            | Self::Updated(object)
            | Self::Replaced(object)
            | Self::Sync(object)
            | Self::Deleted(Tombstone { object, .. }) => Some(object),
            Self::Vanished(_) | Self::ReplacedAll(_) | Self::SyncAll | Self::Bookmark => None,
        }
    }
}
