//! The columns of priorities.

use super::column::{
    AGE,
    Cell::{Flag, Number, Text},
    Column, NAME, Table,
};

pub(super) static PRIORITY_CLASSES: Table = Table::new(&[
    NAME,
    Column::new(
        "Value",
        "The priority: more goes first.",
        Number(&["value"]),
    )
    .integer(),
    Column::new(
        "Global-Default",
        "Whether pods that name no class have this one.",
        Flag(&["globalDefault"]),
    )
    .boolean(),
    AGE,
    Column::new(
        "PreemptionPolicy",
        "Whether others must make room.",
        Text(&["preemptionPolicy"]),
    ),
]);
