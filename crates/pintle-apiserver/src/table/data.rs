//! The columns of what only holds data.

use super::column::{
    AGE,
    Cell::{Count, Of, Text},
    Column, NAME, Table, count,
};

pub(super) static CONFIG_MAPS: Table = Table::new(&[
    NAME,
    Column::new(
        "Data",
        "The number of keys, those of binary data included.",
        Of(|map| (count(map.get("data")) + count(map.get("binaryData"))).into()),
    ),
    AGE,
]);

pub(super) static SECRETS: Table = Table::new(&[
    NAME,
    Column::new("Type", "What the data is.", Text(&["type"])),
    Column::new("Data", "The number of keys.", Count(&["data"])),
    AGE,
]);
