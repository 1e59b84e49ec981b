//! [`Registered`], a kind as the table has it.

use std::fmt;

use pintle_codec::{Message, TypeMeta};
use pintle_meta::{GroupVersion, GroupVersionKind, Kind};

use super::AnyObject;
use super::any_object::Erased;
use super::table::KINDS;

/// A kind that this crate has a type for.
pub struct Registered {
    group: &'static str,
    version: &'static str,
    kind: &'static str,
    empty: fn() -> Box<dyn Erased>,
}

/// Every kind, by group, version and kind.
pub fn kinds() -> &'static [Registered] {
    KINDS
}

/// The kind of this name, if a group that is compiled in has it. The core group is `""`.
pub fn find(group: &str, version: &str, kind: &str) -> Option<&'static Registered> {
    let at = KINDS
        .binary_search_by(|known| {
            (known.group, known.version, known.kind).cmp(&(group, version, kind))
        })
        .ok()?;
    Some(&KINDS[at])
}

impl Registered {
    pub(super) const fn of<K: Kind + Message + Default>() -> Self {
        Self {
            group: K::GROUP,
            version: K::VERSION,
            kind: K::KIND,
            empty: || Box::new(K::default()),
        }
    }

    /// The API group; empty for the core group.
    pub fn group(&self) -> &'static str {
        self.group
    }

    /// The version.
    pub fn version(&self) -> &'static str {
        self.version
    }

    /// The kind.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// Group, version and kind in one.
    pub fn group_version_kind(&self) -> GroupVersionKind {
        GroupVersion::new(self.group, self.version).with_kind(self.kind)
    }

    /// `kind` and `apiVersion`, as objects of this kind carry them.
    pub fn type_meta(&self) -> TypeMeta {
        let group_version = GroupVersion::new(self.group, self.version);
        TypeMeta {
            api_version: group_version.to_string().into(),
            kind: self.kind.into(),
        }
    }

    /// An object of this kind in which nothing is set.
    pub fn empty(&'static self) -> AnyObject {
        AnyObject::new(self, (self.empty)())
    }
}

/// Group, version and kind, as client-go prints them.
impl fmt::Debug for Registered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.group_version_kind())
    }
}
