//! [`Revision`], the store's logical time.

use std::fmt;

/// A point in the store's history: every write gets the next one, whatever its resource.
///
/// Clients see it as `metadata.resourceVersion`. Revision 1 is the empty store; 0 is no revision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Revision(u64);

impl Revision {
    /// The revision of a store that nothing was written to.
    pub(crate) const FIRST: Self = Self(1);

    /// The revision with this number.
    pub(crate) const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Its number.
    pub(crate) const fn get(self) -> u64 {
        self.0
    }

    /// The revision after this one.
    pub(crate) const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
