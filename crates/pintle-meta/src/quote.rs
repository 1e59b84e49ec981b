//! How Kubernetes' messages show text.

use std::fmt::{self, Write};

/// Displays text in double quotes, with whatever cannot be seen escaped, as Kubernetes' messages
/// do (Go's `%q`).
///
/// ```
/// use pintle_meta::quote::Quoted;
///
/// assert_eq!(Quoted("a \"b\"\n").to_string(), r#""a \"b\"\n""#);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Quoted<'a>(pub &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for character in self.0.chars() {
            match character {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                '\x07' => f.write_str("\\a")?,
                '\x08' => f.write_str("\\b")?,
                '\x0c' => f.write_str("\\f")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                '\x0b' => f.write_str("\\v")?,
                '\0'..'\x20' | '\x7f' => write!(f, "\\x{:02x}", u32::from(character))?,
                _ if is_visible(character) => f.write_char(character)?,
                '\0'..='\u{ffff}' => write!(f, "\\u{:04x}", u32::from(character))?,
                _ => write!(f, "\\U{:08x}", u32::from(character))?,
            }
        }
        f.write_char('"')
    }
}

/// Whether a character beyond ASCII has a shape of its own.
fn is_visible(character: char) -> bool {
    !(character.is_control() || (character != ' ' && character.is_whitespace()))
}

/// Text in double quotes, with whatever is not visible ASCII by its bytes, as Go's package `time`
/// shows it.
pub(crate) fn ascii(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for char in text.chars() {
        match char {
            '"' | '\\' => quoted.extend(['\\', char]),
            ' '..='\u{7f}' => quoted.push(char),
            _ => {
                for byte in char.encode_utf8(&mut [0; 4]).bytes() {
                    write!(quoted, "\\x{byte:02x}").expect("a string takes all text");
                }
            }
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_escaped() {
        let shown = |text| Quoted(text).to_string();
        assert_eq!(shown("web-0"), r#""web-0""#);
        assert_eq!(shown("a\"b\\c"), r#""a\"b\\c""#);
        assert_eq!(shown("\n\0\x7f\u{85}ü"), r#""\n\x00\x7f\u0085ü""#);
        assert_eq!(ascii("\"µ\n"), r#""\"\xc2\xb5\x0a""#);
    }
}
