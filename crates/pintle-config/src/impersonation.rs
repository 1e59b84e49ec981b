//! Acting as someone else.

use std::collections::BTreeMap;

/// As whom requests are made, by someone who may impersonate.
///
/// The server checks that the sender has the `impersonate` permission for each part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Impersonation {
    /// The user's name; the other parts mean nothing without it.
    pub user: String,
    /// The user's unique identifier, if it matters.
    pub uid: String,
    /// The groups of the user, besides `system:authenticated`, which the server adds.
    pub groups: Vec<String>,
    /// Whatever else is known of the user, such as scopes; a key may have several values.
    pub extra: BTreeMap<String, Vec<String>>,
}

impl Impersonation {
    /// Acts as this user, in no groups.
    pub fn of(user: impl Into<String>) -> Self {
        Self {
            user: user.into(),
            ..Self::default()
        }
    }

    /// Sets the groups.
    #[must_use]
    pub fn groups<S: Into<String>>(mut self, groups: impl IntoIterator<Item = S>) -> Self {
        self.groups = groups.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the unique identifier.
    #[must_use]
    pub fn uid(mut self, uid: impl Into<String>) -> Self {
        self.uid = uid.into();
        self
    }

    /// Adds a value to those of a key of the extras.
    #[must_use]
    pub fn extra(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.extra.entry(key.into()).or_default().push(value.into());
        self
    }
}
