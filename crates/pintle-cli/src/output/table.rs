//! Tables: what the server answers when it is asked for one, and how kubectl lays it out.

use pintle_codec::Value;

/// A table of objects.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Table {
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Row>,
}

/// A column: its heading, and whether it is one of the few that are always shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) heading: String,
    pub(crate) always_shown: bool,
}

/// An object's row.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Row {
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) uid: String,
    pub(crate) resource_version: String,
    /// Names and values, in order.
    pub(crate) labels: Vec<(String, String)>,
    /// One for each column. The first is the name.
    pub(crate) cells: Vec<String>,
}

impl Table {
    /// Reads what a server answered that was asked for a table. One that has no tables answers with
    /// the object or the list itself, of which name and age are shown.
    pub(crate) fn read(answer: &Value) -> Self {
        if text(answer, &["kind"]) == "Table" {
            let columns = elements(answer, "columnDefinitions").iter();
            let rows = elements(answer, "rows").iter();
            return Self {
                columns: columns.map(Column::read).collect(),
                rows: rows.map(Row::read).collect(),
            };
        }
        let column = |heading: &str| Column {
            heading: heading.to_owned(),
            always_shown: true,
        };
        let objects = match answer.get("items") {
            Some(Value::Array(items)) => items.as_slice(),
            _ => std::slice::from_ref(answer),
        };
        Self {
            columns: vec![column("NAME"), column("CREATED AT")],
            rows: objects.iter().map(Row::of_plain_object).collect(),
        }
    }

    /// Adds the rows of the page that follows.
    pub(crate) fn append(&mut self, mut page: Self) {
        if self.columns.is_empty() {
            self.columns = page.columns;
        }
        self.rows.append(&mut page.rows);
    }

    /// The table without the columns that are for wide output only.
    pub(crate) fn narrow(mut self) -> Self {
        for row in &mut self.rows {
            row.narrow(&self.columns);
        }
        self.columns.retain(|column| column.always_shown);
        self
    }

    /// Adds a column at the end, whose cells `cell` makes.
    pub(crate) fn add_column(&mut self, heading: String, cell: impl Fn(&Row) -> String) {
        self.columns.push(Column {
            heading,
            always_shown: true,
        });
        for row in &mut self.rows {
            let cell = cell(row);
            row.cells.push(cell);
        }
    }

    /// The headings.
    pub(crate) fn headings(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.heading.as_str())
    }
}

impl Column {
    fn read(definition: &Value) -> Self {
        let priority = definition.get("priority").and_then(Value::as_int);
        Self {
            heading: sanitise(&text(definition, &["name"]).to_uppercase()),
            always_shown: priority.unwrap_or_default() == 0,
        }
    }
}

impl Row {
    fn read(row: &Value) -> Self {
        let cells = elements(row, "cells").iter().map(cell).collect();
        let object = row.get("object").unwrap_or(&Value::Null);
        Self::of(object, cells)
    }

    pub(crate) fn of_plain_object(object: &Value) -> Self {
        let created = match text(object, &["metadata", "creationTimestamp"]) {
            "" => "<unknown>",
            time => time,
        };
        let cells = vec![
            sanitise(text(object, &["metadata", "name"])),
            sanitise(created),
        ];
        Self::of(object, cells)
    }

    fn of(object: &Value, cells: Vec<String>) -> Self {
        let metadata = |field| text(object, &["metadata", field]);
        Self {
            namespace: sanitise(metadata("namespace")),
            name: match metadata("name") {
                "" => cells.first().cloned().unwrap_or_default(),
                name => sanitise(name),
            },
            uid: metadata("uid").to_owned(),
            resource_version: metadata("resourceVersion").to_owned(),
            labels: labels(object),
            cells,
        }
    }

    /// The value of a label.
    pub(crate) fn label(&self, name: &str) -> Option<&str> {
        let found = self.labels.iter().find(|(probe, _)| probe == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Drops the cells of columns that are for wide output only.
    pub(crate) fn narrow(&mut self, columns: &[Column]) {
        let mut shown = columns.iter().map(|column| column.always_shown);
        // A cell without a column is not hidden.
        self.cells.retain(|_| shown.next().unwrap_or(true));
    }
}

/// How wide the columns are. They grow with what is shown and never shrink.
#[derive(Debug, Default)]
pub(crate) struct Widths(Vec<usize>);

impl Widths {
    /// Makes room for the cells of a line.
    pub(crate) fn fit<'a>(&mut self, cells: impl Iterator<Item = &'a str>) {
        for (index, cell) in cells.enumerate() {
            let width = (cell.chars().count() + PADDING).max(NARROWEST);
            match self.0.get_mut(index) {
                Some(known) => *known = width.max(*known),
                None => self.0.push(width),
            }
        }
    }

    /// Appends a line. The last cell is not padded.
    pub(crate) fn line<'a>(&self, cells: impl Iterator<Item = &'a str>, out: &mut String) {
        let mut missing = 0;
        for (index, cell) in cells.enumerate() {
            out.extend(std::iter::repeat_n(' ', missing));
            out.push_str(cell);
            let width = self.0.get(index).copied().unwrap_or_default();
            missing = width.saturating_sub(cell.chars().count());
        }
        out.push('\n');
    }
}

