//! The columns of what decides which requests wait.

use pintle_codec::Value;

use super::{
    column::{
        AGE,
        Cell::{Number, Of, Text, TextOr},
        Column, NAME, Table,
    },
    field::{condition, integer, text},
};
use crate::schema::Tree;

pub(super) static FLOW_SCHEMAS: Table = Table::new(&[
    NAME,
    Column::new(
        "PriorityLevel",
        "The level of the requests that it is for.",
        Text(&["spec", "priorityLevelConfiguration", "name"]),
    ),
    Column::new(
        "MatchingPrecedence",
        "Which one counts of several: the least.",
        Number(&["spec", "matchingPrecedence"]),
    ),
    Column::new(
        "DistinguisherMethod",
        "What makes requests of one flow.",
        TextOr(&["spec", "distinguisherMethod", "type"], "<none>"),
    ),
    AGE,
    Column::new(
        "MissingPL",
        "Whether the level is not there.",
        Of(|schema| {
            let dangling = condition(schema.list(&["status", "conditions"]), "Dangling");
            dangling
                .map_or("?", |dangling| text(dangling, "status"))
                .into()
        }),
    ),
])
.ordered(|one, other| precedence(one).cmp(&precedence(other)));

pub(super) static PRIORITY_LEVELS: Table = Table::new(&[
    NAME,
    Column::new(
        "Type",
        "Whether its requests are limited.",
        Text(&["spec", "type"]),
    ),
    Column::new(
        "NominalConcurrencyShares",
        "Its share of the requests that may run at once.",
        Of(|level| number(level, &["spec", "limited", "nominalConcurrencyShares"])),
    ),
    Column::new(
        "Queues",
        "How many queues there are for requests that wait.",
        Of(|level| queuing(level, "queues")),
    ),
    Column::new(
        "HandSize",
        "How many queues a flow may use.",
        Of(|level| queuing(level, "handSize")),
    ),
    Column::new(
        "QueueLengthLimit",
        "How many requests may wait in a queue.",
        Of(|level| queuing(level, "queueLengthLimit")),
    ),
    AGE,
]);

/// The first of several that a request meets is the one for it.
fn precedence(schema: &Tree) -> (i64, &str) {
    let precedence = integer(schema.at(&["spec", "matchingPrecedence"]));
    (precedence, schema.metadata_text("name"))
}

fn queuing(level: &Tree, field: &str) -> Value {
    number(
        level,
        &["spec", "limited", "limitResponse", "queuing", field],
    )
}

/// The number at a path, or a word if there is nothing that could have one.
fn number(level: &Tree, path: &[&str]) -> Value {
    let above = path.split_last().and_then(|(_, above)| level.at(above));
    match above {
        Some(_) => integer(level.at(path)).into(),
        None => "<none>".into(),
    }
}
