//! The columns of autoscalers, and of what they scale.

use pintle_codec::Value;

use super::{
    column::{
        AGE,
        Cell::{Number, Of, Text},
        Column, NAME, Table,
    },
    field::text,
    join::{join_few, or_none},
};
use crate::schema::Tree;

pub(super) static HORIZONTAL_POD_AUTOSCALERS: Table = Table::new(&[
    NAME,
    Column::new(
        "Reference",
        "What is scaled.",
        Of(|autoscaler| {
            let target = |field| autoscaler.text(&["spec", "scaleTargetRef", field]);
            format!("{}/{}", target("kind"), target("name")).into()
        }),
    ),
    Column::new(
        "Targets",
        "What is measured, and what it should be.",
        Of(|autoscaler| metrics(autoscaler).into()),
    ),
    Column::new(
        "MinPods",
        "How few pods there may be.",
        Of(|autoscaler| match autoscaler.at(&["spec", "minReplicas"]) {
            Some(Value::Int(fewest)) => fewest.to_string().into(),
            _ => "<unset>".into(),
        }),
    ),
    Column::new(
        "MaxPods",
        "How many pods there may be.",
        Number(&["spec", "maxReplicas"]),
    ),
    Column::new(
        "Replicas",
        "How many pods there are.",
        Number(&["status", "currentReplicas"]),
    ),
    AGE,
]);

/// What the subresource `scale` is.
pub(super) static SCALES: Table = Table::new(&[
    Column::new(NAME.name, NAME.description, Text(&["metadata", "name"])),
    Column::new(
        "Desired",
        "How many pods there should be.",
        Number(&["spec", "replicas"]),
    )
    .integer(),
    Column::new(
        "Available",
        "How many pods there are.",
        Number(&["status", "replicas"]),
    )
    .integer(),
    AGE,
]);

fn metrics(autoscaler: &Tree) -> String {
    let statuses = autoscaler.list(&["status", "currentMetrics"]);
    let specs = autoscaler.list(&["spec", "metrics"]).iter().enumerate();
    let metrics = specs.map(|(at, spec)| metric(spec, statuses.get(at)));
    or_none(&join_few(2, ", ", metrics)).to_owned()
}

/// What a metric is beside what it should be. Its status says so in a field of the same name, which
/// is not there as long as nothing was measured.
fn metric(spec: &Value, status: Option<&Value>) -> String {
    let (field, of_resource) = match text(spec, "type") {
        "External" => ("external", false),
        "Object" => ("object", false),
        "Pods" => ("pods", false),
        "Resource" => ("resource", true),
        "ContainerResource" => ("containerResource", true),
        _ => return "<unknown type>".to_owned(),
    };
    let target = |amount| spec.at(&[field, "target", amount]);
    let measured = status.and_then(|status| status.get(field));
    let current = |amount| measured.and_then(|measured| measured.at(&["current", amount]));
    // Go prints an amount that is not there as it prints no pointer.
    let or_nil =
        |amount: Option<&Value>| amount.and_then(Value::as_str).unwrap_or("<nil>").to_owned();
    let or_unknown =
        |amount: Option<&Value>| amount.and_then(Value::as_str).unwrap_or(UNKNOWN).to_owned();
    let measured = |amount| match measured {
        Some(_) => or_nil(current(amount)),
        None => UNKNOWN.to_owned(),
    };
    let average = target("averageValue");
    if of_resource {
        let name = spec
            .at(&[field, "name"])
            .and_then(Value::as_str)
            .unwrap_or_default();
        if average.is_some() {
            return format!("{name}: {}/{}", measured("averageValue"), or_nil(average));
        }
        let percent = |value: Option<&Value>, none: &str| match value {
            Some(Value::Int(percent)) => format!("{percent}%"),
            _ => none.to_owned(),
        };
        let current = percent(current("averageUtilization"), UNKNOWN);
        let target = percent(target("averageUtilization"), "<auto>");
        return format!("{name}: {current}/{target}");
    }
    match average {
        _ if field == "pods" => format!("{}/{}", measured("averageValue"), or_nil(average)),
        Some(_) => format!(
            "{}/{} (avg)",
            or_unknown(current("averageValue")),
            or_nil(average)
        ),
        None => format!("{}/{}", measured("value"), or_nil(target("value"))),
    }
}

const UNKNOWN: &str = "<unknown>";
