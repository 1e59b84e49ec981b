//! What kinds differ in, as data: [`Kind::PLAIN`] is what most are, `every` lists what the others have
//! otherwise, and what takes more than a word has a file of its kind's name.
//!
//! Invariant: nothing outside this module asks what kind an object is.

mod api_service;
mod certificate_request;
mod custom_resource_definition;
mod event;
mod every;
mod field;
mod generation;
mod job;
mod namespace;
mod occasion;
mod pod;
mod pod_parts;
mod role_binding;
mod secret;
mod service;
mod service_account;
mod volume;

use crate::{
    registry::Reservation,
    schema::{Subresource, Tree},
    validation::{FieldError, NameRule},
};
pub(crate) use field::SelectableField;
pub(crate) use generation::Generation;
pub(crate) use occasion::Occasion;

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
    pub(crate) on_create: fn(&mut Tree, &Occasion<'_>),
    /// Completes a changed object, after what the change may not touch was put back.
    pub(crate) on_update: fn(new: &mut Tree, old: &Tree, part: Part, &Occasion<'_>),
    /// What is wrong with a new object, or with one that is to replace another.
    pub(crate) validate: fn(&Tree, old: Option<&Tree>) -> Vec<FieldError>,
    /// What is wrong with a change of a part of an object.
    pub(crate) validate_part: fn(new: &Tree, old: &Tree, part: Part) -> Vec<FieldError>,
    /// Reserves what an object has for itself within the cluster.
    pub(crate) reserve: Option<Reserve>,
    /// Whether a new object keeps the status that its client says.
    pub(crate) keeps_new_status: bool,
    /// What of the metadata a change of the status changes too.
    pub(crate) metadata_by_status: MetadataByStatus,
    /// Whether an update of one that is not there creates it.
    pub(crate) update_creates: bool,
    /// Whether an update need not say which revision it replaces.
    pub(crate) unconditional_update: bool,
    /// How they are deleted.
    pub(crate) deletion: Deletion,
    /// What becomes of the objects that they own, if nobody says.
    pub(crate) dependents: Dependents,
    /// Whether the answer to a delete is the object itself, and not a status, though OpenAPI says
    /// otherwise.
    pub(crate) returns_deleted: bool,
}

/// Reserves what an object says and needs, tells it what it was given, and returns what it cannot have.
pub(crate) type Reserve = fn(&mut Tree, &mut Reservation<'_>) -> Vec<FieldError>;

/// The part of an object that a request may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// All but the status, if it can be changed on its own.
    Whole,
    /// The status.
    Status,
    /// What keeps a namespace from being removed.
    Finalize,
    /// Whether a request for a certificate is approved.
    Approval,
    /// Which node a pod is given to, and what is said of it on that occasion.
    Binding,
    /// The containers that are put into a running pod to look at it.
    EphemeralContainers,
    /// What the containers of a pod may use.
    Resize,
}

/// What of an object's metadata a change of its status changes too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MetadataByStatus {
    /// What a change of the whole object would.
    All,
    /// All but the labels.
    AllButLabels,
    /// Nothing.
    Nothing,
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

/// What becomes of the objects that a deleted object owns, if neither the client nor the object says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dependents {
    /// They are deleted afterwards.
    Deleted,
    /// They lose their owner.
    Orphaned,
    /// There are none, whatever a client says.
    Ignored,
}

impl Kind {
    /// What most kinds are.
    pub(crate) const PLAIN: Self = Self {
        name: NameRule::DnsSubdomain,
        fields: &[],
        generation: Generation::None,
        on_create: |_, _| {},
        on_update: |_, _, _, _| {},
        validate: |_, _| Vec::new(),
        validate_part: |_, _, _| Vec::new(),
        reserve: None,
        keeps_new_status: false,
        metadata_by_status: MetadataByStatus::All,
        update_creates: false,
        unconditional_update: true,
        deletion: Deletion::Immediate,
        dependents: Dependents::Deleted,
        returns_deleted: false,
    };
}

impl Part {
    /// The part of an object that a subresource is, if it is one.
    pub(crate) fn of(subresource: &Subresource) -> Option<Self> {
        match subresource.name {
            "status" => Some(Self::Status),
            "finalize" => Some(Self::Finalize),
            "approval" => Some(Self::Approval),
            "ephemeralcontainers" => Some(Self::EphemeralContainers),
            "resize" => Some(Self::Resize),
            _ => None,
        }
    }
}
