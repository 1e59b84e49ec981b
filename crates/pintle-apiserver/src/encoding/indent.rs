//! JSON spread over lines, as Go indents it.

/// Spreads compact JSON over lines, two spaces a level, without a line end at its end.
pub(super) fn indent(json: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(json.len() * 2);
    let (mut level, mut at) = (0, 0);
    while let Some(byte) = json.get(at) {
        at += 1;
        match byte {
            b'"' => {
                let end = at + string_end(&json[at..]);
                out.extend_from_slice(&json[at - 1..end]);
                at = end;
            }
            b'{' | b'[' => {
                out.push(*byte);
                if let Some(close @ (b'}' | b']')) = json.get(at) {
                    // What is empty stays together.
                    out.push(*close);
                    at += 1;
                } else {
                    level += 1;
                    begin_line(&mut out, level);
                }
            }
            b'}' | b']' => {
                level -= 1;
                begin_line(&mut out, level);
                out.push(*byte);
            }
            b',' => {
                out.push(b',');
                begin_line(&mut out, level);
            }
            b':' => out.extend_from_slice(b": "),
            _ => out.push(*byte),
        }
    }
    out
}

/// Where a string ends whose quote was just passed: behind the other one.
fn string_end(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        at += match byte {
            b'"' => return at + 1,
            b'\\' => 2,
            _ => 1,
        };
    }
    text.len()
}

fn begin_line(out: &mut Vec<u8>, level: usize) {
    out.push(b'\n');
    for _ in 0..level {
        out.extend_from_slice(b"  ");
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn json_is_indented_as_go_indents_it() {
        let json = br#"{"a":{},"b":[],"c":[1,{"d":"x:{,\"]"}],"e":"\\"}"#;
        let expected = "{\n  \"a\": {},\n  \"b\": [],\n  \"c\": [\n    1,\n    {\n      \
                        \"d\": \"x:{,\\\"]\"\n    }\n  ],\n  \"e\": \"\\\\\"\n}";
        assert_eq!(String::from_utf8(super::indent(json)).unwrap(), expected);
        assert_eq!(super::indent(b"null"), b"null");
    }
}
