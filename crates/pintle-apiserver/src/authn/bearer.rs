//! Bearer tokens that are known from the start.

use ring::digest::{self, Digest};

use super::User;

/// Tokens and the users that they are of.
///
/// Tokens are kept and compared as their digests, all of them, to the last byte: how long that takes
/// says nothing about any of them.
#[derive(Default)]
pub(crate) struct BearerTokens(Vec<(Digest, User)>);

impl BearerTokens {
    /// Adds a token.
    pub(crate) fn add(&mut self, token: &str, user: User) {
        self.0.push((digest(token), user.classified()));
    }

    /// The user that a token is of.
    pub(crate) fn user(&self, token: &str) -> Option<&User> {
        let wanted = digest(token);
        let mut found = None;
        for (own, user) in &self.0 {
            let bytes = own.as_ref().iter().zip(wanted.as_ref());
            if bytes.fold(0, |differ, (a, b)| differ | (a ^ b)) == 0 {
                found = Some(user);
            }
        }
        found
    }
}

fn digest(token: &str) -> Digest {
    digest::digest(&digest::SHA256, token.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_its_users_as_a_whole_only() {
        let mut tokens = BearerTokens::default();
        tokens.add("jane's token", User::new("jane"));
        tokens.add("joe's token", User::new("joe"));
        let name = |token| tokens.user(token).map(|user| user.name.as_str());
        assert_eq!(name("jane's token"), Some("jane"));
        assert_eq!(name("joe's token"), Some("joe"));
        for wrong in ["", "j", "jane's toke", "jane's token ", "Jane's token"] {
            assert_eq!(name(wrong), None, "{wrong}");
        }
    }
}
