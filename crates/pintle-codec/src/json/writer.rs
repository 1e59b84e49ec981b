//! [`Writer`], which spells JSON as Go's encoder does.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::float::Digits;
use crate::{Message, TypeMeta};

/// Appends JSON to a buffer.
///
/// It writes no white space, escapes what Go escapes (`<`, `>` and `&` included) and prints
/// numbers as Go prints them. The caller brings the structure: commas come by themselves.
#[derive(Debug)]
pub struct Writer<'a> {
    out: &'a mut Vec<u8>,
}

impl<'a> Writer<'a> {
    /// A writer that appends to `out`.
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out }
    }

    /// Opens an object.
    pub fn begin_object(&mut self) {
        self.out.push(b'{');
    }

    /// Closes an object.
    pub fn end_object(&mut self) {
        self.out.push(b'}');
    }

    /// Opens a list.
    pub fn begin_array(&mut self) {
        self.out.push(b'[');
    }

    /// Closes a list.
    pub fn end_array(&mut self) {
        self.out.push(b']');
    }

    /// Begins an element of a list.
    pub fn element(&mut self) {
        self.separate(b'[');
    }

    /// Begins a field of an object.
    pub fn key(&mut self, key: &str) {
        self.separate(b'{');
        self.string(key);
        self.out.push(b':');
    }

    /// Writes `kind` and `apiVersion` as the first fields of an object, where they are not empty.
    pub fn type_meta(&mut self, type_meta: &TypeMeta) {
        if !type_meta.kind.is_empty() {
            self.plain_key("kind");
            self.string(&type_meta.kind);
        }
        if !type_meta.api_version.is_empty() {
            self.plain_key("apiVersion");
            self.string(&type_meta.api_version);
        }
    }

    /// Writes a message as an object.
    pub fn message(&mut self, message: &dyn Message) {
        super::encode::encode_message(message, self);
    }

    /// Writes what `write` appends, which is to be one value.
    ///
    /// # Errors
    /// What `write` fails with.
    pub fn append<E>(
        &mut self,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        write(self.out)
    }

    /// Begins a field whose key needs no escaping.
    #[inline]
    pub(crate) fn plain_key(&mut self, key: &str) {
        self.separate(b'{');
        self.out.push(b'"');
        self.out.extend_from_slice(key.as_bytes());
        self.out.extend_from_slice(b"\":");
    }

    /// Writes a string.
    pub fn string(&mut self, text: &str) {
        let bytes = text.as_bytes();
        self.out.reserve(bytes.len() + 2);
        self.out.push(b'"');
        let mut rest = bytes;
        loop {
            let (plain, special) = rest.split_at(find_special(rest));
            self.out.extend_from_slice(plain);
            let Some(byte) = special.first() else {
                break;
            };
            let (escape, length): (&[u8], usize) = match byte {
                b'"' => (b"\\\"", 1),
                b'\\' => (b"\\\\", 1),
                b'\n' => (b"\\n", 1),
                b'\r' => (b"\\r", 1),
                b'\t' => (b"\\t", 1),
                8 => (b"\\b", 1),
                12 => (b"\\f", 1),
                0xe2 if special.starts_with(LINE_SEPARATOR) => (b"\\u2028", 3),
                0xe2 if special.starts_with(PARAGRAPH_SEPARATOR) => (b"\\u2029", 3),
                0xe2 => (b"\xe2", 1),
                _ => {
                    const HEX: &[u8; 16] = b"0123456789abcdef";
                    let digits = [HEX[(byte >> 4) as usize], HEX[(byte & 15) as usize]];
                    self.out.extend_from_slice(b"\\u00");
                    self.out.extend_from_slice(&digits);
                    (b"", 1)
                }
            };
            self.out.extend_from_slice(escape);
            rest = &special[length..];
        }
        self.out.push(b'"');
    }

    /// Writes binary data as base64.
    pub fn bytes(&mut self, data: &[u8]) {
        self.out.push(b'"');
        let start = self.out.len();
        let length = data.len().div_ceil(3) * 4;
        self.out.resize(start + length, 0);
        let written = STANDARD.encode_slice(data, &mut self.out[start..]);
        self.out
            .truncate(start + written.expect("base64 takes 4 bytes for each 3"));
        self.out.push(b'"');
    }

    /// Writes a whole number.
    pub fn integer(&mut self, number: i64) {
        let mut digits = [0; 20];
        let mut at = digits.len();
        let mut rest = number.unsigned_abs();
        loop {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if number < 0 {
            self.out.push(b'-');
        }
        self.out.extend_from_slice(&digits[at..]);
    }

    /// Writes a number; one that is not finite, which JSON cannot say, as `null`.
    pub fn float(&mut self, number: f64) {
        if !number.is_finite() {
            return self.null();
        }
        let digits = Digits::of(number);
        let text = match digits.exponent() {
            -6..21 => digits.plain(),
            _ => digits.scientific(1),
        };
        self.out.extend_from_slice(text.as_bytes());
    }

    /// Writes a truth value.
    pub fn boolean(&mut self, truth: bool) {
        self.out
            .extend_from_slice(if truth { b"true" } else { b"false" });
    }

    /// Writes `null`.
    pub fn null(&mut self) {
        self.out.extend_from_slice(b"null");
    }

    /// Writes JSON that came from elsewhere, as Go's encoder writes what a type's own marshaler
    /// returned: without white space, and with the escapes that Go has in strings. Everything else
    /// stays as it was spelt.
    pub fn embed(&mut self, json: &str) {
        let bytes = json.as_bytes();
        // Servers write compact JSON, so mostly there is nothing to do.
        if !may_change(bytes) {
            self.out.extend_from_slice(bytes);
            return;
        }
        let (mut at, mut copied, mut in_string) = (0, 0, false);
        while let Some(byte) = bytes.get(at) {
            let (spelt, length): (&[u8], usize) = match byte {
                b' ' | b'\t' | b'\n' | b'\r' if !in_string => (b"", 1),
                b'<' => (b"\\u003c", 1),
                b'>' => (b"\\u003e", 1),
                b'&' => (b"\\u0026", 1),
                0xe2 if bytes[at..].starts_with(LINE_SEPARATOR) => (b"\\u2028", 3),
                0xe2 if bytes[at..].starts_with(PARAGRAPH_SEPARATOR) => (b"\\u2029", 3),
                b'\\' => {
                    // What is escaped neither ends the string nor changes.
                    at += 2;
                    continue;
                }
                b'"' => {
                    in_string = !in_string;
                    at += 1;
                    continue;
                }
                _ => {
                    at += 1;
                    continue;
                }
            };
            self.out.extend_from_slice(&bytes[copied..at]);
            self.out.extend_from_slice(spelt);
            at += length;
            copied = at;
        }
        self.out.extend_from_slice(&bytes[copied..]);
    }

    /// Writes text that is JSON already, and compact.
    pub fn raw(&mut self, json: &[u8]) {
        self.out.extend_from_slice(json);
    }

    #[inline]
    fn separate(&mut self, opening: u8) {
        // A value never ends in an opening bracket, so the last byte tells the first entry.
        if self.out.last() != Some(&opening) {
            self.out.push(b',');
        }
    }
}

