//! JSON as Go writes it: no space, and HTML's characters escaped.

use crate::{IntOrString, Quantity, RawJson, Time, scan};

#[derive(Default)]
pub struct JsonWriter {
    out: Vec<u8>,
}

impl JsonWriter {
    pub fn with_capacity(bytes: usize) -> Self {
        JsonWriter {
            out: Vec::with_capacity(bytes),
        }
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    /// Punctuation, or anything else that needs no care.
    #[inline]
    pub fn literal(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    #[inline]
    pub fn byte(&mut self, byte: u8) {
        self.out.push(byte);
    }

    /// `,"key":`, or without the comma right after an opening brace.
    #[inline]
    pub fn key(&mut self, comma_key_colon: &str) {
        let first = self.out.last() == Some(&b'{');
        self.out
            .extend_from_slice(&comma_key_colon.as_bytes()[usize::from(first)..]);
    }

    #[inline]
    pub fn string(&mut self, text: &str) {
        let bytes = text.as_bytes();
        if !scan::is_plain_output(bytes) {
            return self.escape(text);
        }
        self.out.reserve(bytes.len() + 2);
        self.out.push(b'"');
        self.out.extend_from_slice(bytes);
        self.out.push(b'"');
    }

    pub fn bool(&mut self, value: bool) {
        self.literal(if value { "true" } else { "false" });
    }

    pub fn int64(&mut self, value: i64) {
        let mut digits = [0; 20];
        let (mut at, mut rest) = (digits.len(), value.unsigned_abs());
        loop {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if value < 0 {
            self.byte(b'-');
        }
        self.out.extend_from_slice(&digits[at..]);
    }

    pub fn int32(&mut self, value: i32) {
        self.int64(i64::from(value));
    }

    pub fn time(&mut self, time: Time) {
        if time.is_zero() {
            return self.literal("null");
        }
        self.byte(b'"');
        self.out.extend_from_slice(&time.format());
        self.byte(b'"');
    }

    pub fn quantity(&mut self, quantity: &Quantity) {
        self.string(if quantity.0.is_empty() {
            "0"
        } else {
            &quantity.0
        });
    }

    pub fn int_or_string(&mut self, value: &IntOrString) {
        match value {
            IntOrString::Int(int) => self.int32(*int),
            IntOrString::String(text) => self.string(text),
        }
    }

    pub fn raw(&mut self, raw: &RawJson) {
        let bytes = raw.as_bytes();
        self.out
            .extend_from_slice(if bytes.is_empty() { b"null" } else { bytes });
    }

    #[cold]
    fn escape(&mut self, text: &str) {
        self.byte(b'"');
        for c in text.chars() {
            match c {
                '"' => self.literal("\\\""),
                '\\' => self.literal("\\\\"),
                '\n' => self.literal("\\n"),
                '\r' => self.literal("\\r"),
                '\t' => self.literal("\\t"),
                '\u{8}' => self.literal("\\b"),
                '\u{c}' => self.literal("\\f"),
                '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                    self.literal("\\u");
                    for shift in [12, 8, 4, 0] {
                        self.byte(b"0123456789abcdef"[(c as usize >> shift) & 15]);
                    }
                }
                _ => self.literal(c.encode_utf8(&mut [0; 4])),
            }
        }
        self.byte(b'"');
    }
}
