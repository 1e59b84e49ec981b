//! [`Entry`], what a [`SnapshotSet`](crate::SnapshotSet) holds, and [`Sought`], what is looked for in one.

use std::cmp::Ordering;

/// What a [`SnapshotSet`](crate::SnapshotSet) holds: it knows its own place.
///
/// `S` stands between entries. It is not one of them, so that no entry lives on because it once was
/// the first behind a place.
pub trait Entry<S>: Clone + Sought<Self, S> {
    /// What is above `before`, and not above `behind`.
    fn separator(before: &Self, behind: &Self) -> S;
}

/// A place among entries: an entry has one, and so has what knows of an entry as much as it takes to
/// find it.
pub trait Sought<E, S> {
    /// How an entry stands to this: less if it is before it.
    fn order(&self, entry: &E) -> Ordering;

    /// How what separates entries stands to this.
    fn order_separator(&self, separator: &S) -> Ordering;

    /// A byte which entries that are equal to this have too, and few others: where it is known, what
    /// is looked for is found without a look at its neighbours. All entries of a set have one, or none.
    fn mark(&self) -> Option<u8> {
        None
    }
}
