//! [`PatchError`], why a patch cannot be applied.

use std::fmt;

/// Why a patch cannot be read or applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PatchError {
    /// It is not a patch of its kind.
    BadRequest(String),
    /// It has more operations than are allowed.
    TooManyOperations {
        /// How many are.
        limit: usize,
        /// How many it has.
        count: usize,
    },
    /// An operation of a JSON Patch cannot be done, or a test failed.
    Inapplicable,
    /// A directive for a list of texts or numbers does not name its list.
    BadPrimitiveList,
    /// `$retainKeys` is no list, or the patch sets what it does not retain.
    BadRetainKeys,
    /// `$setElementOrder` does not name its list.
    BadSetElementOrder,
    /// A list of lists cannot be merged.
    ListOfLists,
    /// The patch does not fit the object, in a way for which the real server has no code.
    Internal(String),
}

impl fmt::Display for PatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadRequest(message) | Self::Internal(message) => f.write_str(message),
            Self::TooManyOperations { limit, count } => write!(
                f,
                "The allowed maximum operations in a JSON patch is {limit}, got {count}"
            ),
            Self::Inapplicable => {
                f.write_str("the server rejected our request due to an error in our request")
            }
            Self::BadPrimitiveList => f.write_str("invalid patch format of primitive list"),
            Self::BadRetainKeys => f.write_str("invalid patch format of retainKeys"),
            Self::BadSetElementOrder => f.write_str("invalid patch format of setElementOrder list"),
            Self::ListOfLists => f.write_str("lists of lists are not supported"),
        }
    }
}

impl std::error::Error for PatchError {}
