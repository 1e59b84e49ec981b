//! Replacing objects, whole or in part.

use std::sync::Arc;

use http::StatusCode;
use pintle_codec::Value;

use super::{Mode, Registry, Served};
use crate::{
    kinds::{MetadataByStatus, Part},
    quote::Quoted,
    schema::Tree,
    status::Failure,
    store::{Draft, Key, Object},
    validation::{FieldError, validate_fields, validate_metadata_update},
};

/// What an update did.
#[derive(Clone, Debug)]
pub(crate) enum Updated {
    /// There was no such object; now there is.
    Created(Arc<Object>),
    /// The object is as it was asked for.
    Replaced(Arc<Object>),
}

/// An object, or a part of it, that is to be changed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change<'a> {
    /// The resource.
    pub(crate) served: Served,
    /// The namespace, empty for a resource without namespaces.
    pub(crate) namespace: &'a str,
    /// The name.
    pub(crate) name: &'a str,
    /// What of the object is changed; the rest stays as it is.
    pub(crate) part: Part,
    /// For whom, and whether in earnest.
    pub(crate) mode: Mode<'a>,
}

impl Registry {
    /// Replaces a part of an object with that of `input`. One without a revision replaces whatever
    /// there is, if the kind allows that; one with a revision, only the object at that revision. Of some
    /// kinds, replacing the whole of an object that is not there creates it, whatever the revision.
    ///
    /// An update that takes the last finalizer from an object that is being deleted, removes it. A
    /// dry run answers with the object as it would be, at the revision that it has.
    pub(crate) fn update(
        &self,
        served: Served,
        namespace: &str,
        name: &str,
        part: Part,
        mut input: Tree,
        mode: Mode<'_>,
    ) -> Result<Updated, Failure> {
        served.put_in_namespace(&mut input, namespace)?;
        check_name(&input, name)?;
        let change = Change {
            served,
            namespace,
            name,
            part,
            mode,
        };
        let key = Key::new(namespace, name);
        let creates = part == Part::Whole && served.kind.update_creates;
        loop {
            let replaced = self.change(change, &mut |_, current| {
                check_uid(served, &input, &key, Some(current))?;
                Ok(input.clone())
            });
            match replaced {
                Err(failure) if failure.code() == StatusCode::NOT_FOUND && creates => {}
                replaced => return replaced.map(Updated::Replaced),
            }
            check_uid(served, &input, &key, None)?;
            revision(&input)?;
            let mut new = input.clone();
            new.set(&["metadata", "resourceVersion"], "".into());
            match self.create(served, namespace, new, mode) {
                // It has come to be in the meantime, and can be replaced.
                Err(failure) if failure.code() == StatusCode::CONFLICT => {}
                created => return created.map(Updated::Created),
            }
        }
    }

    /// Changes an object that there is. What it becomes is for `compute` to say, which is asked again if
    /// somebody else was faster; the rest is as [`Registry::update`] does it.
    pub(crate) fn change(
        &self,
        change: Change<'_>,
        compute: &mut dyn FnMut(&Tree, &Object) -> Result<Tree, Failure>,
    ) -> Result<Arc<Object>, Failure> {
        let Change {
            served,
            namespace,
            name,
            part,
            mode,
        } = change;
        let key = Key::new(namespace, name);
        loop {
            let current = self.store.read(|store| store.get(served.id, &key));
            let Some(current) = current else {
                return Err(Failure::not_found(served.qualified(), name));
            };
            let old = served.tree(&current);
            let mut input = compute(&old, &current)?;
            served.put_in_namespace(&mut input, namespace)?;
            check_name(&input, name)?;
            check_revision(served, &input, &current)?;
            let mut new = self.prepare(served, input, &old, part, mode)?;
            let reservation = match part {
                Part::Whole => self.reserve(served, &mut new)?,
                _ => None,
            };
            let removes = is_finished(served, &new, &old);
            if !removes && new.object() == old.object() {
                return Ok(current);
            }
            let (draft, attributes) = (Draft::encode(&new), served.attributes(&new));
            if mode.dry_run {
                let object = Object::dry_at(key, &draft, attributes, current.revision);
                return Ok(Arc::new(object));
            }
            let written = self.store.write(|store| {
                let now = store.get(served.id, &key)?;
                if now.revision != current.revision {
                    return None;
                }
                let now = self.clock.now();
                if removes {
                    store.remove(served.id, &key, now)?;
                    // What was asked for is answered, although it was never stored.
                    let revision = current.revision;
                    let object = Object::dry_at(key.clone(), &draft, attributes, revision);
                    return Some(Arc::new(object));
                }
                Some(store.put(served.id, key.clone(), &draft, attributes, now))
            });
            if let Some(object) = written {
                if let Some(reservation) = reservation {
                    reservation.keep();
                }
                if removes {
                    self.release(served, &object);
                }
                return Ok(object);
            }
            // Somebody else was faster: the rules are applied again to what there is now.
        }
    }

