//! [`Occasion`], what a kind may know of a write besides the object.

use std::fmt;

use pintle_env::Random;

use crate::authn::User;

/// What a kind may know of a write besides the object.
pub(crate) struct Occasion<'a> {
    /// The date, as objects have it.
    pub(crate) now: &'a str,
    /// Who writes; nobody if it is the server itself.
    pub(crate) user: Option<&'a User>,
    /// Randomness.
    pub(crate) random: &'a dyn Random,
}

impl Occasion<'_> {
    /// A new uid.
    pub(super) fn uid(&self) -> String {
        crate::registry::uid(self.random)
    }
}

impl fmt::Debug for Occasion<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Occasion")
            .field("now", &self.now)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}
