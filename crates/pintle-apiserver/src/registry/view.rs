//! [`View`], as what objects are shown to clients.

use pintle_codec::Object as Fields;

use super::Served;
use crate::{
    schema::{Resource, Struct, Subresource, Tree, TypeFacts},
    store::Object,
    versions::{self, Conversion},
};

/// As what objects are shown: a type, and how they get from the one in which they are stored to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View {
    shown: Form,
    stored: Form,
    /// The kind of a list of them.
    list_kind: &'static str,
    conversion: &'static Conversion,
    /// A number of this view, which none of another resource has. What is below objects has none.
    number: u32,
}

/// A type with what its objects consist of.
#[derive(Clone, Copy, Debug)]
struct Form {
    type_: TypeFacts,
    schema: &'static Struct,
}

impl View {
    /// The objects of a resource, in its version.
    pub(crate) fn of(served: &Served) -> Self {
        Self {
            shown: Form::of(served.facts),
            stored: Form::of(served.stored),
            list_kind: served.facts.list_kind,
            conversion: served.conversion,
            number: served.number,
        }
    }

    /// What is below the objects of a resource and has a kind of its own. It is made when it is asked
    /// for, and shown as it was made.
    pub(crate) fn below(of: &'static Subresource) -> Self {
        let form = Form {
            type_: of.type_facts(),
            schema: of.schema,
        };
        Self {
            shown: form,
            stored: form,
            list_kind: "",
            conversion: &versions::SAME,
            number: u32::MAX,
        }
    }

    /// What a single object says of its type.
    pub(crate) fn type_facts(&self) -> TypeFacts {
        self.shown.type_
    }

    /// What a list of objects says of its type.
    pub(crate) fn list_type(&self) -> TypeFacts {
        TypeFacts {
            kind: self.list_kind,
            ..self.shown.type_
        }
    }

    /// What objects consist of as they are shown.
    pub(crate) fn schema(&self) -> &'static Struct {
        self.shown.schema
    }

    /// A number of this view, which none of another resource has.
    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    /// Whether what is shown is more than what is stored under another name.
    pub(crate) fn converts(&self) -> bool {
        self.conversion.from_stored.is_some()
    }

    /// An object as a tree, as it is stored.
    pub(crate) fn tree(&self, object: &Object) -> Tree {
        self.stored.typed(object.encoded.decode(self.stored.schema))
    }

    /// An object as a tree, as it is shown.
    pub(crate) fn shown(&self, object: &Object) -> Tree {
        self.as_shown(self.tree(object))
    }

    /// An object that is as it is stored, as it is shown.
    pub(crate) fn as_shown(&self, tree: Tree) -> Tree {
        convert(tree, self.conversion.from_stored, self.stored, self.shown)
    }

    /// An object that is as it is shown, as it is stored.
    pub(crate) fn as_stored(&self, tree: Tree) -> Tree {
        convert(tree, self.conversion.to_stored, self.shown, self.stored)
    }
}

impl Form {
    fn of(facts: &'static Resource) -> Self {
        Self {
            type_: facts.type_facts(),
            schema: facts.schema,
        }
    }

    /// An object with its type.
    fn typed(self, object: Fields) -> Tree {
        let TypeFacts { api_version, kind } = self.type_;
        let type_ = [("kind", kind), ("apiVersion", api_version)];
        let type_ = type_.map(|(key, value)| (key.into(), value.into()));
        let entries = type_.into_iter().chain(object.into_entries()).collect();
        Tree::new(Fields::from_entries(entries), self.schema)
    }
}

fn convert(tree: Tree, conversion: Option<fn(&mut Fields)>, from: Form, to: Form) -> Tree {
    if from.type_ == to.type_ && conversion.is_none() {
        return tree;
    }
    let mut object = tree.into_object();
    for field in ["kind", "apiVersion"] {
        object.remove(field);
    }
    if let Some(convert) = conversion {
        convert(&mut object);
        object = versions::settle(&object, to.schema);
    }
    to.typed(object)
}
