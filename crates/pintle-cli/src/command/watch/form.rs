//! In which form objects are asked for, and what is kept of them.

use pintle_codec::Value;

use crate::args::Output;
use crate::error::{Error, Kind};
use crate::listing::{OBJECTS, TABLE};
use crate::output::{self, Column, Row, Table};

/// Reads answers as the output needs them.
pub(super) struct Form {
    output: Output,
    /// Those of the last answer that had any: only the first event of a watch brings them.
    columns: Vec<Column>,
}

/// What is kept of an object: its row, and the object itself where that is what is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Entry {
    pub(super) row: Row,
    pub(super) object: Option<Value>,
}

impl Form {
    pub(super) fn new(output: Output) -> Self {
        Self {
            output,
            columns: Vec::new(),
        }
    }

    /// What to ask the server for.
    pub(super) fn accept(&self) -> &'static str {
        match self.output {
            Output::Json | Output::Yaml => OBJECTS,
            Output::Table | Output::Wide | Output::Name => TABLE,
        }
    }

    /// The objects of an answer.
    pub(super) fn read(&mut self, answer: Value) -> Vec<Entry> {
        if let Output::Json | Output::Yaml = self.output {
            let objects = output::items(answer).into_iter();
            return objects.map(Entry::whole).collect();
        }
        let mut table = Table::read(&answer);
        if !table.columns.is_empty() {
            self.columns = table.columns;
        }
        if self.output != Output::Wide {
            for row in &mut table.rows {
                row.narrow(&self.columns);
            }
        }
        let rows = table.rows.into_iter();
        rows.map(|row| Entry { row, object: None }).collect()
    }

    /// The object of an event.
    pub(super) fn read_one(&mut self, answer: Value) -> Result<Entry, Error> {
        let entry = self.read(answer).pop();
        entry.ok_or_else(|| Error::new(Kind::InvalidAnswer, "an event of the watch has no object"))
    }

    /// The headings of the columns that are shown.
    pub(super) fn headings(&self) -> Vec<&str> {
        let wide = self.output == Output::Wide;
        let shown = self
            .columns
            .iter()
            .filter(|column| wide || column.always_shown);
        shown.map(|column| column.heading.as_str()).collect()
    }
}

impl Entry {
    fn whole(mut object: Value) -> Self {
        output::tidy(&mut object, false);
        Self {
            row: Row::of_plain_object(&object),
            object: Some(object),
        }
    }
}
