//! The columns of claims on devices, and of the devices.

use pintle_codec::Value;
use pintle_env::Timestamp;

use super::{
    age::since,
    column::{
        AGE,
        Cell::{At, Number, Of, Text},
        Column, NAME, Table,
    },
    field::{integer, is_deleting, text},
    join::join,
};
use crate::schema::Tree;

pub(super) static RESOURCE_CLAIMS: Table = Table::new(&[
    NAME,
    Column::new(
        "State",
        "How far the claim is.",
        Of(|claim| state(claim).into()),
    ),
    AGE,
]);

pub(super) static RESOURCE_SLICES: Table = Table::new(&[
    NAME,
    Column::new(
        "Node",
        "The node that has the devices.",
        Text(&["spec", "nodeName"]),
    ),
    Column::new(
        "Driver",
        "The driver of the devices.",
        Text(&["spec", "driver"]),
    ),
    Column::new(
        "Pool",
        "What the slice is one of.",
        Text(&["spec", "pool", "name"]),
    ),
    AGE,
]);

pub(super) static DEVICE_TAINT_RULES: Table = Table::new(&[
    NAME,
    Column::new(
        "Key",
        "The key of the taint.",
        Text(&["spec", "taint", "key"]),
    ),
    Column::new(
        "Value",
        "The value of the taint.",
        Text(&["spec", "taint", "value"]),
    ),
    Column::new(
        "Effect",
        "What it does to claims.",
        Text(&["spec", "taint", "effect"]),
    ),
    Column::new(
        "TimeAdded",
        "The time since the taint was made.",
        At(
            |rule, now| match rule.text(&["spec", "taint", "timeAdded"]) {
                "" => "".into(),
                time => since(time, now).into(),
            },
        ),
    ),
    AGE,
]);

pub(super) static RESOURCE_POOL_STATUS_REQUESTS: Table = Table::new(&[
    NAME,
    Column::new(
        "Driver",
        "The driver that is asked.",
        Text(&["spec", "driver"]),
    ),
    Column::new(
        "Total",
        "How many devices there are.",
        Of(|request| devices(request, "totalDevices").into()),
    ),
    Column::new(
        "Available",
        "How many devices are free.",
        Of(|request| devices(request, "availableDevices").into()),
    ),
    Column::new(
        "Allocated",
        "How many devices are in use.",
        Of(|request| devices(request, "allocatedDevices").into()),
    ),
    Column::new(
        "Unavailable",
        "How many devices cannot be used.",
        Of(|request| devices(request, "unavailableDevices").into()),
    ),
    Column::new(
        "Errors",
        "How many pools are not as they should be.",
        Of(|request| errors(request).into()),
    ),
    Column::new(
        "Pools",
        "How many pools there are.",
        Number(&["status", "poolCount"]),
    )
    .integer(),
    Column::new(
        "Status",
        "How far the request is.",
        Of(|request| progress(request).into()),
    ),
    Column::new(
        "Completed",
        "The time since it was answered.",
        At(|request, now| completed(request, now).into()),
    ),
]);

fn state(claim: &Tree) -> String {
    let deleting = is_deleting(claim);
    let allocated = claim.at(&["status", "allocation"]).is_some();
    let reserved = !claim.list(&["status", "reservedFor"]).is_empty();
    let states = [
        (deleting, "deleted"),
        (!allocated && !deleting, "pending"),
        (allocated, "allocated"),
        (allocated && reserved, "reserved"),
    ];
    join(
        states
            .iter()
            .filter(|(is_so, _)| *is_so)
            .map(|(_, state)| state),
    )
}

/// The outcome of a request: the first of its conditions that says one.
fn outcome(request: &Tree) -> Option<&Value> {
    let mut conditions = request.list(&["status", "conditions"]).iter();
    conditions.find(|condition| {
        text(condition, "status") == "True"
            && matches!(text(condition, "type"), "Complete" | "Failed")
    })
}

/// What its pools add up to, if it was answered.
fn sum(request: &Tree, of_pool: impl Fn(&Value) -> i64) -> String {
    let is_answered = request.get("status").is_some();
    let has_failed = outcome(request).is_some_and(|outcome| text(outcome, "type") == "Failed");
    if !is_answered || has_failed {
        return "-".to_owned();
    }
    let pools = request.list(&["status", "pools"]).iter();
    pools.map(of_pool).sum::<i64>().to_string()
}

fn devices(request: &Tree, field: &str) -> String {
    sum(request, |pool| integer(pool.get(field)))
}

fn errors(request: &Tree) -> String {
    sum(request, |pool| {
        i64::from(pool.get("validationError").is_some())
    })
}

fn progress(request: &Tree) -> String {
    let outcome = outcome(request).map_or("Pending", |outcome| text(outcome, "type"));
    let told = request.list(&["status", "pools"]).len();
    let all = integer(request.at(&["status", "poolCount"]));
    if outcome == "Complete" && i64::try_from(told).is_ok_and(|told| all > told) {
        return format!("{outcome} ({told}/{all} pools)");
    }
    outcome.to_owned()
}

fn completed(request: &Tree, now: Timestamp) -> String {
    match outcome(request) {
        Some(outcome) if text(outcome, "type") == "Complete" => {
            since(text(outcome, "lastTransitionTime"), now)
        }
        _ => "<none>".to_owned(),
    }
}
