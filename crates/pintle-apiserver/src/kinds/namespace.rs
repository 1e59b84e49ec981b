//! Namespaces: they start active, carry their name as a label, and go only once they are empty.

use pintle_codec::Value;

use super::{Deletion, Kind, Occasion, Part, SelectableField};
use crate::{schema::Tree, validation::NameRule};

pub(super) const KIND: Kind = Kind {
    name: NameRule::DnsLabel,
    fields: &[SelectableField::of("status.phase")],
    on_create,
    on_update,
    deletion: Deletion::Namespace,
    returns_deleted: true,
    ..Kind::PLAIN
};

fn on_create(namespace: &mut Tree, _: &Occasion<'_>) {
    namespace.set(&["status", "phase"], "Active".into());
    let mut finalizers = namespace.list(&FINALIZERS).to_vec();
    if !finalizers.iter().any(|name| name.as_str() == Some(CONTENT)) {
        finalizers.push(CONTENT.into());
        namespace.set(&FINALIZERS, Value::Array(finalizers));
    }
    set_name_label(namespace);
}

fn on_update(new: &mut Tree, old: &Tree, part: Part, _: &Occasion<'_>) {
    if part == Part::Whole {
        new.copy_from(old, &FINALIZERS);
    }
    set_name_label(new);
}

fn set_name_label(namespace: &mut Tree) {
    let name = namespace.metadata_text("name").to_owned();
    let label = ["metadata", "labels", "kubernetes.io/metadata.name"];
    namespace.set(&label, name.into());
}

const FINALIZERS: [&str; 2] = ["spec", "finalizers"];

/// The finalizer that stands for a namespace's content.
const CONTENT: &str = "kubernetes";
