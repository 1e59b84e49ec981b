//! JSON as kubectl prints it: keys sorted, four spaces a level.

use pintle_codec::{Value, json};

/// An object as JSON, with a line end. The order of keys is that of `value`.
pub(crate) fn pretty(value: &Value) -> String {
    let mut out = Vec::new();
    write(value, 0, &mut out);
    out.push(b'\n');
    String::from_utf8(out).expect("JSON is UTF-8")
}

fn write(value: &Value, depth: usize, out: &mut Vec<u8>) {
    match value {
        Value::Object(object) if !object.is_empty() => {
            out.push(b'{');
            for (index, (key, value)) in object.iter().enumerate() {
                start_entry(index, depth + 1, out);
                json::Writer::new(out).string(key);
                out.extend_from_slice(b": ");
                write(value, depth + 1, out);
            }
            end_line(depth, out);
            out.push(b'}');
        }
        Value::Array(elements) if !elements.is_empty() => {
            out.push(b'[');
            for (index, value) in elements.iter().enumerate() {
                start_entry(index, depth + 1, out);
                write(value, depth + 1, out);
            }
            end_line(depth, out);
            out.push(b']');
        }
        plain => json::write(plain, out),
    }
}

fn start_entry(index: usize, depth: usize, out: &mut Vec<u8>) {
    if index > 0 {
        out.push(b',');
    }
    end_line(depth, out);
}

fn end_line(depth: usize, out: &mut Vec<u8>) {
    out.push(b'\n');
    out.resize(out.len() + depth * INDENT, b' ');
}

const INDENT: usize = 4;

#[cfg(test)]
mod tests {
    use pintle_codec::json;

    use super::pretty;

    #[test]
    fn is_indented_as_kubectl_does() {
        let value = json::parse(br#"{"a":{},"b":[],"c":[1,{"d":"<x>"}],"e":null}"#).unwrap();
        assert_eq!(
            pretty(&value),
            r#"{
    "a": {},
    "b": [],
    "c": [
        1,
        {
            "d": "\u003cx\u003e"
        }
    ],
    "e": null
}
"#
        );
    }
}
