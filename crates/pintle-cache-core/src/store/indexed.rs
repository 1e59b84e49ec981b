//! [`Indexed`], an object in its place under a value of an index.

use std::cmp::Ordering;

use pintle_codec::Str;
use pintle_snapshot::{Entry, SnapshotSet, Sought};

use super::named::{Name, beginning};
use super::separator::Separator;
use crate::Cached;

/// The objects of an index, by value, then by namespace and name.
pub(super) type Entries<O> = SnapshotSet<Indexed<O>, (Str, Separator)>;

/// An object under one of its values. Objects under the same value share its text.
#[derive(Clone)]
pub(super) struct Indexed<O> {
    pub(super) value: Str,
    pub(super) object: O,
}

/// A place in an index.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) value: &'a str,
    pub(super) name: Name<'a>,
}

/// The first object under a value.
pub(super) struct StartOf<'a>(pub(super) &'a str);

impl<O: Cached> Indexed<O> {
    fn place(&self) -> Place<'_> {
        Place {
            value: &self.value,
            name: Name::of(&self.object),
        }
    }
}

impl Place<'_> {
    /// How this stands to another.
    pub(super) fn order(self, other: Place<'_>) -> Ordering {
        let by_value = self.value.cmp(other.value);
        by_value.then_with(|| self.name.order(other.name))
    }
}

/// How what separates objects under values stands to a place.
fn order_separator((value, name): &(Str, Separator), place: Place<'_>) -> Ordering {
    let by_value = value.as_str().cmp(place.value);
    by_value.then_with(|| name.order(place.name))
}

impl<O: Cached> Sought<Indexed<O>, (Str, Separator)> for Place<'_> {
    fn order(&self, entry: &Indexed<O>) -> Ordering {
        entry.place().order(*self)
    }

    fn order_separator(&self, separator: &(Str, Separator)) -> Ordering {
        order_separator(separator, *self)
    }

    fn mark(&self) -> Option<u8> {
        // An object stands under few values.
        Some(self.name.mark())
    }
}

impl<O: Cached> Sought<Indexed<O>, (Str, Separator)> for StartOf<'_> {
    fn order(&self, entry: &Indexed<O>) -> Ordering {
        entry.value.as_str().cmp(self.0)
    }

    fn order_separator(&self, (value, _): &(Str, Separator)) -> Ordering {
        value.as_str().cmp(self.0)
    }
}

impl<O: Cached> Sought<Self, (Str, Separator)> for Indexed<O> {
    fn order(&self, entry: &Self) -> Ordering {
        entry.place().order(self.place())
    }

    fn order_separator(&self, separator: &(Str, Separator)) -> Ordering {
        order_separator(separator, self.place())
    }

    fn mark(&self) -> Option<u8> {
        Some(Name::of(&self.object).mark())
    }
}

impl<O: Cached> Entry<(Str, Separator)> for Indexed<O> {
    fn separator(before: &Self, behind: &Self) -> (Str, Separator) {
        if before.value == behind.value {
            let name = Name::of(&behind.object).separator(Name::of(&before.object));
            return (behind.value.clone(), name);
        }
        let value = beginning(&behind.value, &before.value);
        (value.into(), Separator::new("", ""))
    }
}
