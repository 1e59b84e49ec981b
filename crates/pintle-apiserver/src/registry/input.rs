//! What a client sent, as an object of the resource that it was sent to.

use pintle_codec::Str;

use super::{Registry, Served};
use crate::{
    encoding::Payload,
    quote::Quoted,
    schema::{Resource, Struct, Subresource, Tree, TypeFacts},
    status::Failure,
};

/// An object that a client sent.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    /// The object.
    pub(crate) tree: Tree,
    /// What the client should be told about it.
    pub(crate) warnings: Vec<String>,
}

/// What happens to fields that are unknown or repeated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum FieldValidation {
    /// They are dropped.
    Ignore,
    /// They are dropped, and the client is told.
    #[default]
    Warn,
    /// They are an error.
    Strict,
}

/// What a client is to send.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected {
    /// Its type.
    pub(crate) type_: TypeFacts,
    /// What it consists of.
    pub(crate) schema: &'static Struct,
    /// What `apiVersion` it may say as well, if any: one that is the same under an older name.
    pub(crate) older: &'static str,
}

impl Expected {
    /// An object of a resource.
    pub(crate) fn of(facts: &Resource) -> Self {
        Self {
            type_: facts.type_facts(),
            schema: facts.schema,
            older: "",
        }
    }

    /// What is below an object.
    pub(crate) fn below(below: &Subresource) -> Self {
        Self {
            type_: below.type_facts(),
            schema: below.schema,
            older: "",
        }
    }
}

impl Registry {
    /// Reads an object of `served`, as it is to be stored.
    pub(crate) fn read(
        &self,
        served: Served,
        sent: &Payload,
        validation: FieldValidation,
    ) -> Result<Input, Failure> {
        let input = self.read_as(Expected::of(served.facts), sent, validation)?;
        Ok(Input {
            tree: served.as_stored(input.tree),
            ..input
        })
    }

    /// Reads an object of whatever is expected.
    pub(crate) fn read_as(
        &self,
        expected: Expected,
        sent: &Payload,
        validation: FieldValidation,
    ) -> Result<Input, Failure> {
        let Expected {
            type_:
                TypeFacts {
                    api_version,
                    kind: into,
                },
            schema,
            older,
        } = expected;
        let found = sent.type_meta().map_err(|error| {
            let summary = sent.summary();
            Failure::bad_request(format!(
                "the object provided is unrecognized (must be of type {into}): {error} ({summary})"
            ))
        })?;
        let kind = or(found.kind, into);
        let found_version = or(found.api_version, api_version);
        let short_version = found_version.rsplit('/').next().unwrap_or_default();
        let refuse = |why: &dyn std::fmt::Display| {
            Failure::bad_request(format!(
                "{kind} in version {} cannot be handled as a {into}: {why}",
                Quoted(short_version),
            ))
        };
        let is_known = found_version == api_version || !older.is_empty() && found_version == older;
        if kind != into || !is_known {
            return Err(if self.knows(&kind, &found_version) {
                let group = expected.type_.package();
                refuse(&format!(
                    "converting ({short_version}.{kind}) to ({group}.{into}): unknown conversion"
                ))
            } else {
                refuse(&format!(
                    "no kind {} is registered for version {} in scheme \
                     \"pkg/runtime/scheme.go:111\"",
                    Quoted(&kind),
                    Quoted(&found_version)
                ))
            });
        }
        let decoded = sent.decode(schema).map_err(|error| refuse(&error))?;
        if validation == FieldValidation::Strict && !decoded.excess.is_empty() {
            return Err(refuse(&sent.strictly(&decoded.excess)));
        }
        let mut tree = Tree::new(decoded.object, schema);
        tree.set(&["kind"], into.into());
        tree.set(&["apiVersion"], api_version.into());
        Ok(Input {
            tree,
            warnings: match validation {
                FieldValidation::Warn => decoded.excess,
                _ => Vec::new(),
            },
        })
    }
}

fn or(found: Str, default: &str) -> Str {
    if found.is_empty() {
        default.into()
    } else {
        found
    }
}
