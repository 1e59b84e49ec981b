//! What all apply configurations have in common.

use pintle_codec::{Object, Str, Value};

use crate::schema::Schema;

/// Some fields of an object, or of a part of one.
///
/// Generated for every type by this crate, with a setter for each field: a value replaces what was
/// set, the elements of a list are appended, the entries of a map added. Setters with an empty list
/// or map set the field to just that.
pub trait ApplyConfiguration: Clone + Sized {
    /// What is set.
    fn tree(&self) -> &Object;

    /// What is set, taken out.
    fn into_tree(self) -> Object;

    /// An apply configuration in which these fields are set.
    fn from_tree(tree: Object) -> Self;

    /// Sets a field by its name in JSON: for fields of a server newer than this crate.
    #[must_use]
    fn with(self, field: impl Into<Str>, value: impl Into<Value>) -> Self {
        let mut tree = self.into_tree();
        tree.insert(field, value.into());
        Self::from_tree(tree)
    }

    /// How server-side apply divides the type into fields that are owned.
    #[doc(hidden)]
    fn schema() -> &'static Schema;
}

/// An apply configuration of a whole object: what the request of server-side apply carries.
pub trait ApplyKind: ApplyConfiguration + pintle_meta::Kind {
    /// An apply configuration of the object of this name, in which nothing else is set.
    fn new(name: Str) -> Self;

    /// The name of the object.
    fn object_name(&self) -> &str {
        metadata(self.tree(), "name")
    }

    /// The namespace of the object; empty if it is not set.
    fn object_namespace(&self) -> &str {
        metadata(self.tree(), "namespace")
    }
}

fn metadata<'t>(tree: &'t Object, field: &str) -> &'t str {
    let value = tree
        .get("metadata")
        .and_then(|metadata| metadata.get(field));
    value.and_then(Value::as_str).unwrap_or_default()
}
