//! The columns of what the group of storage has: classes of volumes, and their drivers.

use pintle_codec::Value;

use super::{
    class::{class, named},
    column::{
        AGE,
        Cell::{Count, Flag, Of, Text, TextOr},
        Column, NAME, Table,
    },
    field::text,
    join::{join, or_none},
};
use crate::schema::Tree;

pub(super) static STORAGE_CLASSES: Table = Table::new(&[
    class(|class| {
        const ANNOTATIONS: [&str; 2] = [
            "storageclass.kubernetes.io/is-default-class",
            "storageclass.beta.kubernetes.io/is-default-class",
        ];
        named(class, &ANNOTATIONS)
    }),
    Column::new(
        "Provisioner",
        "Who makes the volumes.",
        Text(&["provisioner"]),
    ),
    Column::new(
        "ReclaimPolicy",
        "What becomes of a volume when its claim is gone.",
        TextOr(&["reclaimPolicy"], "Delete"),
    ),
    Column::new(
        "VolumeBindingMode",
        "When volumes are made and bound.",
        TextOr(&["volumeBindingMode"], "Immediate"),
    ),
    Column::new(
        "AllowVolumeExpansion",
        "Whether volumes may grow.",
        Flag(&["allowVolumeExpansion"]),
    ),
    AGE,
]);

pub(super) static VOLUME_ATTRIBUTES_CLASSES: Table = Table::new(&[
    NAME,
    Column::new(
        "DriverName",
        "The driver whose volumes it is for.",
        Text(&["driverName"]),
    ),
    AGE,
]);

pub(super) static VOLUME_ATTACHMENTS: Table = Table::new(&[
    NAME,
    Column::new(
        "Attacher",
        "The driver that attaches it.",
        Text(&["spec", "attacher"]),
    )
    .names(),
    Column::new(
        "PV",
        "The volume.",
        Text(&["spec", "source", "persistentVolumeName"]),
    ),
    Column::new(
        "Node",
        "The node that it is attached to.",
        Text(&["spec", "nodeName"]),
    ),
    Column::new(
        "Attached",
        "Whether it is attached.",
        Flag(&["status", "attached"]),
    )
    .boolean(),
    AGE,
]);

pub(super) static CSI_NODES: Table = Table::new(&[
    NAME,
    Column::new(
        "Drivers",
        "How many drivers the node has.",
        Count(&["spec", "drivers"]),
    )
    .integer(),
    AGE,
]);

pub(super) static CSI_DRIVERS: Table = Table::new(&[
    NAME,
    Column::new(
        "AttachRequired",
        "Whether volumes are attached before they are mounted.",
        Of(|driver| {
            Value::Bool(driver.at(&["spec", "attachRequired"]) != Some(&Value::Bool(false)))
        }),
    )
    .boolean(),
    Column::new(
        "PodInfoOnMount",
        "Whether the driver is told of the pod that a volume is mounted for.",
        Flag(&["spec", "podInfoOnMount"]),
    )
    .boolean(),
    Column::new(
        "StorageCapacity",
        "Whether pods are placed where the driver has room.",
        Flag(&["spec", "storageCapacity"]),
    )
    .boolean(),
    Column::new(
        "TokenRequests",
        "For whom the driver is given tokens of the pod's service account.",
        Of(|driver| audiences(driver).into()),
    ),
    Column::new(
        "RequiresRepublish",
        "Whether the driver is asked to mount again from time to time.",
        Flag(&["spec", "requiresRepublish"]),
    )
    .boolean(),
    Column::new(
        "Modes",
        "The kinds of volumes that it has.",
        Of(|driver| {
            let modes = driver.list(&["spec", "volumeLifecycleModes"]).iter();
            or_none(&join(modes.filter_map(Value::as_str))).into()
        }),
    ),
    AGE,
]);

fn audiences(driver: &Tree) -> String {
    match driver
        .at(&["spec", "tokenRequests"])
        .and_then(Value::as_array)
    {
        Some(requests) => join(requests.iter().map(|request| text(request, "audience"))),
        None => "<unset>".to_owned(),
    }
}