    /// The object that replaces `old`.
    fn prepare(
        &self,
        served: Served,
        mut new: Tree,
        old: &Tree,
        part: Part,
        mode: Mode<'_>,
    ) -> Result<Tree, Failure> {
        const KEPT: [&str; 2] = ["creationTimestamp", "generation"];
        for field in KEPT {
            new.copy_from(old, &["metadata", field]);
        }
        if part == Part::Status {
            new = with_status_of(served, &new, old);
        } else {
            new.apply_defaults();
            if !matches!(part, Part::Approval | Part::Binding)
                && served.facts.subresource("status").is_some()
            {
                new.copy_from(old, &["status"]);
            }
        }
        let now = self.now();
        (served.kind.on_update)(&mut new, old, part, &self.occasion(&now, mode));
        if new.metadata_text("uid").is_empty() {
            new.copy_from(old, &["metadata", "uid"]);
        }
        for field in ["deletionTimestamp", "deletionGracePeriodSeconds"] {
            // Deletion is not undone; the rest of the rule is in the validation.
            if old.metadata().contains_key(field) {
                new.copy_from(old, &["metadata", field]);
            }
        }
        if !matches!(part, Part::Status | Part::Approval | Part::Binding) {
            served.kind.generation.count(&mut new, old);
        }
        let mut errors = validate_metadata_update(new.metadata(), old.metadata());
        if matches!(part, Part::Whole | Part::EphemeralContainers | Part::Resize) {
            errors.extend(validate_fields(&new));
        }
        errors.extend((served.kind.validate)(&new, Some(old)));
        errors.extend((served.kind.validate_part)(&new, old, part));
        if !errors.is_empty() {
            let name = old.metadata_text("name");
            return Err(Failure::invalid(served.qualified_kind(), name, &errors));
        }
        new.copy_from(old, &["metadata", "resourceVersion"]);
        Ok(new)
    }
}

/// The object with the status of another, and as much of its metadata as comes with that.
fn with_status_of(served: Served, new: &Tree, old: &Tree) -> Tree {
    let mut tree = old.clone();
    let status = new.get("status").cloned();
    tree.set(&["status"], status.unwrap_or_default());
    if served.kind.metadata_by_status != MetadataByStatus::Nothing {
        tree.set(&["metadata"], Value::Object(new.metadata().clone()));
    } else {
        // What says which object is meant is still to be checked.
        for field in ["name", "namespace", "uid"] {
            tree.copy_from(new, &["metadata", field]);
        }
    }
    if served.kind.metadata_by_status == MetadataByStatus::AllButLabels {
        tree.copy_from(old, &["metadata", "labels"]);
    }
    tree
}

/// Whether nothing keeps an object any more that was to be deleted.
fn is_finished(served: Served, new: &Tree, old: &Tree) -> bool {
    let metadata = old.metadata();
    let grace = metadata.get("deletionGracePeriodSeconds");
    new.list(&["metadata", "finalizers"]).is_empty()
        && metadata.contains_key("deletionTimestamp")
        && grace.and_then(Value::as_int).unwrap_or_default() == 0
        && served.is_empty(new)
}

pub(super) fn check_name(input: &Tree, name: &str) -> Result<(), Failure> {
    match input.metadata_text("name") {
        own if own == name => Ok(()),
        "" => Err(Failure::bad_request(format!(
            "the name of the object ({name} based on URL) was undeterminable: name must be \
             provided"
        ))),
        own => Err(Failure::bad_request(format!(
            "the name of the object ({own}) does not match the name on the URL ({name})"
        ))),
    }
}

/// The object at `key` has the uid that a client says, if it says one. An object that is not there has
/// none.
pub(super) fn check_uid(
    served: Served,
    input: &Tree,
    key: &Key,
    current: Option<&Object>,
) -> Result<(), Failure> {
    let current_uid = current.map_or("", |current| current.attributes.uid());
    let uid = input.metadata_text("uid");
    if uid.is_empty() || uid == current_uid {
        return Ok(());
    }
    let resource = served.facts.resource;
    let why = format!(
        "StorageError: invalid object, Code: 4, Key: /registry/{resource}/{key}, \
         ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: \
         {uid}, UID in object meta: {current_uid}"
    );
    Err(Failure::conflict(served.qualified(), key.name(), &why))
}

/// The current object is at the revision that a client says. Of some kinds, it must say one.
fn check_revision(served: Served, input: &Tree, current: &Object) -> Result<(), Failure> {
    let name = current.key.name();
    match revision(input)? {
        None if served.kind.unconditional_update => Ok(()),
        None => {
            const WHY: &str = "must be specified for an update";
            let error = FieldError::invalid_shown("metadata.resourceVersion", "0", WHY);
            // The real server puts the resource where the kind belongs.
            Err(Failure::invalid(served.qualified(), name, &[error]))
        }
        Some(revision) if current.revision.get() == revision => Ok(()),
        Some(_) => Err(Failure::stale(served.qualified(), name)),
    }
}

/// The revision that an object says; none stands for any.
fn revision(input: &Tree) -> Result<Option<u64>, Failure> {
    match input.metadata_text("resourceVersion") {
        "" => Ok(None),
        text => match text.parse::<u64>() {
            Ok(revision) => Ok(Some(revision).filter(|revision| *revision != 0)),
            Err(_) => Err(Failure::internal_plain(format!(
                "strconv.ParseUint: parsing {}: invalid syntax",
                Quoted(text)
            ))),
        },
    }
}
