//! Events as lines.

use pintle_codec::{Object, Value, json, yaml};

use super::follower::{Change, Line};
use crate::args::Output;
use crate::discovery::ResourceType;
use crate::error::Error;
use crate::messages::{GREEN, RED, YELLOW};
use crate::output::{Row, Stdout, Widths};

/// Writes events to standard output, columns aligned as well as what has been seen allows.
pub(super) struct Lines<'a> {
    resource: &'a ResourceType,
    output: Output,
    out: &'a mut Stdout,
    widths: Widths,
    headed: bool,
}

impl<'a> Lines<'a> {
    pub(super) fn new(resource: &'a ResourceType, output: Output, out: &'a mut Stdout) -> Self {
        // Not every kind of event has happened when the first is shown.
        let mut widths = Widths::default();
        widths.fit(std::iter::once(Change::Modified.as_str()));
        Self {
            resource,
            output,
            headed: !out.is_terminal(),
            out,
            widths,
        }
    }

    /// Writes events. A terminal is shown the headings first; a program gets events alone.
    pub(super) fn show(&mut self, lines: &[Line], headings: Vec<&str>) -> Result<(), Error> {
        let mut text = String::new();
        match self.output {
            Output::Table | Output::Wide => self.table(lines, headings, &mut text),
            Output::Name => {
                let object_type = self.resource.object_type();
                for line in lines {
                    let name = &line.entry.row.name;
                    text += &format!("{} {object_type}/{name}\n", line.change.as_str());
                }
            }
            Output::Json => lines.iter().for_each(|line| {
                let mut event = Vec::new();
                json::write(&event_object(line), &mut event);
                text += &String::from_utf8_lossy(&event);
                text.push('\n');
            }),
            Output::Yaml => lines.iter().for_each(|line| {
                text += "---\n";
                text += &yaml::write(&event_object(line));
            }),
        }
        self.out.write(&text)
    }

    fn table(&mut self, lines: &[Line], headings: Vec<&str>, text: &mut String) {
        let first = match self.resource.namespaced {
            true => "NAMESPACE/NAME",
            false => "NAME",
        };
        let names: Vec<String> = lines.iter().map(|line| name(&line.entry.row)).collect();
        let rows = lines.iter().zip(&names).map(|(line, name)| {
            let columns = line.entry.row.cells.iter().skip(1).map(String::as_str);
            let cells = [line.change.as_str(), name].into_iter().chain(columns);
            (line.change, cells.collect::<Vec<_>>())
        });
        let rows: Vec<(Change, Vec<&str>)> = rows.collect();
        let headings = headings.into_iter().skip(1);
        let headings: Vec<&str> = ["EVENT", first].into_iter().chain(headings).collect();
        if !self.headed {
            self.widths.fit(headings.iter().copied());
        }
        for (_, cells) in &rows {
            self.widths.fit(cells.iter().copied());
        }
        if !self.headed {
            self.headed = true;
            self.widths.line(headings.into_iter(), text);
        }
        for (change, cells) in rows {
            let colour = match change {
                Change::Added => GREEN,
                Change::Modified => YELLOW,
                Change::Deleted => RED,
            };
            let mut line = String::new();
            self.widths.line(cells.into_iter(), &mut line);
            let (event, rest) = line.split_at(change.as_str().len());
            text.push_str(&self.out.colour().paint(colour, event));
            text.push_str(rest);
        }
    }
}

fn name(row: &Row) -> String {
    match row.namespace.as_str() {
        "" => row.name.clone(),
        namespace => format!("{namespace}/{}", row.name),
    }
}

/// An event as the wire has it.
fn event_object(line: &Line) -> Value {
    Value::from(Object::from([
        ("object", line.entry.object.clone().unwrap_or_default()),
        ("type", Value::from(line.change.as_str())),
    ]))
}