/// The place of the first byte that may not stand in a string as it is, or the length if there is
/// none.
#[inline]
fn find_special(bytes: &[u8]) -> usize {
    let mut at = 0;
    for chunk in bytes.chunks_exact(8) {
        let word = u64::from_le_bytes(chunk.try_into().expect("a chunk has eight bytes"));
        // A quote and an ampersand differ in one bit, and so do the angle brackets.
        let quote = word & !each(0x04) ^ each(0x22);
        let bracket = word & !each(0x02) ^ each(0x3c);
        let backslash = word ^ each(b'\\');
        let special = below(quote, 1) | below(bracket, 1) | below(backslash, 1) | below(word, 0x20);
        if (special | word) & each(0x80) != 0 {
            break;
        }
        at += 8;
    }
    let needs_care = |byte: &u8| NEEDS_CARE[usize::from(*byte)];
    let rest = &bytes[at..];
    at + rest.iter().position(needs_care).unwrap_or(rest.len())
}

/// Whether there is a byte that may be spelt otherwise when JSON is embedded.
fn may_change(bytes: &[u8]) -> bool {
    let chunks = bytes.chunks_exact(8);
    let rest = chunks.remainder();
    let special = |byte: &u8| matches!(byte, 0..=0x20 | b'<' | b'>' | b'&' | 0x80..);
    rest.iter().any(special)
        || chunks.into_iter().any(|chunk| {
            let word = u64::from_le_bytes(chunk.try_into().expect("a chunk has eight bytes"));
            let bracket = word & !each(0x02) ^ each(0x3c);
            let ampersand = word ^ each(b'&');
            let special = below(bracket, 1) | below(ampersand, 1) | below(word, 0x21) | word;
            special & each(0x80) != 0
        })
}

/// A word of eight equal bytes.
const fn each(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// Marks the bytes of a word that are below a limit in their highest bit. A byte above a marked one
/// may be marked too.
const fn below(word: u64, limit: u8) -> u64 {
    word.wrapping_sub(each(limit)) & !word & each(0x80)
}

/// U+2028, which JavaScript takes for the end of a line.
const LINE_SEPARATOR: &[u8] = "\u{2028}".as_bytes();
/// U+2029, likewise.
const PARAGRAPH_SEPARATOR: &[u8] = "\u{2029}".as_bytes();

/// The bytes that may not stand in a string as they are; 0xe2 begins U+2028 and U+2029.
static NEEDS_CARE: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = true;
        byte += 1;
    }
    table[b'"' as usize] = true;
    table[b'\\' as usize] = true;
    table[b'<' as usize] = true;
    table[b'>' as usize] = true;
    table[b'&' as usize] = true;
    table[0xe2] = true;
    table
};
