//! How Kubernetes' messages show text.

use std::fmt::Write as _;

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
