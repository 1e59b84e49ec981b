//! The columns of deployments.

use pintle_codec::{Object, Value};

use super::{AGE, Column, NAME, NEVER, Table, age::age, integer, text};
use crate::schema::Tree;

pub(super) static DEPLOYMENT: Table = Table {
    columns: &[
        NAME,
        Column::text(
            "Ready",
            "How many pods are ready, of how many there should be.",
        ),
        Column::text("Up-to-date", "How many pods have the current template."),
        Column::text(
            "Available",
            "How many pods have been ready for long enough.",
        ),
        AGE,
        Column::text("Containers", "The names of the template's containers.").wide(),
        Column::text("Images", "The images of the template's containers.").wide(),
        Column::text("Selector", "The labels by which pods belong to it.").wide(),
    ],
    cells: |deployment, now| {
        let status = |field| integer(deployment.at(&["status", field]));
        let ready = status("readyReplicas");
        let desired = integer(deployment.at(&["spec", "replicas"]));
        let containers = deployment.list(&["spec", "template", "spec", "containers"]);
        let listed = |field: &str| {
            let texts: Vec<_> = containers
                .iter()
                .map(|container| text(container, field))
                .collect();
            texts.join(",")
        };
        vec![
            deployment.metadata_text("name").into(),
            format!("{ready}/{desired}").into(),
            Value::Int(status("updatedReplicas")),
            Value::Int(status("availableReplicas")),
            age(deployment, now).into(),
            listed("name").into(),
            listed("image").into(),
            selector(deployment).into(),
        ]
    },
    completed: NEVER,
};

/// A label selector as it is written in a request.
fn selector(deployment: &Tree) -> String {
    let Some(selector) = deployment.at(&["spec", "selector"]) else {
        // No selector selects nothing, and says so with nothing.
        return String::new();
    };
    let mut terms = Vec::new();
    let labels = selector.get("matchLabels").and_then(Value::as_object);
    for (key, value) in labels.into_iter().flat_map(Object::iter) {
        let value = value.as_str().unwrap_or_default();
        terms.push((key.to_owned(), format!("{key}={value}")));
    }
    let expressions = selector.get("matchExpressions").and_then(Value::as_array);
    for expression in expressions.unwrap_or_default() {
        let key = text(expression, "key");
        let values = expression.get("values").and_then(Value::as_array);
        let mut values: Vec<_> = values
            .unwrap_or_default()
            .iter()
            .filter_map(Value::as_str)
            .collect();
        values.sort_unstable();
        let values = values.join(",");
        let term = match text(expression, "operator") {
            "In" => format!("{key} in ({values})"),
            "NotIn" => format!("{key} notin ({values})"),
            "Exists" => key.to_owned(),
            "DoesNotExist" => format!("!{key}"),
            _ => return "<invalid>".to_owned(),
        };
        terms.push((key.to_owned(), term));
    }
    // A selector that asks for nothing selects everything.
    if terms.is_empty() {
        return String::new();
    }
    terms.sort();
    let terms: Vec<_> = terms.into_iter().map(|(_, term)| term).collect();
    terms.join(",")
}
