//! [`TypeMeta`], what an object says of its own type.

use crate::Str;

/// What an object says of its own type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypeMeta {
    /// `apiVersion`: group and version; empty if the object does not say.
    pub api_version: Str,
    /// `kind`; empty if the object does not say.
    pub kind: Str,
}
