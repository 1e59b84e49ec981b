//! The columns of requests for certificates.

use pintle_codec::Value;

use super::{
    age::seconds,
    column::{
        AGE,
        Cell::{Of, Text},
        Column, NAME, Table,
    },
    field::condition,
    join::or_none,
};
use crate::schema::Tree;

pub(super) static CERTIFICATE_SIGNING_REQUESTS: Table = Table::new(&[
    NAME,
    AGE,
    Column::new(
        "SignerName",
        "Who is asked to sign.",
        Of(|request| or_none(request.text(&["spec", "signerName"])).into()),
    ),
    Column::new("Requestor", "Who asks.", Text(&["spec", "username"])),
    Column::new(
        "RequestedDuration",
        "How long the certificate should be valid.",
        Of(|request| match request.at(&["spec", "expirationSeconds"]) {
            Some(Value::Int(expiration)) => seconds(*expiration).into(),
            _ => "<none>".into(),
        }),
    ),
    Column::new(
        "Condition",
        "What was decided, and what came of it.",
        Of(|request| decision(request).into()),
    ),
]);

fn decision(request: &Tree) -> String {
    let conditions = request.list(&["status", "conditions"]);
    let has = |type_| condition(conditions, type_).is_some();
    let mut decision = if has("Denied") {
        "Denied"
    } else if has("Approved") {
        "Approved"
    } else {
        "Pending"
    }
    .to_owned();
    if has("Failed") {
        decision.push_str(",Failed");
    }
    if !request.text(&["status", "certificate"]).is_empty() {
        decision.push_str(",Issued");
    }
    decision
}
