//! A file laid over the object that a server has.
//!
//! Invariant: what the file does not speak of stays as it is, for it may be somebody else's: admission adds
//! volumes to a pod, controllers annotate, people label. What the file does say, the outcome says.

use std::collections::BTreeMap;

use pintle_codec::{Object, Value};

/// The live object with the fields of the file.
///
/// - Objects are merged field by field. A `null` in the file removes the field.
/// - A list in the file replaces the live one, unless both are lists of objects that all have a `name` of
///   their own, such as containers, volumes and ports with names: these are merged by name.
///
/// A field that the file no longer has stays: to know that it once had it takes a record of who owns which
/// field, which only the server keeps.
pub(super) fn overlay(live: &Value, file: &Value) -> Value {
    match (live, file) {
        (Value::Object(live), Value::Object(file)) => Value::Object(merge_fields(live, file)),
        (Value::Array(live), Value::Array(file)) => {
            Value::Array(merge_elements(live, file).unwrap_or_else(|| file.clone()))
        }
        (_, file) => file.clone(),
    }
}

fn merge_fields(live: &Object, file: &Object) -> Object {
    let mut merged = live.clone();
    for (key, value) in file.iter() {
        if value.is_null() {
            merged.remove(key);
        } else if let Some(field) = merged.get_mut(key) {
            *field = overlay(field, value);
        } else {
            merged.insert(key, value.clone());
        }
    }
    merged
}

/// The file's elements in the file's order, in the places of those that they stand for; what only the live
/// list has keeps its place, for a pod's containers must not move. None if these are not named elements.
fn merge_elements(live: &[Value], file: &[Value]) -> Option<Vec<Value>> {
    let (live_by_name, file_by_name) = (by_name(live)?, by_name(file)?);
    let mut ours = file.iter().map(|element| {
        let live = name(element).and_then(|name| live_by_name.get(name));
        live.map_or_else(|| element.clone(), |live| overlay(live, element))
    });
    let mut merged = Vec::with_capacity(live.len() + file.len());
    for element in live {
        match name(element).is_some_and(|name| file_by_name.contains_key(name)) {
            true => merged.extend(ours.next()),
            false => merged.push(element.clone()),
        }
    }
    merged.extend(ours);
    Some(merged)
}

/// The elements by their names; none unless each has one of its own, and none for an empty list: in a file it
/// is there to empty the live one.
fn by_name(list: &[Value]) -> Option<BTreeMap<&str, &Value>> {
    let named = list.iter().map(|element| Some((name(element)?, element)));
    let named: BTreeMap<_, _> = named.collect::<Option<_>>()?;
    (!list.is_empty() && named.len() == list.len()).then_some(named)
}

fn name(element: &Value) -> Option<&str> {
    element.get("name")?.as_str()
}

#[cfg(test)]
mod tests {
    use pintle_codec::json;

    use super::*;

    #[track_caller]
    fn check(live: &str, file: &str, expected: &str) {
        let read = |text: &str| json::parse(text.as_bytes()).unwrap();
        assert_eq!(overlay(&read(live), &read(file)), read(expected));
    }

    #[test]
    fn fields_that_the_file_lacks_stay() {
        check(
            r#"{"metadata": {"name": "a", "resourceVersion": "7", "labels": {"x": "1", "y": "1"}}, "status": {"phase": "Running"}}"#,
            r#"{"metadata": {"name": "a", "labels": {"y": "2", "z": "2"}}, "spec": {}}"#,
            r#"{"metadata": {"name": "a", "resourceVersion": "7", "labels": {"x": "1", "y": "2", "z": "2"}}, "status": {"phase": "Running"}, "spec": {}}"#,
        );
    }

    #[test]
    fn file_that_says_what_is_there_already_changes_nothing() {
        let live = r#"{"a": [1, 2], "b": [{"name": "x", "v": 1}, {"name": "y"}], "c": {"d": 1}}"#;
        for file in [
            live,
            "{}",
            r#"{"c": {"d": 1}, "b": [{"name": "y"}], "a": [1, 2]}"#,
        ] {
            check(live, file, live);
        }
    }

    #[test]
    fn null_removes_a_field() {
        check(
            r#"{"a": {"b": 1, "c": 1}}"#,
            r#"{"a": {"b": null, "d": null}, "e": null}"#,
            r#"{"a": {"c": 1}}"#,
        );
    }

    #[test]
    fn values_of_another_sort_replace() {
        check(
            r#"{"a": {"b": 1}, "c": [1], "d": "x"}"#,
            r#"{"a": [1], "c": {"b": 1}, "d": 1}"#,
            r#"{"a": [1], "c": {"b": 1}, "d": 1}"#,
        );
    }

    #[test]
    fn elements_with_names_are_merged_by_name() {
        // What the live list alone has keeps its place, and what the file adds comes where the file has it.
        check(
            r#"[{"name": "first"}, {"name": "a", "injected": true}, {"name": "between"}, {"name": "b", "v": 1}, {"name": "last"}]"#,
            r#"[{"name": "a", "v": 2}, {"name": "new"}, {"name": "b", "v": 2}]"#,
            r#"[{"name": "first"}, {"name": "a", "injected": true, "v": 2}, {"name": "between"}, {"name": "new"}, {"name": "last"}, {"name": "b", "v": 2}]"#,
        );
    }

    #[test]
    fn lists_without_names_replace() {
        for (live, file) in [
            ("[1, 2]", "[3]"),
            (r#"[{"port": 1}]"#, r#"[{"port": 2}]"#),
            (r#"[{"name": "a", "x": 1}]"#, r#"[{"name": "a"}, {}]"#),
            (r#"[{"name": "a", "x": 1}, {}]"#, r#"[{"name": "a"}]"#),
            (
                r#"[{"name": "a", "x": 1}]"#,
                r#"[{"name": "a"}, {"name": "a"}]"#,
            ),
            (r#"[{"name": "a"}]"#, "[]"),
            ("[]", r#"[{"name": "a"}]"#),
        ] {
            check(live, file, file);
        }
    }
}
