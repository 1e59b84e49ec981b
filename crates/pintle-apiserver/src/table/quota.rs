//! The columns of quotas.

use super::{
    column::{AGE, Cell::Of, Column, NAME, Table},
    field::texts,
    join::{join_with, or},
};
use crate::schema::Tree;

pub(super) static RESOURCE_QUOTAS: Table = Table::new(&[
    NAME,
    Column::new(
        "Request",
        "What is used, of what may be, but for limits.",
        Of(|quota| used(quota, |resource| !is_limit(resource)).into()),
    ),
    Column::new(
        "Limit",
        "What is used of limits, of what may be.",
        Of(|quota| used(quota, is_limit).into()),
    ),
    AGE,
]);

fn used(quota: &Tree, shown: impl Fn(&str) -> bool) -> String {
    let amounts = |field| quota.at(&["status", field]);
    let mut hard: Vec<_> = texts(amounts("hard"))
        .filter(|(resource, _)| shown(resource))
        .collect();
    hard.sort_unstable();
    let used = hard.iter().map(|(resource, hard)| {
        let used = quota.text(&["status", "used", resource]);
        format!("{resource}: {}/{hard}", or(used, "0"))
    });
    join_with(", ", used)
}

fn is_limit(resource: &str) -> bool {
    resource.starts_with("limits.")
}
