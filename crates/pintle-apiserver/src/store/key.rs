//! [`Key`], the name of an object within its resource, and [`Scope`], a set of neighbouring keys.
//!
//! Keys are ordered as their paths are, byte by byte. Lists, pages and continue tokens follow that
//! order, which is also the real server's.

use std::{
    borrow::Borrow,
    fmt,
    ops::{Bound, RangeBounds},
};

use pintle_codec::Str;

/// `namespace/name`, or `name` for an object without namespace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key(Str);

impl Key {
    /// The key of `name` in `namespace`, which is empty for an object without one.
    pub(crate) fn new(namespace: &str, name: &str) -> Self {
        if namespace.is_empty() {
            return Self(name.into());
        }
        Self([namespace, "/", name].concat().into())
    }

    /// The namespace, or an empty string.
    pub(crate) fn namespace(&self) -> &str {
        self.0
            .split_once('/')
            .map_or("", |(namespace, _)| namespace)
    }

    /// The object's name.
    pub(crate) fn name(&self) -> &str {
        self.0.split_once('/').map_or(&self.0, |(_, name)| name)
    }

    /// The whole path.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Key {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The objects that a list or a watch is about, before selectors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Every object of the resource.
    #[default]
    All,
    /// The objects of one namespace.
    Namespace(Str),
    /// One object, whether it exists or not.
    Object(Key),
}

impl Scope {
    /// Whether `key` is within the scope.
    pub(crate) fn contains(&self, key: &Key) -> bool {
        match self {
            Self::All => true,
            Self::Namespace(namespace) => key.namespace() == namespace.as_str(),
            Self::Object(only) => only == key,
        }
    }

    /// The prefix that all paths of the scope share.
    pub(crate) fn prefix(&self) -> String {
        match self {
            Self::All => String::new(),
            Self::Namespace(namespace) => format!("{namespace}/"),
            // A token of a single object's list would start behind its own namespace.
            Self::Object(key) => match key.namespace() {
                "" => String::new(),
                namespace => format!("{namespace}/"),
            },
        }
    }

    /// The paths of the scope.
    pub(super) fn paths(&self) -> PathRange {
        match self {
            Self::All => PathRange {
                from: Bound::Unbounded,
                to: Bound::Unbounded,
            },
            // '0' follows '/'.
            Self::Namespace(namespace) => PathRange {
                from: Bound::Included(format!("{namespace}/")),
                to: Bound::Excluded(format!("{namespace}0")),
            },
            Self::Object(key) => PathRange {
                from: Bound::Included(key.as_str().to_owned()),
                to: Bound::Included(key.as_str().to_owned()),
            },
        }
    }
}

/// Neighbouring paths.
#[derive(Debug)]
pub(super) struct PathRange {
    from: Bound<String>,
    to: Bound<String>,
}

impl PathRange {
    /// The part of the range that is not below `start`.
    pub(super) fn starting_at(self, start: &str) -> Self {
        match &self.from {
            Bound::Included(from) | Bound::Excluded(from) if start <= from.as_str() => self,
            _ => Self {
                from: Bound::Included(start.to_owned()),
                to: self.to,
            },
        }
    }
}

impl RangeBounds<str> for PathRange {
    fn start_bound(&self) -> Bound<&str> {
        self.from.as_ref().map(String::as_str)
    }

    fn end_bound(&self) -> Bound<&str> {
        self.to.as_ref().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_ordered_by_path() {
        // '-' comes before '/', so the longer namespace comes first, as in etcd.
        assert!(Key::new("a-b", "z") < Key::new("a", "a"));
        assert!(Key::new("a", "a") < Key::new("a", "b"));
        assert_eq!(Key::new("ns", "x").namespace(), "ns");
        assert_eq!(Key::new("", "x").namespace(), "");
        assert_eq!(Key::new("", "x").name(), "x");
    }

    #[test]
    fn a_scope_contains_its_own_keys_only() {
        let scope = Scope::Namespace("a".into());
        assert!(scope.contains(&Key::new("a", "x")));
        assert!(!scope.contains(&Key::new("a-b", "x")));
        assert!(!scope.contains(&Key::new("", "a")));
        assert!(Scope::Object(Key::new("a", "x")).contains(&Key::new("a", "x")));
        assert!(!Scope::Object(Key::new("a", "x")).contains(&Key::new("a", "y")));
    }
}
