//! The columns of disruption budgets.

use pintle_codec::Value;

use super::column::{
    AGE,
    Cell::{Number, Of},
    Column, NAME, Table,
};
use crate::schema::Tree;

pub(super) static POD_DISRUPTION_BUDGETS: Table = Table::new(&[
    NAME,
    Column::new(
        "Min Available",
        "How many pods must be available.",
        Of(|budget| number_or_share(budget, "minAvailable")),
    ),
    Column::new(
        "Max Unavailable",
        "How many pods may be unavailable.",
        Of(|budget| number_or_share(budget, "maxUnavailable")),
    ),
    Column::new(
        "Allowed Disruptions",
        "How many pods may be evicted now.",
        Number(&["status", "disruptionsAllowed"]),
    )
    .integer(),
    AGE,
]);

fn number_or_share(budget: &Tree, field: &str) -> Value {
    match budget.at(&["spec", field]) {
        Some(Value::Int(number)) => number.to_string().into(),
        Some(Value::String(share)) => share.clone().into(),
        _ => "N/A".into(),
    }
}
