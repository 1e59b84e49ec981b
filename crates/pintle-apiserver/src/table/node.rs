//! The columns of nodes, and of how they run containers.

use std::collections::BTreeSet;

use pintle_codec::Value;

use super::{
    column::{
        AGE,
        Cell::{Of, Text},
        Column, NAME, Table,
    },
    field::{text, texts},
    join::{join, or, or_none},
};
use crate::schema::Tree;

pub(super) static NODES: Table = Table::new(&[
    NAME,
    Column::new(
        "Status",
        "Whether it runs pods.",
        Of(|node| status(node).into()),
    ),
    Column::new(
        "Roles",
        "What the node is for.",
        Of(|node| roles(node).into()),
    ),
    AGE,
    Column::new(
        "Version",
        "The version of its kubelet.",
        Text(&["status", "nodeInfo", "kubeletVersion"]),
    ),
    Column::new(
        "Internal-IP",
        "Its address within the cluster.",
        Of(|node| address(node, "InternalIP").into()),
    )
    .wide(),
    Column::new(
        "External-IP",
        "Its address from outside.",
        Of(|node| address(node, "ExternalIP").into()),
    )
    .wide(),
    Column::new(
        "OS-Image",
        "Its operating system.",
        Of(|node| info(node, "osImage").into()),
    )
    .wide(),
    Column::new(
        "Kernel-Version",
        "Its kernel, and the processor.",
        Of(|node| kernel(node).into()),
    )
    .wide(),
    Column::new(
        "Container-Runtime",
        "What runs its containers.",
        Of(|node| info(node, "containerRuntimeVersion").into()),
    )
    .wide(),
]);

pub(super) static RUNTIME_CLASSES: Table = Table::new(&[
    NAME,
    Column::new("Handler", "What runs the containers.", Text(&["handler"])),
    AGE,
]);

fn status(node: &Tree) -> String {
    let mut conditions = node.list(&["status", "conditions"]).iter();
    // The last of several.
    let ready = conditions.rfind(|condition| text(condition, "type") == "Ready");
    let ready = match ready.map(|ready| text(ready, "status")) {
        Some("True") => "Ready",
        Some(_) => "NotReady",
        None => "Unknown",
    };
    match node.at(&["spec", "unschedulable"]) {
        Some(Value::Bool(true)) => format!("{ready},SchedulingDisabled"),
        _ => ready.to_owned(),
    }
}

/// The roles that labels name, in their keys or in the value of an older one.
fn roles(node: &Tree) -> String {
    let labels = texts(node.at(&["metadata", "labels"]));
    let roles: BTreeSet<_> = labels
        .map(
            |(key, value)| match key.strip_prefix("node-role.kubernetes.io/") {
                Some(role) => role,
                None if key == "kubernetes.io/role" => value,
                None => "",
            },
        )
        .filter(|role| !role.is_empty())
        .collect();
    or_none(&join(roles)).to_owned()
}

fn address<'n>(node: &'n Tree, type_: &str) -> &'n str {
    let mut addresses = node.list(&["status", "addresses"]).iter();
    let address = addresses.find(|address| text(address, "type") == type_);
    address.map_or("<none>", |address| text(address, "address"))
}

fn info<'n>(node: &'n Tree, field: &str) -> &'n str {
    or(node.text(&["status", "nodeInfo", field]), "<unknown>")
}

fn kernel(node: &Tree) -> String {
    let kernel = info(node, "kernelVersion");
    match node.text(&["status", "nodeInfo", "architecture"]) {
        "" => kernel.to_owned(),
        architecture => format!("{kernel} ({architecture})"),
    }
}
