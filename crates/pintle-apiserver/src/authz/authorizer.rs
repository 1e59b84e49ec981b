//! [`Authorizer`], which decides.

use std::fmt;

use super::{Attributes, Rules};
use crate::{authn::User, status::Failure};

/// Decides what a user may do.
///
/// It is asked by every request, from many tasks at once, and must not wait.
///
/// ```
/// use pintle_apiserver::{Attributes, Authorizer, Decision, User};
///
/// /// Lets nobody but administrators see secrets.
/// struct Discreet;
///
/// impl Authorizer for Discreet {
///     fn authorize(&self, user: &User, attributes: &Attributes<'_>) -> Decision {
///         match attributes.resource {
///             "secrets" if !user.is_in(User::MASTERS) => Decision::Deny("not yours".to_owned()),
///             _ => Decision::Allow,
///         }
///     }
/// }
/// ```
pub trait Authorizer: Send + Sync + 'static {
    /// Whether `user` may do what the attributes say.
    fn authorize(&self, user: &User, attributes: &Attributes<'_>) -> Decision;

    /// What `user` may do in a namespace, for clients that ask for a list: `SelfSubjectRulesReview`.
    ///
    /// By default nothing is listed, and said to be incomplete; it is [`authorize`](Self::authorize)
    /// that decides.
    fn rules(&self, user: &User, namespace: &str) -> Rules {
        let _ = (user, namespace);
        Rules::unknown()
    }
}

/// What was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// The user may.
    Allow,
    /// The user may not, for this reason, which may be empty.
    Deny(String),
}

/// Allows everything.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AllowAll;

impl Authorizer for AllowAll {
    fn authorize(&self, _: &User, _: &Attributes<'_>) -> Decision {
        Decision::Allow
    }

    fn rules(&self, _: &User, _: &str) -> Rules {
        Rules::everything()
    }
}

impl fmt::Debug for dyn Authorizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authorizer")
    }
}

/// Refuses what a user may not do.
pub(crate) fn authorize(
    authorizer: &dyn Authorizer,
    user: &User,
    attributes: &Attributes<'_>,
) -> Result<(), Failure> {
    match authorizer.authorize(user, attributes) {
        Decision::Allow => Ok(()),
        Decision::Deny(reason) => Err(Failure::denied(&user.name, attributes, &reason)),
    }
}
