//! The columns of events.

use pintle_env::Timestamp;

use super::{
    age::since,
    column::{
        Cell::{At, Of, Text},
        Column, NAME, Table,
    },
    field::{integer, text},
    join::or,
};
use crate::schema::Tree;

pub(super) static EVENTS: Table = Table::new(&[
    Column::new(
        "Last Seen",
        "The time since it happened last.",
        At(|event, now| last_seen(event, now).into()),
    ),
    Column::new(
        "Type",
        "Whether it is out of the ordinary.",
        Text(&["type"]),
    ),
    Column::new("Reason", "Why it happened, in a word.", Text(&["reason"])),
    Column::new(
        "Object",
        "What it happened to.",
        Of(|event| object(event).into()),
    ),
    Column::new(
        "Subobject",
        "The part of the object.",
        Of(|event| event.text(&["involvedObject", "fieldPath"]).into()),
    )
    .wide(),
    Column::new(
        "Source",
        "Who reports it.",
        Of(|event| source(event).into()),
    )
    .wide(),
    Column::new(
        "Message",
        "What happened.",
        Of(|event| event.text(&["message"]).trim().into()),
    ),
    Column::new(
        "First Seen",
        "The time since it happened first.",
        At(|event, now| first_seen(event, now).into()),
    )
    .wide(),
    Column::new(
        "Count",
        "How often it happened.",
        Of(|event| count(event).into()),
    )
    .wide(),
    NAME.wide(),
]);

fn last_seen(event: &Tree, now: Timestamp) -> String {
    if let Some(series) = event.get("series") {
        return since(text(series, "lastObservedTime"), now);
    }
    match event.text(&["lastTimestamp"]) {
        "" => first_seen(event, now),
        time => since(time, now),
    }
}

fn first_seen(event: &Tree, now: Timestamp) -> String {
    let time = event.text(&["firstTimestamp"]);
    since(or(time, event.text(&["eventTime"])), now)
}

fn object(event: &Tree) -> String {
    let kind = event.text(&["involvedObject", "kind"]).to_lowercase();
    match event.text(&["involvedObject", "name"]) {
        "" => kind,
        name => format!("{kind}/{name}"),
    }
}

/// The component and the instance of it.
fn source(event: &Tree) -> String {
    let component = event.text(&["source", "component"]);
    let controller = event.text(&["reportingComponent"]);
    let host = event.text(&["source", "host"]);
    let component = or(component, controller);
    match or(host, event.text(&["reportingInstance"])) {
        "" => component.to_owned(),
        instance => format!("{component}, {instance}"),
    }
}

/// How often it happened. One that says nothing happened once.
fn count(event: &Tree) -> i64 {
    if let Some(series) = event.get("series") {
        return integer(series.get("count"));
    }
    match integer(event.get("count")) {
        0 => 1,
        count => count,
    }
}
