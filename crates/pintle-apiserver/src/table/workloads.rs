//! The columns of what keeps pods running, and of its parts.

use super::{
    column::{
        AGE,
        Cell::{Labels, Number, Of},
        Column, NAME, Table,
    },
    field::{flag, integer, text},
    selector::deployment_selector,
    template::{CONTAINERS, IMAGES, SELECTOR, SELECTS, containers, images},
};
use crate::schema::Tree;

pub(super) static POD_TEMPLATES: Table = Table::new(&[
    NAME,
    containers(&["template", "spec", "containers"]),
    images(&["template", "spec", "containers"]),
    Column::new(
        "Pod Labels",
        "The labels of the pods made from it.",
        Labels(&["template", "metadata", "labels"]),
    ),
]);

pub(super) static REPLICATION_CONTROLLERS: Table = Table::new(&[
    NAME,
    DESIRED,
    CURRENT,
    READY,
    AGE,
    CONTAINERS,
    IMAGES,
    Column::new("Selector", SELECTS, Labels(&["spec", "selector"])).wide(),
]);

pub(super) static REPLICA_SETS: Table = Table::new(&[
    NAME, DESIRED, CURRENT, READY, AGE, CONTAINERS, IMAGES, SELECTOR,
]);

pub(super) static DEPLOYMENTS: Table = Table::new(&[
    NAME,
    READY_OF_DESIRED,
    Column::new(
        "Up-to-date",
        "How many pods have the current template.",
        Number(&["status", "updatedReplicas"]),
    ),
    Column::new(
        "Available",
        "How many pods have been ready for long enough.",
        Number(&["status", "availableReplicas"]),
    ),
    AGE,
    CONTAINERS,
    IMAGES,
    Column::new(
        "Selector",
        SELECTS,
        Of(|deployment| deployment_selector(deployment.at(&["spec", "selector"])).into()),
    )
    .wide(),
]);

pub(super) static STATEFUL_SETS: Table =
    Table::new(&[NAME, READY_OF_DESIRED, AGE, CONTAINERS, IMAGES]);

pub(super) static DAEMON_SETS: Table = Table::new(&[
    NAME,
    Column::new(
        "Desired",
        "How many nodes should run a pod.",
        Number(&["status", "desiredNumberScheduled"]),
    )
    .integer(),
    Column::new(
        "Current",
        "How many nodes that should run a pod do.",
        Number(&["status", "currentNumberScheduled"]),
    )
    .integer(),
    Column::new(
        "Ready",
        "How many nodes run a pod that is ready.",
        Number(&["status", "numberReady"]),
    )
    .integer(),
    Column::new(
        "Up-to-date",
        "How many nodes run a pod that has the current template.",
        Number(&["status", "updatedNumberScheduled"]),
    )
    .integer(),
    Column::new(
        "Available",
        "How many nodes run a pod that has been ready for long enough.",
        Number(&["status", "numberAvailable"]),
    )
    .integer(),
    Column::new(
        "Node Selector",
        "The labels of the nodes that should run a pod.",
        Labels(&["spec", "template", "spec", "nodeSelector"]),
    ),
    AGE,
    CONTAINERS,
    IMAGES,
    SELECTOR,
]);

pub(super) static CONTROLLER_REVISIONS: Table = Table::new(&[
    NAME,
    Column::new(
        "Controller",
        "What the revision is one of.",
        Of(|revision| controller(revision).into()),
    ),
    Column::new("Revision", "Its number.", Number(&["revision"])),
    AGE,
]);

const DESIRED: Column = Column::new(
    "Desired",
    "How many pods there should be.",
    Number(&["spec", "replicas"]),
)
.integer();

const CURRENT: Column = Column::new(
    "Current",
    "How many pods there are.",
    Number(&["status", "replicas"]),
)
.integer();

const READY: Column = Column::new(
    "Ready",
    "How many pods are ready.",
    Number(&["status", "readyReplicas"]),
)
.integer();

const READY_OF_DESIRED: Column = Column::new(
    "Ready",
    "How many pods are ready, of how many there should be.",
    Of(|set| {
        let ready = integer(set.at(&["status", "readyReplicas"]));
        let desired = integer(set.at(&["spec", "replicas"]));
        format!("{ready}/{desired}").into()
    }),
);

/// The owner that controls an object, as `kind.group/name`.
fn controller(object: &Tree) -> String {
    let mut owners = object.list(&["metadata", "ownerReferences"]).iter();
    let Some(owner) = owners.find(|owner| flag(owner, "controller")) else {
        return "<none>".to_owned();
    };
    let kind = match text(owner, "apiVersion").split_once('/') {
        Some((group, _)) => format!("{}.{group}", text(owner, "kind")),
        None => text(owner, "kind").to_owned(),
    };
    format!("{}/{}", kind.to_lowercase(), text(owner, "name"))
}
