//! The columns of what gives roles to users.

use super::{
    column::{AGE, Cell::Of, Column, NAME, Table},
    field::text,
    join::join_with,
};
use crate::schema::Tree;

/// Both of those in a namespace and of those of the cluster.
pub(super) static ROLE_BINDINGS: Table = Table::new(&[
    NAME,
    Column::new(
        "Role",
        "The role that is given.",
        Of(|binding| {
            let role = |field| binding.text(&["roleRef", field]);
            format!("{}/{}", role("kind"), role("name")).into()
        }),
    ),
    AGE,
    Column::new(
        "Users",
        "The users who have it.",
        Of(|binding| subjects(binding, "User").into()),
    )
    .wide(),
    Column::new(
        "Groups",
        "The groups whose users have it.",
        Of(|binding| subjects(binding, "Group").into()),
    )
    .wide(),
    Column::new(
        "ServiceAccounts",
        "The service accounts that have it.",
        Of(|binding| subjects(binding, "ServiceAccount").into()),
    )
    .wide(),
]);

fn subjects(binding: &Tree, kind: &str) -> String {
    let subjects = binding.list(&["subjects"]).iter();
    let subjects = subjects.filter(|subject| text(subject, "kind") == kind);
    let names = subjects.map(|subject| match kind {
        "ServiceAccount" => format!("{}/{}", text(subject, "namespace"), text(subject, "name")),
        _ => text(subject, "name").to_owned(),
    });
    join_with(", ", names)
}
