//! What is wrong with text that is no JSON, in the words of Go.

use pintle_codec::{Error, ErrorKind};

/// Says what Go would say of a document that the reader refused with this error.
#[cold]
pub(super) fn malformed(document: &[u8], error: &Error) -> String {
    if error.kind() == ErrorKind::UnexpectedEnd || error.offset() >= document.len() {
        return END.to_owned();
    }
    let rest = &document[error.offset()..];
    let place = match error.detail() {
        "expected a value" => match rest[0] {
            b't' => return literal(rest, "true"),
            b'f' => return literal(rest, "false"),
            b'n' => return literal(rest, "null"),
            _ => "looking for beginning of value",
        },
        "expected a key" | "expected a key or '}'" => "looking for beginning of object key string",
        "expected ':'" => "after object key",
        "expected ',' or '}'" => "after object key:value pair",
        "expected ',' or ']'" => "after array element",
        "unexpected text after the value" => "after top-level value",
        "malformed number" => return number(rest),
        "control character in a string" | "malformed escape in a string" => return string(rest),
        _ => return error.to_string(),
    };
    invalid(rest[0], place)
}

/// A word that begins as one of JSON's and goes on as none.
fn literal(text: &[u8], word: &str) -> String {
    let differing = word
        .bytes()
        .enumerate()
        .find(|(at, byte)| text.get(*at) != Some(byte));
    let Some((at, expected)) = differing else {
        return END.to_owned();
    };
    let place = format!("in literal {word} (expecting {})", quoted(expected));
    text.get(at)
        .map_or_else(|| END.to_owned(), |found| invalid(*found, &place))
}

fn number(text: &[u8]) -> String {
    let digits = |at: usize| {
        let digits = text[at..].iter().take_while(|byte| byte.is_ascii_digit());
        at + digits.count()
    };
    let mut at = usize::from(text[0] == b'-');
    let mut place = "in numeric literal";
    let is_complete = |at: usize, start: usize| at > start;
    let start = at;
    at = if text.get(at) == Some(&b'0') {
        at + 1
    } else {
        digits(at)
    };
    if is_complete(at, start) && text.get(at) == Some(&b'.') {
        at = digits(at + 1);
        place = "after decimal point in numeric literal";
    }
    if let Some(b'e' | b'E') = text.get(at) {
        at += 1 + usize::from(matches!(text.get(at + 1), Some(b'+' | b'-')));
        at = digits(at);
        place = "in exponent of numeric literal";
    }
    text.get(at)
        .map_or_else(|| END.to_owned(), |found| invalid(*found, place))
}

/// A string, from its quote or from somewhere within on.
fn string(text: &[u8]) -> String {
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            0..0x20 => return invalid(*byte, "in string literal"),
            b'\\' => match text.get(at + 1) {
                Some(b'b' | b'f' | b'n' | b'r' | b't' | b'\\' | b'/' | b'"') => at += 1,
                Some(b'u') => {
                    let digits = text[at + 2..].iter().take(4);
                    if let Some(found) = digits.clone().find(|byte| !byte.is_ascii_hexdigit()) {
                        return invalid(*found, "in \\u hexadecimal character escape");
                    }
                    at += 1;
                }
                Some(found) => return invalid(*found, "in string escape code"),
                None => return END.to_owned(),
            },
            _ => {}
        }
        at += 1;
    }
    END.to_owned()
}

fn invalid(found: u8, place: &str) -> String {
    format!("invalid character {} {place}", quoted(found))
}

fn quoted(byte: u8) -> String {
    match byte {
        b'\'' => r"'\''".to_owned(),
        b'"' => "'\"'".to_owned(),
        byte => {
            let quoted = crate::quote::Quoted(&char::from(byte).to_string()).to_string();
            format!("'{}'", &quoted[1..quoted.len() - 1])
        }
    }
}

const END: &str = "unexpected end of JSON input";

#[cfg(test)]
mod tests {
    use crate::{generated::core_v1::CONFIG_MAP, schema::decode};

    // What Go 1.26's encoding/json says.
    #[test]
    fn malformed_text_is_explained_as_go_explains_it() {
        for (json, message) in [
            ("", "unexpected end of JSON input"),
            ("{", "unexpected end of JSON input"),
            (r#"{"kind":"#, "unexpected end of JSON input"),
            (r#"{"kind":"a"#, "unexpected end of JSON input"),
            (
                "apiVersion",
                "invalid character 'a' looking for beginning of value",
            ),
            (
                r#"{"kind":}"#,
                "invalid character '}' looking for beginning of value",
            ),
            (
                r#"{"kind":"a",}"#,
                "invalid character '}' looking for beginning of object key string",
            ),
            (
                "{kind}",
                "invalid character 'k' looking for beginning of object key string",
            ),
            (r#"{"kind" "a"}"#, "invalid character '\"' after object key"),
            (
                r#"{"kind":"a" "b"}"#,
                "invalid character '\"' after object key:value pair",
            ),
            (
                r#"{"x":[1 2]}"#,
                "invalid character '2' after array element",
            ),
            ("{} x", "invalid character 'x' after top-level value"),
            (
                r#"{"x":tru}"#,
                "invalid character '}' in literal true (expecting 'e')",
            ),
            (
                r#"{"x":nil}"#,
                "invalid character 'i' in literal null (expecting 'u')",
            ),
            (r#"{"x":-}"#, "invalid character '}' in numeric literal"),
            (
                r#"{"x":1.}"#,
                "invalid character '}' after decimal point in numeric literal",
            ),
            (
                r#"{"x":1e}"#,
                "invalid character '}' in exponent of numeric literal",
            ),
            (
                "{\"x\":\"a\nb\"}",
                "invalid character '\\n' in string literal",
            ),
            (
                r#"{"x":"\q"}"#,
                "invalid character 'q' in string escape code",
            ),
            (
                r#"{"x":"\u00g0"}"#,
                "invalid character 'g' in \\u hexadecimal character escape",
            ),
        ] {
            let error = decode(json.as_bytes(), &CONFIG_MAP).unwrap_err();
            assert_eq!(error.to_string(), message, "{json}");
        }
    }
}
