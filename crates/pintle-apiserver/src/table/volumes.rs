//! The columns of volumes and of claims on them.

use pintle_codec::Value;

use super::{
    column::{
        AGE,
        Cell::{Of, Text, TextOr},
        Column, NAME, Table,
    },
    field::{annotation, is_deleting, text},
    join::{join, or},
};
use crate::schema::Tree;

pub(super) static PERSISTENT_VOLUMES: Table = Table::new(&[
    NAME,
    Column::new(
        "Capacity",
        "How much it holds.",
        Of(|volume| or(volume.text(&["spec", "capacity", "storage"]), "0").into()),
    ),
    Column::new(
        "Access Modes",
        "How many may mount it, and how.",
        Of(|volume| access_modes(volume.list(&["spec", "accessModes"])).into()),
    ),
    Column::new(
        "Reclaim Policy",
        "What becomes of it when its claim is gone.",
        Text(&["spec", "persistentVolumeReclaimPolicy"]),
    ),
    PHASE,
    Column::new(
        "Claim",
        "The claim that it is bound to.",
        Of(|volume| claim(volume).into()),
    ),
    STORAGE_CLASS,
    ATTRIBUTES_CLASS,
    Column::new(
        "Reason",
        "Why it failed, in a word.",
        Text(&["status", "reason"]),
    ),
    AGE,
    MODE,
]);

pub(super) static PERSISTENT_VOLUME_CLAIMS: Table = Table::new(&[
    NAME,
    PHASE,
    Column::new(
        "Volume",
        "The volume that it is bound to.",
        Text(&["spec", "volumeName"]),
    ),
    Column::new(
        "Capacity",
        "How much the volume holds.",
        Of(|claim| match claim.text(&["spec", "volumeName"]) {
            "" => "".into(),
            _ => or(claim.text(&["status", "capacity", "storage"]), "0").into(),
        }),
    ),
    Column::new(
        "Access Modes",
        "How many may mount the volume, and how.",
        Of(|claim| match claim.text(&["spec", "volumeName"]) {
            "" => "".into(),
            _ => access_modes(claim.list(&["status", "accessModes"])).into(),
        }),
    ),
    STORAGE_CLASS,
    ATTRIBUTES_CLASS,
    AGE,
    MODE,
]);

const PHASE: Column = Column::new(
    "Status",
    "How far it is.",
    Of(|object| match is_deleting(object) {
        true => "Terminating".into(),
        false => object.text(&["status", "phase"]).into(),
    }),
);

const STORAGE_CLASS: Column = Column::new(
    "StorageClass",
    "The class that says how volumes are made.",
    Of(|object| {
        let older = annotation(object, "volume.beta.kubernetes.io/storage-class");
        older
            .unwrap_or(object.text(&["spec", "storageClassName"]))
            .into()
    }),
);

const ATTRIBUTES_CLASS: Column = Column::new(
    "VolumeAttributesClass",
    "The class that says how the volume behaves.",
    TextOr(&["spec", "volumeAttributesClassName"], "<unset>"),
);

const MODE: Column = Column::new(
    "VolumeMode",
    "Whether it is a file system or a device.",
    TextOr(&["spec", "volumeMode"], "<unset>"),
)
.wide();

/// The modes in short, in the order in which they are always listed.
fn access_modes(modes: &[Value]) -> String {
    const SHORT: [(&str, &str); 4] = [
        ("ReadWriteOnce", "RWO"),
        ("ReadOnlyMany", "ROX"),
        ("ReadWriteMany", "RWX"),
        ("ReadWriteOncePod", "RWOP"),
    ];
    let is_there = |mode: &str| modes.iter().any(|other| other.as_str() == Some(mode));
    let there = SHORT.iter().filter(|(mode, _)| is_there(mode));
    join(there.map(|(_, short)| short))
}

fn claim(volume: &Tree) -> String {
    let claim = volume.at(&["spec", "claimRef"]);
    claim.map_or_else(String::new, |claim| {
        format!("{}/{}", text(claim, "namespace"), text(claim, "name"))
    })
}