/// The text of a cell, on one line.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => "<none>".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::String(text) => match text.find(['\n', '\r', '\x0c']) {
            Some(end) => sanitise(&text[..end]) + "...",
            None => sanitise(text),
        },
        other => {
            let mut json = Vec::new();
            pintle_codec::json::write(other, &mut json);
            String::from_utf8_lossy(&json).into_owned()
        }
    }
}

/// Text that cannot command the terminal: control characters are spelled out.
pub(crate) fn sanitise(text: &str) -> String {
    if !text.contains(char::is_control) {
        return text.to_owned();
    }
    let spelled = text.chars().map(|char| match char {
        char if !char.is_control() => char.to_string(),
        // ^[ and its like.
        char if char.is_ascii() => format!("^{}", ((char as u8) ^ 0x40) as char),
        _ => char::REPLACEMENT_CHARACTER.to_string(),
    });
    spelled.collect()
}

fn labels(object: &Value) -> Vec<(String, String)> {
    let labels = object
        .at(&["metadata", "labels"])
        .and_then(Value::as_object);
    let labels = labels.into_iter().flat_map(pintle_codec::Object::iter);
    let mut labels: Vec<_> = labels
        .filter_map(|(name, value)| Some((sanitise(name), sanitise(value.as_str()?))))
        .collect();
    labels.sort();
    labels
}

fn elements<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).unwrap_or_default()
}

fn text<'a>(value: &'a Value, path: &[&str]) -> &'a str {
    value.at(path).and_then(Value::as_str).unwrap_or_default()
}

/// Between columns, as kubectl has it.
const PADDING: usize = 3;

/// A column and the space behind it, as kubectl has it.
const NARROWEST: usize = 6;

#[cfg(test)]
mod tests {
    use pintle_codec::json;

    use super::*;

    fn table(document: &str) -> Table {
        Table::read(&json::parse(document.as_bytes()).unwrap())
    }

    #[test]
    fn a_table_is_read_and_narrowed() {
        let table = table(
            r#"{"kind":"Table","columnDefinitions":[{"name":"Name","priority":0},{"name":"Ip","priority":1},{"name":"Age","priority":0}],
            "rows":[{"cells":["a",null,"5s"],"object":{"metadata":{"name":"a","namespace":"ns","uid":"u","resourceVersion":"7"}}}]}"#,
        );
        assert_eq!(table.rows[0].cells, ["a", "<none>", "5s"]);
        let narrow = table.narrow();
        assert_eq!(narrow.headings().collect::<Vec<_>>(), ["NAME", "AGE"]);
        assert_eq!(narrow.rows[0].cells, ["a", "5s"]);
        assert_eq!(
            (
                &*narrow.rows[0].namespace,
                &*narrow.rows[0].resource_version
            ),
            ("ns", "7")
        );
    }

    #[test]
    fn a_server_without_tables_is_shown_by_name() {
        let list = r#"{"kind":"PodList","items":[{"metadata":{"name":"a","creationTimestamp":"2024-01-01T00:00:00Z"}},{"metadata":{"name":"b"}}]}"#;
        let cells: Vec<_> = table(list).rows.into_iter().map(|row| row.cells).collect();
        assert_eq!(cells, [["a", "2024-01-01T00:00:00Z"], ["b", "<unknown>"]]);
        assert_eq!(
            table(r#"{"kind":"Pod","metadata":{"name":"c"}}"#).rows[0].name,
            "c"
        );
    }

    #[test]
    fn columns_are_aligned_as_kubectl_aligns_them() {
        let lines = [
            ["NAME", "X", "AGE"],
            ["web-0", "1", "5s"],
            ["é", "22", "6s"],
        ];
        let mut widths = Widths::default();
        for line in lines {
            widths.fit(line.into_iter());
        }
        let mut out = String::new();
        for line in lines {
            widths.line(line.into_iter(), &mut out);
        }
        assert_eq!(
            out,
            "NAME    X     AGE\nweb-0   1     5s\né       22    6s\n"
        );
    }

    #[test]
    fn a_cell_is_one_line_and_commands_no_terminal() {
        let cell = |text: &str| super::cell(&text.into());
        assert_eq!(cell("first\nsecond"), "first...");
        assert_eq!(cell("\x1b[31mred"), "^[[31mred");
        assert_eq!(cell("a\tb\u{9b}"), "a^Ib\u{fffd}");
    }
}
