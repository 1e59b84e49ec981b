//! [`Mode`], for whom something is written, and whether in earnest.

use crate::authn::User;

/// For whom something is written, and whether in earnest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mode<'a> {
    /// Who asks for it; nobody if the server itself does.
    pub(crate) user: Option<&'a User>,
    /// Whether nothing is to be done in the end.
    pub(crate) dry_run: bool,
}

impl Mode<'_> {
    /// The server itself writes, in earnest.
    pub(crate) const SERVER: Self = Self {
        user: None,
        dry_run: false,
    };
}
