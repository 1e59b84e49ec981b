//! [`Owner`] and [`Awaited`]: what the garbage collector asks about an object.

use pintle_codec::{Object, Str, Value};

use crate::{
    schema::Tree,
    validation::{FOREGROUND, ORPHAN},
};

/// An object that owns another, as that one says in `metadata.ownerReferences`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Owner {
    /// The version of its type.
    pub(crate) api_version: Str,
    /// Its kind.
    pub(crate) kind: Str,
    /// Its name. It is in the namespace of what it owns, or in none.
    pub(crate) name: Str,
    /// Its uid, which says more than its name: another object of that name owns nothing.
    pub(crate) uid: Str,
    /// Whether its deletion in the foreground waits for what it owns.
    pub(crate) blocks: bool,
}

/// What the deletion of an object waits for, as far as the garbage collector sees to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Awaited {
    /// That what it owns lets go of it.
    pub(crate) orphans: bool,
    /// That what it owns, and blocks, is gone.
    pub(crate) dependents: bool,
}

impl Owner {
    /// The owners of an object.
    pub(crate) fn all(tree: &Tree) -> Box<[Self]> {
        let references = tree.list(&["metadata", "ownerReferences"]);
        let references = references.iter().filter_map(Value::as_object);
        references.map(Self::of).collect()
    }

    fn of(reference: &Object) -> Self {
        let text = |field| match reference.get(field) {
            Some(Value::String(text)) => text.clone(),
            _ => Str::default(),
        };
        let blocks = reference.get("blockOwnerDeletion").and_then(Value::as_bool);
        Self {
            api_version: text("apiVersion"),
            kind: text("kind"),
            name: text("name"),
            uid: text("uid"),
            blocks: blocks.unwrap_or_default(),
        }
    }
}

impl Awaited {
    /// What the finalizers of an object say.
    pub(crate) fn of(tree: &Tree) -> Self {
        let finalizers = tree.list(&["metadata", "finalizers"]);
        let has = |name| finalizers.iter().any(|had| had.as_str() == Some(name));
        Self {
            orphans: has(ORPHAN),
            dependents: has(FOREGROUND),
        }
    }
}
