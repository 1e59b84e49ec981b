//! Field selectors as Go's package `fields` has them.

use pintle_codec::Value;
use pintle_meta::{FieldSelector, FieldSelectorErrorKind};

use crate::oracle::{each, same};

#[test]
fn text_is_read_and_written_as_in_go() {
    let rows = include_str!("oracle/field-selector.jsonl");
    each(rows, 1_100, |row| {
        let parsed = row.text(0).parse::<FieldSelector>();
        if row.get(1).is_some() {
            let reason = parsed.map_err(|error| error.reason());
            return same("answer", reason, Err(row.text(1).to_owned()));
        }
        if row.bool(5) {
            // Go lets a field have no name; no server has such a field.
            let kind = parsed.map_err(|error| error.kind());
            return same("answer", kind, Err(FieldSelectorErrorKind::NoField));
        }
        let selector = parsed.map_err(|error| error.to_string())?;
        same("text", selector.to_string().as_str(), row.text(2))?;
        same("matches", matches(&selector).as_str(), row.text(3))?;
        same(
            "exact value",
            selector.exact_value("a"),
            row.get(4).and_then(Value::as_str),
        )
    });
}

fn matches(selector: &FieldSelector) -> String {
    let matches = |fields: &&[(&'static str, &'static str)]| {
        let value_of = |name: &str| {
            let field = fields.iter().find(|(field, _)| *field == name);
            field.map_or("", |(_, value)| *value)
        };
        if selector.matches(value_of) { '1' } else { '0' }
    };
    FIELDS.iter().map(matches).collect()
}

/// What Go matched the selectors with.
const FIELDS: [&[(&str, &str)]; 5] = [
    &[],
    &[("a", "b")],
    &[("a", "b,c"), ("c", "d")],
    &[("a", ""), ("b", "x")],
    &[("metadata.name", "x"), ("c", "e")],
];
