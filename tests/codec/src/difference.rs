//! Where two documents differ.

use pintle_codec::{Decoder, Error, Format};

use crate::kinds::Kind;
use crate::object::Object;

/// Says where two documents of one kind differ, for a person.
pub(crate) fn explain(kind: Kind, format: Format, expected: &[u8], found: &[u8]) -> String {
    if let (Ok(expected), Ok(found)) = (
        as_json(kind, format, expected),
        as_json(kind, format, found),
    ) && let Some(offset) = differing_offset(&expected, &found)
    {
        let path = json_path(&expected, offset);
        let (expected, found) = (text_around(&expected, offset), text_around(&found, offset));
        return format!("at {path}: expected …{expected}…, found …{found}…");
    }
    let offset = differing_offset(expected, found).unwrap_or(expected.len());
    let (expected, found) = (bytes_around(expected, offset), bytes_around(found, offset));
    format!(
        "the same object, spelt differently at byte {offset}: expected …{expected}…, found …{found}…"
    )
}

/// Says where two texts of several lines differ, for a person.
pub(crate) fn explain_lines(expected: &[u8], found: &[u8]) -> String {
    let offset = differing_offset(expected, found).unwrap_or(expected.len());
    let line = expected[..offset].split(|&byte| byte == b'\n').count();
    let (expected, found) = (text_around(expected, offset), text_around(found, offset));
    format!("in line {line}: expected …{expected:?}…, found …{found:?}…")
}

/// A document in JSON, in which differences have names.
fn as_json(kind: Kind, format: Format, document: &[u8]) -> Result<Vec<u8>, Error> {
    if format == Format::Json {
        return Ok(document.to_vec());
    }
    let object = Object::read(kind, format, document, &mut Decoder::new())?;
    let mut json = Vec::new();
    object.write(Format::Json, &mut json)?;
    Ok(json)
}

fn differing_offset(one: &[u8], other: &[u8]) -> Option<usize> {
    let common = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    (common < one.len().max(other.len())).then_some(common)
}

/// Names the field at an offset in JSON without white space: `.spec.containers[0].image`.
fn json_path(json: &[u8], offset: usize) -> String {
    enum Level<'a> {
        Object { key: &'a [u8] },
        Array { index: usize },
    }
    let mut levels = Vec::new();
    let mut at = 0;
    while at < offset {
        match (json[at], levels.last_mut()) {
            (b'{', _) => levels.push(Level::Object { key: b"" }),
            (b'[', _) => levels.push(Level::Array { index: 0 }),
            (b'}' | b']', _) => {
                levels.pop();
            }
            (b',', Some(Level::Array { index })) => *index += 1,
            (b'"', level) => {
                let end = string_end(json, at);
                if let (Some(Level::Object { key }), Some(b':')) = (level, json.get(end)) {
                    *key = &json[at + 1..end - 1];
                }
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    levels
        .iter()
        .map(|level| match level {
            Level::Object { key } => format!(".{}", String::from_utf8_lossy(key)),
            Level::Array { index } => format!("[{index}]"),
        })
        .collect()
}

/// Where the string that begins at `start` has ended, or the document has.
fn string_end(json: &[u8], start: usize) -> usize {
    let mut escaped = false;
    let closing = json[start + 1..].iter().position(|&byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    });
    closing.map_or(json.len(), |length| start + 1 + length + 1)
}

fn text_around(document: &[u8], offset: usize) -> String {
    String::from_utf8_lossy(around(document, offset)).into_owned()
}

fn bytes_around(document: &[u8], offset: usize) -> String {
    let bytes = around(document, offset).iter();
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

fn around(document: &[u8], offset: usize) -> &[u8] {
    &document[offset.saturating_sub(WINDOW)..document.len().min(offset + WINDOW)]
}

/// How much is shown on each side of a difference, in bytes.
const WINDOW: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn difference_is_named_by_its_path() {
        let json = br#"{"a":"}\"[","b":[{"c":1},{"c":{"d e":true},"f":null}]}"#;
        let path = |of: &str| {
            let offset = str::from_utf8(json).unwrap().find(of).unwrap();
            json_path(json, offset)
        };
        assert_eq!(path("1}"), ".b[0].c");
        assert_eq!(path("true"), ".b[1].c.d e");
        assert_eq!(path("null"), ".b[1].f");
    }

    #[test]
    fn difference_of_texts_is_in_a_line() {
        let explained = explain_lines(b"a: 1\nb: 2\nc: 3\n", b"a: 1\nb: 3\n");
        assert!(explained.starts_with("in line 2: "), "{explained}");
    }

    #[test]
    fn one_document_may_be_the_beginning_of_the_other() {
        assert_eq!(differing_offset(b"ab", b"abc"), Some(2));
        assert_eq!(differing_offset(b"ab", b"ab"), None);
        assert_eq!(differing_offset(b"ab", b"cb"), Some(0));
    }
}
