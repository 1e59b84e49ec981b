//! Definitions of custom resources. They are kept, but what they define is not served yet, which their
//! conditions say.

use pintle_codec::{Object, Value};

use super::{Kind, Occasion, Part};
use crate::schema::Tree;

pub(super) const KIND: Kind = Kind {
    on_create: |definition, occasion| {
        remember_stored_version(definition);
        tell_conditions(definition, occasion);
    },
    on_update: |new, _, part, _| {
        if part == Part::Whole {
            remember_stored_version(new);
        }
    },
    unconditional_update: false,
    ..Kind::COUNTED
};

/// The versions in which objects may be stored.
fn remember_stored_version(definition: &mut Tree) {
    let versions = definition.list(&["spec", "versions"]).iter();
    let is_stored =
        |version: &&Value| version.get("storage").and_then(Value::as_bool) == Some(true);
    let stored = versions
        .filter(is_stored)
        .find_map(|version| version.get("name"));
    let Some(stored) = stored.cloned() else {
        return;
    };
    let mut known = definition.list(&["status", "storedVersions"]).to_vec();
    if !known.contains(&stored) {
        known.push(stored);
        definition.set(&["status", "storedVersions"], Value::Array(known));
    }
}

fn tell_conditions(definition: &mut Tree, occasion: &Occasion<'_>) {
    const WHY: &str = "this server keeps the definition, but does not serve custom resources yet";
    let condition = |kind: &str, status: &str, reason: &str, message: &str| {
        Value::from(Object::from([
            ("type", Value::from(kind)),
            ("status", status.into()),
            ("lastTransitionTime", occasion.now.into()),
            ("reason", reason.into()),
            ("message", message.into()),
        ]))
    };
    let conditions = vec![
        condition("NamesAccepted", "True", "NoConflicts", "no conflicts found"),
        condition("Established", "False", "NotServed", WHY),
    ];
    definition.set(&["status", "conditions"], Value::Array(conditions));
    if let Some(names) = definition.at(&["spec", "names"]).cloned() {
        definition.set(&["status", "acceptedNames"], names);
    }
}
