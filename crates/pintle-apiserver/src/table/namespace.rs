//! The columns of namespaces.

use super::column::{AGE, Cell::Text, Column, NAME, Table};

pub(super) static NAMESPACES: Table = Table::new(&[
    NAME,
    Column::new(
        "Status",
        "Whether the namespace is in use or on its way out.",
        Text(&["status", "phase"]),
    ),
    AGE,
]);
