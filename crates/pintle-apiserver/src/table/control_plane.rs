//! The columns of what the parts of a control plane say of themselves and of each other.

use super::{
    column::{
        AGE,
        Cell::{Of, TextOr},
        Column, NAME, Table,
    },
    field::{condition, text},
    join::{join_few, or},
};
use crate::schema::Tree;

pub(super) static COMPONENT_STATUSES: Table = Table::new(&[
    NAME,
    Column::new(
        "Status",
        "Whether the component is healthy.",
        Of(|component| match healthy(component, "status") {
            "" => "Unknown".into(),
            "True" => "Healthy".into(),
            _ => "Unhealthy".into(),
        }),
    ),
    Column::new(
        "Message",
        "What it says of itself.",
        Of(|component| healthy(component, "message").into()),
    ),
    Column::new(
        "Error",
        "Why it could not be asked.",
        Of(|component| healthy(component, "error").into()),
    ),
]);

pub(super) static API_SERVICES: Table = Table::new(&[
    NAME,
    Column::new(
        "Service",
        "Who serves it.",
        Of(|service| server(service).into()),
    ),
    Column::new(
        "Available",
        "Whether it can be asked.",
        Of(|service| available(service).into()),
    ),
    AGE,
])
.repeating_columns();

pub(super) static STORAGE_VERSIONS: Table = Table::new(&[
    NAME,
    Column::new(
        "CommonEncodingVersion",
        "The version in which all servers store objects.",
        TextOr(&["status", "commonEncodingVersion"], "<unset>"),
    ),
    Column::new(
        "StorageVersions",
        "The version in which each server stores objects.",
        Of(|storage| {
            let versions = storage.list(&["status", "storageVersions"]).iter();
            let versions = versions.map(|version| {
                format!(
                    "{}={}",
                    text(version, "apiServerID"),
                    text(version, "encodingVersion")
                )
            });
            or(&join_few(3, ",", versions), "<unset>").into()
        }),
    ),
    AGE,
]);

fn server(service: &Tree) -> String {
    match service.at(&["spec", "service"]) {
        Some(service) => format!("{}/{}", text(service, "namespace"), text(service, "name")),
        None => "Local".to_owned(),
    }
}

fn available(service: &Tree) -> String {
    let Some(available) = condition(service.list(&["status", "conditions"]), "Available") else {
        return "Unknown".to_owned();
    };
    match (text(available, "status"), text(available, "reason")) {
        ("True", _) => "True".to_owned(),
        (status, "") => status.to_owned(),
        (status, reason) => format!("{status} ({reason})"),
    }
}

/// A field of the one condition that a component has.
fn healthy<'c>(component: &'c Tree, field: &str) -> &'c str {
    let condition = condition(component.list(&["conditions"]), "Healthy");
    condition.map_or("", |condition| text(condition, field))
}
