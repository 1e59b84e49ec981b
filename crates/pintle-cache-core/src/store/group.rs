//! [`Group`], the objects that stand under a value of an index.

use std::iter;

use pintle_codec::Str;
use pintle_snapshot::SnapshotMap;

use super::either::Either;
use super::named::{Name, Named, Objects};
use crate::Cached;

/// The values of an index, each with the objects under it.
pub(super) type Groups<O> = SnapshotMap<Str, Group<O>>;

/// The objects under a value, by namespace and name: at least one.
#[derive(Clone)]
pub(super) enum Group<O> {
    /// Where values are addresses or owners, most groups are this, and a tree would be ten times as
    /// large.
    One(Named<O>),
    Many(Objects<O>),
}

impl<O: Cached> Group<O> {
    /// Of objects; nothing if there are none.
    pub(super) fn of(objects: Objects<O>) -> Option<Self> {
        if objects.len() > 1 {
            return Some(Self::Many(objects));
        }
        objects.iter().next().cloned().map(Self::One)
    }

    /// The objects of a value, and this one, which takes the place of one of its name.
    pub(super) fn with(known: Option<&Self>, object: &O) -> Self {
        let object = Named(object.clone());
        match known {
            Some(Self::Many(objects)) => {
                let mut objects = objects.clone();
                objects.insert(object);
                Self::Many(objects)
            }
            Some(Self::One(other)) if Name::of(&other.0).order(Name::of(&object.0)).is_ne() => {
                let mut objects = Objects::from_ascending(vec![other.clone()]);
                objects.insert(object);
                Self::Many(objects)
            }
            _ => Self::One(object),
        }
    }

    /// The objects without the one of this name; nothing if there is no other.
    pub(super) fn without(&self, name: Name<'_>) -> Option<Self> {
        match self {
            Self::Many(objects) => {
                let mut objects = objects.clone();
                objects.remove(&name);
                Self::of(objects)
            }
            Self::One(object) => {
                let stays = Name::of(&object.0).order(name).is_ne();
                stays.then(|| self.clone())
            }
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &O> {
        match self {
            Self::Many(objects) => Either::One(objects.iter().map(|named| &named.0)),
            Self::One(object) => Either::Other(iter::once(&object.0)),
        }
    }
}
