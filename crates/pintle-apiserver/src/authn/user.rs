//! [`User`], who makes a request.

use std::collections::BTreeMap;

/// Who makes a request, as far as the server knows: Kubernetes' `UserInfo`.
///
/// ```
/// use pintle_apiserver::User;
///
/// let user = User::new("jane").group("ops").extra("example.org/team", "blue");
/// assert_eq!(user.groups, ["ops"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct User {
    /// The name.
    pub name: String,
    /// What tells users of the same name at different times apart; mostly empty.
    pub uid: String,
    /// The groups. Whoever was authenticated is in [`User::AUTHENTICATED`] besides.
    pub groups: Vec<String>,
    /// More about the user, each with its values.
    pub extra: BTreeMap<String, Vec<String>>,
}

impl User {
    /// The group that may do anything.
    pub const MASTERS: &'static str = "system:masters";
    /// The group of all that were authenticated.
    pub const AUTHENTICATED: &'static str = "system:authenticated";
    /// The group of all that were not.
    pub const UNAUTHENTICATED: &'static str = "system:unauthenticated";
    /// The name of those that were not authenticated. They can only be impersonated.
    pub const ANONYMOUS: &'static str = "system:anonymous";

    /// A user of this name, in no group.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// Sets the uid.
    #[must_use]
    pub fn uid(mut self, uid: impl Into<String>) -> Self {
        self.uid = uid.into();
        self
    }

    /// Adds a group.
    #[must_use]
    pub fn group(mut self, group: impl Into<String>) -> Self {
        self.groups.push(group.into());
        self
    }

    /// Adds a value of an extra field.
    #[must_use]
    pub fn extra(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.extra.entry(key.into()).or_default().push(value.into());
        self
    }

    /// Whether the user is in a group.
    pub fn is_in(&self, group: &str) -> bool {
        self.groups.iter().any(|own| own == group)
    }

    /// Puts the user among those that were authenticated, or, if it is nobody, among those that were
    /// not; unless its groups say so already.
    pub(crate) fn classified(self) -> Self {
        let group = match self.name.as_str() {
            Self::ANONYMOUS => Self::UNAUTHENTICATED,
            _ if self.is_in(Self::UNAUTHENTICATED) => return self,
            _ => Self::AUTHENTICATED,
        };
        if self.is_in(group) {
            return self;
        }
        self.group(group)
    }
}

/// The field of [`User::extra`] that names what the user was authenticated by.
pub(super) const CREDENTIAL_ID: &str = "authentication.kubernetes.io/credential-id";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_authenticated_or_not() {
        let groups = |user: User| user.classified().groups;
        assert_eq!(
            groups(User::new("jane").group("a")),
            ["a", User::AUTHENTICATED]
        );
        assert_eq!(groups(User::new(User::ANONYMOUS)), [User::UNAUTHENTICATED]);
        for group in [User::AUTHENTICATED, User::UNAUTHENTICATED] {
            assert_eq!(groups(User::new("jane").group(group)), [group]);
        }
    }
}
