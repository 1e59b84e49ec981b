//! What kinds differ in. One file a kind that does; all others are [`Kind::PLAIN`].
//!
//! Invariant: nothing outside this module asks what kind an object is.

mod deployment;
mod namespace;
mod pod;
mod service;

use pintle_codec::Str;

use crate::{
    schema::{Resource, Subresource, Tree},
    validation::NameRule,
};

/// The behaviour of the objects of one resource.
#[derive(Debug)]
pub(crate) struct Kind {
    /// What their names may be.
    pub(crate) name: NameRule,
    /// The fields that selectors may ask for, besides `metadata.name` and `metadata.namespace`.
    pub(crate) fields: &'static [SelectableField],
    /// What makes a new generation of them.
    pub(crate) generation: Generation,
    /// Completes a new object, after its status was reset.
    pub(crate) on_create: fn(&mut Tree),
    /// Completes a changed object, after what the change may not touch was put back.
    pub(crate) on_update: fn(new: &mut Tree, old: &Tree, part: Part),
    /// Whether an update of one that is not there creates it.
    pub(crate) update_creates: bool,
    /// Whether an update need not say which revision it replaces.
    pub(crate) unconditional_update: bool,
    /// The labels that a change of the status may not touch.
    pub(crate) status_keeps_labels: bool,
    /// How they are deleted.
    pub(crate) deletion: Deletion,
    /// Whether the answer to a delete is the object itself, and not a status, though OpenAPI says
    /// otherwise.
    pub(crate) returns_deleted: bool,
}

/// A field that selectors may ask for.
#[derive(Debug)]
pub(crate) struct SelectableField {
    /// Its path, and older names of it.
    pub(crate) names: &'static [&'static str],
    /// Its value in an object.
    pub(crate) value: fn(&Tree) -> Str,
}

/// What makes a new generation of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Generation {
    /// It has none, but for what a client says.
    None,
    /// A change of the spec.
    Spec,
    /// A change of the spec or of the annotations.
    SpecAndAnnotations,
}

/// The part of an object that a request may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// All but the status, if it can be changed on its own.
    Whole,
    /// The status.
    Status,
    /// What keeps a namespace from being removed.
    Finalize,
}

/// How objects are deleted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Deletion {
    /// At once.
    Immediate,
    /// After a time, in seconds, given what the client asks for.
    Graceful(fn(&Tree, Option<i64>) -> i64),
    /// As namespaces: they are emptied first.
    Namespace,
}

impl Part {
    /// The part of an object that a subresource is, if it is one.
    pub(crate) fn of(subresource: &Subresource) -> Option<Self> {
        match subresource.name {
            "status" => Some(Self::Status),
            "finalize" => Some(Self::Finalize),
            _ => None,
        }
    }
}

impl Kind {
    /// What most kinds are.
    pub(crate) const PLAIN: Self = Self {
        name: NameRule::DnsSubdomain,
        fields: &[],
        generation: Generation::None,
        on_create: |_| {},
        on_update: |_, _, _| {},
        update_creates: false,
        unconditional_update: true,
        status_keeps_labels: false,
        deletion: Deletion::Immediate,
        returns_deleted: false,
    };

    /// The behaviour of a resource.
    pub(crate) fn of(resource: &Resource) -> &'static Self {
        match (resource.group, resource.resource) {
            ("", "namespaces") => &namespace::KIND,
            ("", "pods") => &pod::KIND,
            ("", "services") => &service::KIND,
            ("apps", "deployments") => &deployment::KIND,
            _ => &Self::PLAIN,
        }
    }
}
