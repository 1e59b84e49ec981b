//! [`Table`], how the objects of a resource are printed: a list of [`Column`]s, each of which knows
//! what stands in its cells.

use std::cmp::Ordering;

use pintle_codec::Value;
use pintle_env::Timestamp;

use super::{
    age::since,
    field::{integer, text},
    join::join,
    selector::{labels, selector},
};
use crate::schema::Tree;

/// How the objects of a resource are printed.
#[derive(Debug)]
pub(crate) struct Table {
    /// The columns, from left to right.
    pub(super) columns: &'static [Column],
    /// Cells at the end that no column is for.
    surplus: &'static [Cell],
    /// Why an object has done what it was for, so that a client may leave its row out: a word and a
    /// sentence.
    pub(super) completed: fn(&Tree) -> Option<(&'static str, &'static str)>,
    /// The order of the rows of a list, if it is not that of the list.
    pub(super) order: Option<fn(&Tree, &Tree) -> Ordering>,
    /// Whether each event of a watch has the columns, and not only the first.
    pub(super) repeats_columns: bool,
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    pub(super) name: &'static str,
    /// `string`, `integer`, `boolean` or `date`, as in OpenAPI. Cells need not keep to it.
    pub(super) type_: &'static str,
    /// `name` for the column of the name.
    pub(super) format: &'static str,
    pub(super) description: &'static str,
    /// Zero for a column that is always shown, more for one that is left out when space is scarce.
    pub(super) priority: i64,
    cell: Cell,
}

/// What stands in the cells of a column.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cell {
    /// The text at a path; empty if there is none.
    Text(Path),
    /// The text at a path, or another where there is none.
    TextOr(Path, &'static str),
    /// The number at a path; zero if there is none.
    Number(Path),
    /// How many elements or entries there are at a path.
    Count(Path),
    /// Whether there is `true` at a path, as JSON has it.
    Flag(Path),
    /// How long ago the time at a path was.
    Since(Path),
    /// The labels at a path.
    Labels(Path),
    /// The label selector at a path.
    Selector(Path),
    /// A field of each element of the list at a path.
    Each(Path, &'static str),
    /// What a function makes of the object.
    Of(fn(&Tree) -> Value),
    /// What a function makes of the object and the time of the request.
    At(fn(&Tree, Timestamp) -> Value),
}

/// The fields to a value, from the outermost.
pub(super) type Path = &'static [&'static str];

impl Table {
    /// Objects that are printed in these columns, and are never done.
    pub(super) const fn new(columns: &'static [Column]) -> Self {
        Self {
            columns,
            surplus: &[],
            completed: |_| None,
            order: None,
            repeats_columns: false,
        }
    }

    /// Their rows have cells for which there is no column.
    pub(super) const fn with_surplus(mut self, surplus: &'static [Cell]) -> Self {
        self.surplus = surplus;
        self
    }

    /// They may be done, and this says why.
    pub(super) const fn completed(
        mut self,
        completed: fn(&Tree) -> Option<(&'static str, &'static str)>,
    ) -> Self {
        self.completed = completed;
        self
    }

    /// Their lists are printed in this order.
    pub(super) const fn ordered(mut self, order: fn(&Tree, &Tree) -> Ordering) -> Self {
        self.order = Some(order);
        self
    }

    /// Each event of a watch has their columns.
    pub(super) const fn repeating_columns(mut self) -> Self {
        self.repeats_columns = true;
        self
    }

    /// The cells of an object.
    pub(super) fn cells(&self, object: &Tree, now: Timestamp) -> Vec<Value> {
        let cells = self.columns.iter().map(|column| &column.cell);
        let cells = cells.chain(self.surplus);
        cells.map(|cell| cell.of(object, now)).collect()
    }
}

impl Column {
    /// A column of texts that is always shown.
    pub(super) const fn new(name: &'static str, description: &'static str, cell: Cell) -> Self {
        Self {
            name,
            type_: "string",
            format: "",
            description,
            priority: 0,
            cell,
        }
    }

    /// A column of whole numbers.
    pub(super) const fn integer(self) -> Self {
        self.of_type("integer")
    }

    /// A column of what is either so or not.
    pub(super) const fn boolean(self) -> Self {
        self.of_type("boolean")
    }

    /// A column of what OpenAPI calls a type.
    pub(super) const fn of_type(mut self, type_: &'static str) -> Self {
        self.type_ = type_;
        self
    }

    /// A column of names of objects.
    pub(super) const fn names(mut self) -> Self {
        self.format = "name";
        self
    }

    /// Shown in wide output only.
    pub(super) const fn wide(mut self) -> Self {
        self.priority = 1;
        self
    }
}

impl Cell {
    /// What stands in it for an object.
    fn of(self, object: &Tree, now: Timestamp) -> Value {
        match self {
            Cell::Text(path) => object.text(path).into(),
            Cell::TextOr(path, other) => match object.at(path).and_then(Value::as_str) {
                Some(text) => text.into(),
                None => other.into(),
            },
            Cell::Number(path) => integer(object.at(path)).into(),
            Cell::Count(path) => count(object.at(path)).into(),
            Cell::Flag(path) => Value::Bool(object.at(path) == Some(&Value::Bool(true))),
            Cell::Since(path) => since(object.text(path), now).into(),
            Cell::Labels(path) => labels(object.at(path)).into(),
            Cell::Selector(path) => selector(object.at(path)).into(),
            Cell::Each(path, field) => {
                let elements = object.list(path).iter();
                join(elements.map(|element| text(element, field))).into()
            }
            Cell::Of(make) => make(object),
            Cell::At(make) => make(object, now),
        }
    }
}

/// The name of the object.
pub(super) const NAME: Column = Column::new(
    "Name",
    "The name of the object, unique among its kind in its namespace.",
    Cell::Text(&["metadata", "name"]),
)
.names();

/// How old the object is.
pub(super) const AGE: Column =
    Column::new("Age", "The time since the object was created.", AGE_CELL);

/// How old the object is, for whatever column.
pub(super) const AGE_CELL: Cell = Cell::Since(&["metadata", "creationTimestamp"]);

/// The number of elements of a list or entries of a map.
pub(super) fn count(value: Option<&Value>) -> i64 {
    let elements = match value {
        Some(Value::Array(elements)) => elements.len(),
        Some(Value::Object(entries)) => entries.len(),
        _ => 0,
    };
    i64::try_from(elements).unwrap_or(i64::MAX)
}
