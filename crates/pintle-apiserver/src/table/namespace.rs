//! The columns of namespaces.

use super::{AGE, Column, NAME, NEVER, Table, age::age};

pub(super) static NAMESPACE: Table = Table {
    columns: &[
        NAME,
        Column::text(
            "Status",
            "Whether the namespace is in use or on its way out.",
        ),
        AGE,
    ],
    cells: |namespace, now| {
        vec![
            namespace.metadata_text("name").into(),
            namespace.text(&["status", "phase"]).into(),
            age(namespace, now).into(),
        ]
    },
    completed: NEVER,
};
