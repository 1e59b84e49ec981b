//! Persistent volumes and claims: they start pending, and a volume says when it last did something else.

use pintle_codec::Value;

use super::{Kind, Occasion, Part};
use crate::schema::Tree;

pub(super) const VOLUME: Kind = Kind {
    on_create: |volume, occasion| {
        volume.set(&PHASE, "Pending".into());
        volume.set(&SINCE, occasion.now.into());
    },
    on_update: |new, old, part, occasion| {
        if part == Part::Status {
            say_since_when(new, old, occasion);
        }
    },
    ..Kind::PLAIN
};

pub(super) const CLAIM: Kind = Kind {
    on_create: |claim, _| {
        claim.set(&PHASE, "Pending".into());
        agree_on_source(claim, None);
    },
    on_update: |new, old, part, _| {
        if part == Part::Whole {
            agree_on_source(new, Some(old));
        }
    },
    ..Kind::PLAIN
};

fn say_since_when(new: &mut Tree, old: &Tree, occasion: &Occasion<'_>) {
    let same_time = new.at(&SINCE) == old.at(&SINCE);
    if new.text(&PHASE) == old.text(&PHASE) {
        if new.at(&SINCE).is_none() {
            new.copy_from(old, &SINCE);
        }
    } else if new.at(&SINCE).is_none() || same_time {
        new.set(&SINCE, occasion.now.into());
    }
}

/// The source of a claim's data has an old name, under which few kinds of source are known, and a new one.
/// Both say the same, unless the source is in another namespace.
fn agree_on_source(claim: &mut Tree, before: Option<&Tree>) {
    let had = before.is_some_and(|before| before.at(&OLD).or(before.at(&NEW)).is_some());
    if !had && claim.at(&NEW).is_none() && !is_known_by_old_name(claim) {
        claim.remove(&OLD);
    }
    match (claim.at(&OLD).cloned(), claim.at(&NEW).cloned()) {
        (Some(old), None) => claim.set(&NEW, old),
        (None, Some(Value::Object(mut new))) => {
            let namespace = new.remove("namespace").unwrap_or_default();
            if namespace.as_str().unwrap_or_default().is_empty() {
                claim.set(&OLD, Value::Object(new));
            }
        }
        _ => {}
    }
}

fn is_known_by_old_name(claim: &Tree) -> bool {
    let text = |field| claim.text(&[OLD[0], OLD[1], field]);
    matches!(
        (text("apiGroup"), text("kind")),
        ("", "PersistentVolumeClaim") | ("snapshot.storage.k8s.io", "VolumeSnapshot")
    )
}

const OLD: [&str; 2] = ["spec", "dataSource"];
const NEW: [&str; 2] = ["spec", "dataSourceRef"];
const PHASE: [&str; 2] = ["status", "phase"];
const SINCE: [&str; 2] = ["status", "lastPhaseTransitionTime"];
