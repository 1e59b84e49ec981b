//! The columns of kinds that have none of their own.

use super::{Column, NAME, NEVER, Table};

pub(super) static PLAIN: Table = Table {
    columns: &[
        NAME,
        Column {
            name: "Created At",
            type_: "date",
            format: "",
            description: "When the object was created.",
            priority: 0,
        },
    ],
    cells: |object, _| {
        let created = object.metadata_text("creationTimestamp");
        vec![object.metadata_text("name").into(), created.into()]
    },
    completed: NEVER,
};
