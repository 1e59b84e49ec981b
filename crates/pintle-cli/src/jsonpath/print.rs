//! What was found, as text.

use pintle_codec::{Value, json};

/// Appends what one part of a template has found: values separated by spaces, lists and objects as
/// JSON.
pub(super) fn line(found: &[&Value], out: &mut String) {
    for (index, value) in found.iter().enumerate() {
        if index > 0 {
            out.push(' ');
        }
        match value {
            Value::String(text) => out.push_str(text),
            other => out.push_str(&to_json(other)),
        }
    }
}

/// A value as Go's `fmt` prints it: `map[a:1 b:[2 3]]`.
pub(crate) fn go(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::String(text) => text.to_string(),
        Value::Array(elements) => {
            let elements: Vec<String> = elements.iter().map(go).collect();
            format!("[{}]", elements.join(" "))
        }
        Value::Object(object) => {
            let mut entries: Vec<(&str, &Value)> = object.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            let entries = entries.into_iter();
            let entries: Vec<String> = entries
                .map(|(key, value)| format!("{key}:{}", go(value)))
                .collect();
            format!("map[{}]", entries.join(" "))
        }
        other => to_json(other),
    }
}

fn to_json(value: &Value) -> String {
    let mut sorted = value.clone();
    sorted.sort();
    let mut out = Vec::new();
    json::write(&sorted, &mut out);
    String::from_utf8(out).expect("JSON is UTF-8")
}
