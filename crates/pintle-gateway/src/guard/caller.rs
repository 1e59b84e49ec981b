//! [`Caller`], who asks, where the gateway knows.

use http::{HeaderMap, HeaderName, HeaderValue};

/// Somebody who has shown who it is, and acts at the API server under that name.
///
/// Invariant: the name can be said in headers as it is, so that nobody acts with the gateway's own
/// rights because a name was lost on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    user: String,
    impersonation: HeaderMap,
}

impl Caller {
    /// A user with its uid, which may be empty, and its groups. Nothing if headers cannot say one of
    /// them: without a name, with control characters, or with spaces around it, which would be lost.
    pub(crate) fn new(user: &str, uid: &str, groups: &[&str]) -> Option<Self> {
        let mut impersonation = HeaderMap::new();
        impersonation.insert(USER, value(user)?);
        if !uid.is_empty() {
            impersonation.insert(UID, value(uid)?);
        }
        // Impersonation leaves out what the API server adds for everybody.
        for group in groups.iter().chain(&["system:authenticated"]) {
            impersonation.append(GROUP, value(group)?);
        }
        Some(Self {
            user: user.to_owned(),
            impersonation,
        })
    }

    pub(crate) fn user(&self) -> &str {
        &self.user
    }

    /// The headers that make a request this caller's.
    pub(crate) fn impersonation(&self) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
        self.impersonation.iter()
    }
}

fn value(text: &str) -> Option<HeaderValue> {
    let is_kept = !text.is_empty() && text.trim() == text;
    is_kept
        .then(|| HeaderValue::from_bytes(text.as_bytes()).ok())
        .flatten()
}

const USER: HeaderName = HeaderName::from_static("impersonate-user");
const UID: HeaderName = HeaderName::from_static("impersonate-uid");
const GROUP: HeaderName = HeaderName::from_static("impersonate-group");

#[cfg(test)]
mod tests {
    use super::*;

    fn said(user: &str, uid: &str, groups: &[&str]) -> Option<String> {
        let caller = Caller::new(user, uid, groups)?;
        let lines = caller.impersonation().map(|(name, value)| {
            let value = String::from_utf8(value.as_bytes().to_vec()).unwrap();
            format!("{name}: {value}")
        });
        Some(lines.collect::<Vec<_>>().join("; "))
    }

    #[test]
    fn a_caller_is_named_in_headers() {
        assert_eq!(
            said("ada", "7", &["devs", "ops"]).unwrap(),
            "impersonate-user: ada; impersonate-uid: 7; impersonate-group: devs; \
             impersonate-group: ops; impersonate-group: system:authenticated"
        );
        assert_eq!(
            said("jürgen@example.com", "", &[]).unwrap(),
            "impersonate-user: jürgen@example.com; impersonate-group: system:authenticated"
        );
    }

    #[test]
    fn who_cannot_be_named_is_nobody() {
        for user in [
            "",
            " root",
            "root ",
            "a\nb",
            "a\r\nImpersonate-User: root",
            "a\0",
            "\u{7f}",
        ] {
            assert_eq!(said(user, "", &[]), None, "{user:?}");
            if !user.is_empty() {
                assert_eq!(said("ada", user, &[]), None, "{user:?}");
            }
            assert_eq!(said("ada", "", &["devs", user]), None, "{user:?}");
        }
    }
}
