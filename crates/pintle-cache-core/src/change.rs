//! [`Change`], what a reflector found out about the server's objects.

use std::fmt;

use pintle_meta::{ObjectName, ResourceVersion};

/// One thing that a reflector found out.
#[derive(Clone, Debug)]
pub struct Change<O> {
    /// What it is.
    pub kind: ChangeKind<O>,
    /// The version that is reached with it; empty if that is not known.
    pub resource_version: ResourceVersion,
}

/// What a reflector found out.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ChangeKind<O> {
    /// An object came into existence, or into what is selected.
    Added(O),
    /// An object changed.
    Updated(O),
    /// An object was deleted, or left what is selected: its last state.
    Deleted(O),
    /// The object of this name is gone, and its last state cannot be read.
    Vanished(ObjectName),
    /// These are all objects there are.
    Replaced(Replacement<O>),
    /// Nothing happened up to this version.
    Bookmark,
}

/// All objects that a source has.
#[derive(Clone, Debug)]
pub struct Replacement<O> {
    /// The objects under their keys, in the order of the keys, each key once.
    pub objects: Vec<(ObjectName, O)>,
    /// The keys of objects that are there and could not be read: whatever is known of them stays.
    pub unreadable: Vec<ObjectName>,
}

/// An object that is gone, as it was last seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Tombstone<O> {
    /// Its last known state.
    pub object: O,
    /// Whether the deletion itself was missed and its last state may have been another: client-go's
    /// `DeletedFinalStateUnknown`.
    pub final_state_unknown: bool,
}

/// Where changes come from: one of the reflectors that feed a cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub(crate) usize);

impl<O> Change<O> {
    /// A change with which a version is reached.
    pub fn new(kind: ChangeKind<O>, resource_version: ResourceVersion) -> Self {
        Self {
            kind,
            resource_version,
        }
    }
}

impl<O> Replacement<O> {
    /// A replacement of objects in any order. Of objects with the same key the last one counts.
    pub fn new(mut objects: Vec<(ObjectName, O)>, unreadable: Vec<ObjectName>) -> Self {
        sort_keeping_last(&mut objects);
        Self {
            objects,
            unreadable,
        }
    }
}

impl SourceId {
    /// The only source of most caches.
    pub const FIRST: Self = Self(0);
}

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Brings entries into the order of their keys; of equal keys the last one stays.
pub(crate) fn sort_keeping_last<T>(entries: &mut Vec<(ObjectName, T)>) {
    if entries.is_sorted_by(|(one, _), (other, _)| one < other) {
        return;
    }
    // Stable: what came later stays behind.
    entries.sort_by(|(one, _), (other, _)| one.cmp(other));
    entries.reverse();
    entries.dedup_by(|(one, _), (other, _)| one == other);
    entries.reverse();
}
