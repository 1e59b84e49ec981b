//! Tables in Markdown, aligned so that they can be read where they are printed.

use std::fmt;

pub(super) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new(head: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            rows: vec![head.into_iter().map(Into::into).collect()],
        }
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cell = |row: &Vec<String>, column: usize| row.get(column).cloned().unwrap_or_default();
        let columns = self.rows[0].len();
        let widths: Vec<usize> = (0..columns)
            .map(|column| {
                let lengths = self
                    .rows
                    .iter()
                    .map(|row| cell(row, column).chars().count());
                lengths.max().unwrap_or_default()
            })
            .collect();
        for (index, row) in self.rows.iter().enumerate() {
            for (column, &width) in widths.iter().enumerate() {
                let text = cell(row, column);
                // Names to the left, figures to the right.
                if column == 0 {
                    write!(f, "| {text:width$} ")?;
                } else {
                    write!(f, "| {text:>width$} ")?;
                }
            }
            writeln!(f, "|")?;
            if index == 0 {
                for (column, &width) in widths.iter().enumerate() {
                    let end = if column == 0 { '-' } else { ':' };
                    write!(f, "|{}{end}", "-".repeat(width + 1))?;
                }
                writeln!(f, "|")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let mut table = Table::new(["", "µs"]);
        table.row(["pintle".to_owned(), "7.5".to_owned()]);
        table.row(["kube-rs".to_owned()]);
        let expected = "|         |  µs |\n\
                        |---------|----:|\n\
                        | pintle  | 7.5 |\n\
                        | kube-rs |     |\n";
        assert_eq!(table.to_string(), expected);
    }
}
