//! Label selectors as Go's package `labels` and meta/v1 have them.

use pintle_codec::{Map, Str, Value, json};
use pintle_meta::{LabelSelector, v1};

use crate::oracle::{Row, each, same};

#[test]
fn text_is_read_and_written_as_in_go() {
    let rows = include_str!("oracle/label-selector.jsonl");
    each(rows, 1_900, |row| {
        let parsed = LabelSelector::parse(row.text(0));
        if row.get(1).is_some() {
            let reason = parsed.map_err(|error| error.reason().to_owned());
            return same("answer", reason, Err(row.text(1).to_owned()));
        }
        let selector = parsed.map_err(|error| error.to_string())?;
        same_selector(&selector, row)?;
        let again = LabelSelector::parse(&selector.to_string());
        same("read again", again, Ok(selector))
    });
}

#[test]
fn selectors_of_objects_are_understood_as_in_go() {
    let rows = include_str!("oracle/label-selector-object.jsonl");
    each(rows, 350, |row| {
        let mut object = v1::LabelSelector::default();
        json::decode(row.text(0).as_bytes(), &mut object).map_err(|error| error.to_string())?;
        let selector = LabelSelector::from_object(Some(&object));
        if row.get(1).is_some() {
            let reason = selector.map_err(|error| error.to_string());
            return same("answer", reason, Err(row.text(1).to_owned()));
        }
        let selector = selector.map_err(|error| error.to_string())?;
        same_selector(&selector, row)?;
        // An object's selector that was made from another's selects the same.
        let again = selector.to_object().map_err(|error| error.to_string())?;
        let again = LabelSelector::from_object(Some(&again)).map_err(|error| error.to_string())?;
        same("matches", matches(&again).as_str(), row.text(3))
    });
}

/// What the selector prints, which labels it matches, and which one value of `a` it asks for.
fn same_selector(selector: &LabelSelector, row: &Row) -> Result<(), String> {
    same("text", selector.to_string().as_str(), row.text(2))?;
    same("matches", matches(selector).as_str(), row.text(3))?;
    same(
        "exact value",
        selector.exact_value("a"),
        row.get(4).and_then(Value::as_str),
    )
}

fn matches(selector: &LabelSelector) -> String {
    let matches = |set: &&[(&'static str, &'static str)]| {
        let labels: Map<Str> = set
            .iter()
            .map(|(key, value)| (*key, Str::from(*value)))
            .collect();
        if selector.matches(&labels) { '1' } else { '0' }
    };
    LABELS.iter().map(matches).collect()
}

/// What Go matched the selectors with.
const LABELS: [&[(&str, &str)]; 9] = [
    &[],
    &[("a", "b")],
    &[("a", "")],
    &[("a", "c"), ("b", "b")],
    &[("in", "notin"), ("notin", "in")],
    &[("n", "3"), ("a", "1")],
    &[("n", "-3"), ("a", "+2")],
    &[("a", "x"), ("b", ""), ("c", "d"), ("x", "foo"), ("y", "1")],
    &[("app", "web"), ("tier", "front"), ("replicas", "3")],
];
