//! YAML, to read as kubectl reads it, and to write in kubectl's layout.

use std::fmt;

use pintle_codec::{Object, Value};
use serde::de::{self, Deserializer, Visitor};
use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};

/// A value in YAML.
pub(crate) struct Tree(pub(crate) Value);

/// A value as a YAML document, with a line end. The order of keys is that of `value`.
pub(crate) fn yaml(value: &Value) -> String {
    let options = serde_saphyr::ser_options! {
        // Long strings stay on one line; those of several lines are literal blocks.
        folded_wrap_chars: usize::MAX,
        min_fold_chars: usize::MAX,
    };
    serde_saphyr::to_string_with_options(&TreeRef(value), options)
        .expect("null, booleans, numbers, strings, lists and string-keyed maps have a YAML form")
}

struct TreeRef<'a>(&'a Value);

impl Serialize for TreeRef<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(truth) => serializer.serialize_bool(*truth),
            Value::Int(number) => serializer.serialize_i64(*number),
            Value::Float(number) => serializer.serialize_f64(*number),
            Value::String(text) => serializer.serialize_str(text),
            Value::Array(elements) => {
                let mut list = serializer.serialize_seq(Some(elements.len()))?;
                for element in elements {
                    list.serialize_element(&TreeRef(element))?;
                }
                list.end()
            }
            Value::Object(object) => {
                let mut map = serializer.serialize_map(Some(object.len()))?;
                for (key, value) in object.iter() {
                    map.serialize_entry(key, &TreeRef(value))?;
                }
                map.end()
            }
        }
    }
}

impl<'de> de::Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor).map(Self)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value that JSON can say")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Bool(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Int(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        // What is beyond 64 bits with a sign is a float to Kubernetes.
        Ok(i64::try_from(number).map_or(Value::Float(number as f64), Value::Int))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(Tree(element)) = list.next_element()? {
            elements.push(element);
        }
        Ok(Value::Array(elements))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Object::new();
        while let Some(Tree(key)) = map.next_key()? {
            // A key of JSON is a string; kubectl spells the others out.
            let key = match key {
                Value::String(text) => text,
                Value::Bool(truth) => truth.to_string().into(),
                Value::Int(number) => number.to_string().into(),
                Value::Float(number) => number.to_string().into(),
                other => {
                    let message = format!("the key of a mapping is a {}", kind(&other));
                    return Err(de::Error::custom(message));
                }
            };
            let Tree(value) = map.next_value()?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

/// What YAML calls a value.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Array(_) => "list",
        Value::Object(_) => "mapping",
        other => other.kind(),
    }
}

#[cfg(test)]
mod tests {
    use pintle_codec::json;

    use super::*;

    fn read(text: &str) -> String {
        let Tree(value) = serde_saphyr::from_str(text).unwrap();
        let mut out = Vec::new();
        json::write(&value, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn is_read_as_kubectl_reads_it() {
        assert_eq!(
            read("a: 1\nb: 1.5\nc: yes\nd: 'yes'\ne: ~\nf: [x, null]"),
            r#"{"a":1,"b":1.5,"c":true,"d":"yes","e":null,"f":["x",null]}"#
        );
        assert_eq!(read("1: a\ntrue: b"), r#"{"1":"a","true":"b"}"#);
        assert_eq!(read("a: 2024-01-01"), r#"{"a":"2024-01-01"}"#);
        assert_eq!(
            read("a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}"),
            r#"{"a":{"b":1},"c":{"b":1},"d":{"e":2,"b":1}}"#
        );
    }

    #[test]
    fn is_written_in_kubectls_layout() {
        let value = json::parse(
            br#"{"a":"text","b":"123","c":"true","d":"line 1\nline 2\n","e":{},"f":[],"g":[{"h":1,"i":2}],"j":null,"k":"","l":"a: b","m":"0x1f","n":"1e3","o":"~","p":"no end\nhere"}"#,
        )
        .unwrap();
        let long = "word ".repeat(40) + "end";
        assert_eq!(
            yaml(&value),
            r#"a: text
b: "123"
c: "true"
d: |
  line 1
  line 2
e: {}
f: []
g:
- h: 1
  i: 2
j: null
k: ""
l: "a: b"
m: "0x1f"
"n": "1e3"
o: "~"
p: |-
  no end
  here
"#
        );
        assert_eq!(yaml(&long.as_str().into()), format!("{long}\n"));
    }

    #[test]
    fn what_is_written_is_read_back() {
        for text in [
            "",
            " ",
            "a",
            "yes",
            "No",
            "on",
            "1",
            "-1.5",
            "1_000",
            "0o17",
            ".inf",
            "null",
            "~",
            "# x",
            "a # b",
            "a: b",
            "- a",
            "? a",
            "|",
            ">",
            "%a",
            "@a",
            "`a",
            "&a",
            "*a",
            "!a",
            "{",
            "[a",
            "a\nb",
            "a\n",
            "\n",
            "\n\na",
            "a\n\n",
            " a\nb",
            "\ta",
            "a\tb",
            "\u{1}",
            "\u{7f}",
            "\u{85}",
            "\u{feff}",
            "é",
            "2024-01-01",
            "=",
            "<<",
            "'",
            "\"",
            "\\",
            "a'b\"c",
            "trailing ",
            "trailing \nx",
            "---",
            "...",
            "--- a",
            "\r",
            "a\r\nb",
            "\u{2028}",
        ] {
            let value = Value::from(Object::from([("key", Value::from(text))]));
            let written = yaml(&value);
            let Tree(read) = serde_saphyr::from_str(&written)
                .unwrap_or_else(|error| panic!("{text:?} as {written:?}: {error}"));
            assert_eq!(read, value, "{written:?}");
        }
    }
}
