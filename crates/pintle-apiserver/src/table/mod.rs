//! Objects as tables: the columns that kubectl shows, as the real server computes them.
//!
//! One file a kind that has columns of its own. Cells are computed from the value tree and the time
//! of the request, so that an age is right when it is asked for.

mod age;
mod config_map;
mod deployment;
mod namespace;
mod plain;
mod pod;
mod render;
mod service;

use pintle_codec::Value;
use pintle_env::Timestamp;

use crate::schema::{Resource, Tree};

pub(crate) use render::{IncludeObject, TableWriter, partial_object};

/// How the objects of a resource are printed.
pub(crate) fn of(resource: &Resource) -> &'static Table {
    match (resource.group, resource.resource) {
        ("", "configmaps") => &config_map::CONFIG_MAP,
        ("", "namespaces") => &namespace::NAMESPACE,
        ("", "pods") => &pod::POD,
        ("", "services") => &service::SERVICE,
        ("apps", "deployments") => &deployment::DEPLOYMENT,
        _ => &plain::PLAIN,
    }
}

/// How the objects of a resource are printed.
#[derive(Debug)]
pub(crate) struct Table {
    /// The columns, from left to right.
    columns: &'static [Column],
    /// The cells of an object, one a column.
    cells: fn(&Tree, Timestamp) -> Vec<Value>,
    /// Why an object has done what it was for, so that a client may leave its row out: a word and a
    /// sentence.
    completed: fn(&Tree) -> Option<(&'static str, &'static str)>,
}

/// A column.
#[derive(Debug)]
struct Column {
    name: &'static str,
    /// `string` or `integer`, as in OpenAPI.
    type_: &'static str,
    /// `name` for the column of the name.
    format: &'static str,
    description: &'static str,
    /// Zero for a column that is always shown, more for one that is left out when space is scarce.
    priority: i64,
}

impl Column {
    const fn text(name: &'static str, description: &'static str) -> Self {
        Self {
            name,
            type_: "string",
            format: "",
            description,
            priority: 0,
        }
    }

    /// Shown in wide output only.
    const fn wide(mut self) -> Self {
        self.priority = 1;
        self
    }
}

/// Objects that are never done.
const NEVER: fn(&Tree) -> Option<(&'static str, &'static str)> = |_| None;

const NAME: Column = Column {
    name: "Name",
    type_: "string",
    format: "name",
    description: "The name of the object, unique among its kind in its namespace.",
    priority: 0,
};

const AGE: Column = Column::text("Age", "The time since the object was created.");

/// Texts in a cell, or `<none>`.
fn join(texts: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let mut joined = String::new();
    for text in texts {
        if !joined.is_empty() {
            joined.push(',');
        }
        joined.push_str(text.as_ref());
    }
    or_none(&joined).to_owned()
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "<none>" } else { text }
}

/// The number at a path below a value; zero if there is none.
fn integer(value: Option<&Value>) -> i64 {
    value.and_then(Value::as_int).unwrap_or_default()
}

/// The text of a field; empty if there is none.
fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}
