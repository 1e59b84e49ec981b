//! The columns of kinds that have none of their own.

use super::column::{AGE, Cell::TextOr, Column, NAME, Table};

pub(super) static PLAIN: Table = Table::new(&[
    NAME,
    Column::new(
        "Created At",
        "When the object was created.",
        TextOr(&["metadata", "creationTimestamp"], "0001-01-01T00:00:00Z"),
    )
    .of_type("date"),
]);

/// Where the real server shows an age in place of a date.
pub(super) static AGED: Table = Table::new(&[NAME, AGE]);
