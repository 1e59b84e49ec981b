//! The columns of what looks at requests before they change anything.

use super::{
    column::{
        AGE,
        Cell::{Count, Of, Text},
        Column, NAME, Table,
    },
    field::text,
    selector::go_selector,
};
use crate::schema::Tree;

/// Both of those that change objects and of those that only look at them.
pub(super) static WEBHOOK_CONFIGURATIONS: Table = Table::new(&[
    NAME,
    Column::new("Webhooks", "How many are called.", Count(&["webhooks"])).integer(),
    AGE,
]);

pub(super) static VALIDATING_ADMISSION_POLICIES: Table = Table::new(&[
    NAME,
    Column::new(
        "Validations",
        "How many rules there are.",
        Count(&["spec", "validations"]),
    )
    .integer(),
    PARAM_KIND,
    AGE,
]);

pub(super) static MUTATING_ADMISSION_POLICIES: Table = Table::new(&[
    NAME,
    Column::new(
        "Mutations",
        "How many changes are made.",
        Count(&["spec", "mutations"]),
    )
    .integer(),
    PARAM_KIND,
    AGE,
]);

/// Of policies of both kinds.
pub(super) static POLICY_BINDINGS: Table = Table::new(&[
    NAME,
    Column::new(
        "PolicyName",
        "The policy that is in force.",
        Text(&["spec", "policyName"]),
    ),
    Column::new(
        "ParamRef",
        "The objects that the policy is given.",
        Of(|binding| parameters(binding).into()),
    ),
    AGE,
]);

const PARAM_KIND: Column = Column::new(
    "ParamKind",
    "The kind of the objects that the policy is given.",
    Of(|policy| match policy.at(&["spec", "paramKind"]) {
        Some(kind) => format!("{}/{}", text(kind, "apiVersion"), text(kind, "kind")).into(),
        None => "<unset>".into(),
    }),
);

fn parameters(binding: &Tree) -> String {
    let Some(reference) = binding.at(&["spec", "paramRef"]) else {
        return "<unset>".to_owned();
    };
    match (text(reference, "namespace"), text(reference, "name")) {
        (_, "") => match reference.get("selector") {
            Some(selector) => go_selector(selector),
            None => "<unset>".to_owned(),
        },
        // Whether it is in a namespace cannot be told from here.
        ("", name) => format!("*/{name}"),
        (namespace, name) => format!("{namespace}/{name}"),
    }
}
