//! What tells the contents of a document from any others.

use std::fmt::Write as _;

use ring::digest::{SHA512, digest};

/// A hash of the contents of a document, in upper-case hexadecimal digits.
pub(crate) fn of(contents: &[u8]) -> String {
    let mut text = String::with_capacity(128);
    for byte in digest(&SHA512, contents).as_ref() {
        _ = write!(text, "{byte:02X}");
    }
    text
}
