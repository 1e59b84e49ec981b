//! [`Event`], what a subscriber is told.

use pintle_meta::ObjectName;

use crate::{Cached, Tombstone};

/// What happened to an object of the store.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event<O> {
    /// It is there now.
    Added {
        /// The object.
        object: O,
        /// Whether it is among those with which the subscriber began.
        is_initial: bool,
    },
    /// It took the place of another state; of itself when it is shown again.
    Updated {
        /// The state before.
        old: O,
        /// The state now.
        new: O,
    },
    /// It is gone.
    Deleted(Tombstone<O>),
}

/// What happened to an object, for those who want to know which it is and no more.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyEvent {
    /// The object.
    pub key: ObjectName,
    /// What happened, since the subscriber was last told of it.
    pub kind: KeyEventKind,
    /// Whether the object is among those with which the subscriber began.
    pub is_initial: bool,
}

/// What happened to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyEventKind {
    /// It is there.
    Added,
    /// It changed.
    Updated,
    /// It is gone.
    Deleted,
}

/// What a subscriber gets.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Notice<O> {
    /// Something happened.
    Event(Event<O>),
    /// Something happened, told by key.
    Key(KeyEvent),
    /// The subscriber has been told of every object with which it began. Once.
    Synced,
}

/// An event as the log has it.
#[derive(Clone, Debug)]
pub(crate) enum Logged<O> {
    Event(Event<O>),
    /// The object is as it was: for those who want to be shown it again.
    Again(O),
}

/// What is left of two things that happened to the same object one after the other.
pub(crate) trait Merge: Sized {
    /// `None` if nothing happened in the end.
    fn merge(self, next: Self) -> Option<Self>;
}

impl<O: Cached> Event<O> {
    pub(crate) fn key(&self) -> ObjectName {
        match self {
            Self::Added { object, .. } | Self::Updated { new: object, .. } => object.key(),
            Self::Deleted(tombstone) => tombstone.object.key(),
        }
    }

    /// The bytes that it keeps in memory.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Added { object, .. } => object.size(),
            Self::Updated { old, new } => old.size() + new.size(),
            Self::Deleted(tombstone) => tombstone.object.size(),
        }
    }
}

impl<O: Clone> Logged<O> {
    pub(crate) fn event(&self) -> Event<O> {
        match self {
            Self::Event(event) => event.clone(),
            Self::Again(object) => Event::Updated {
                old: object.clone(),
                new: object.clone(),
            },
        }
    }
}

impl<O: Cached> Logged<O> {
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Event(event) => event.size(),
            Self::Again(object) => object.size(),
        }
    }
}

impl<O> Merge for Event<O> {
    fn merge(self, next: Self) -> Option<Self> {
        match (self, next) {
            // Nobody has heard of it.
            (Self::Added { .. }, Self::Deleted(_)) => None,
            (Self::Added { is_initial, .. }, Self::Added { object, .. })
            | (Self::Added { is_initial, .. }, Self::Updated { new: object, .. }) => {
                Some(Self::Added { object, is_initial })
            }
            (Self::Updated { old, .. }, Self::Added { object: new, .. })
            | (Self::Updated { old, .. }, Self::Updated { new, .. }) => {
                Some(Self::Updated { old, new })
            }
            (Self::Updated { .. } | Self::Deleted(_), Self::Deleted(tombstone)) => {
                Some(Self::Deleted(tombstone))
            }
            // It came back under its name.
            (Self::Deleted(gone), Self::Added { object: new, .. } | Self::Updated { new, .. }) => {
                let old = gone.object;
                Some(Self::Updated { old, new })
            }
        }
    }
}

impl Merge for KeyEvent {
    fn merge(self, next: Self) -> Option<Self> {
        use KeyEventKind::{Added, Deleted, Updated};
        let kind = match (self.kind, next.kind) {
            (Added, Deleted) => return None,
            (Added, _) => Added,
            (_, Deleted) => Deleted,
            (Updated | Deleted, _) => Updated,
        };
        Some(Self { kind, ..self })
    }
}

impl KeyEvent {
    pub(crate) fn of<O: Cached>(event: &Event<O>) -> Self {
        let kind = match event {
            Event::Added { .. } => KeyEventKind::Added,
            Event::Updated { .. } => KeyEventKind::Updated,
            Event::Deleted(_) => KeyEventKind::Deleted,
        };
        Self {
            key: event.key(),
            kind,
            is_initial: matches!(
                event,
                Event::Added {
                    is_initial: true,
                    ..
                }
            ),
        }
    }
}
