//! JSON tokens from a buffer that is wholly there. UTF-8 is checked once, for the whole buffer.
//!
//! Where and why reading failed is kept in the reader, so that `Read<()>` fits in a register.

use crate::{IntOrString, Quantity, RawJson, Str, Time, scan};

pub struct JsonReader<'a> {
    text: &'a str,
    at: usize,
    depth: u8,
    fault: &'static str,
    unescaped: String,
}

/// The reader knows what failed: [`JsonReader::fault`].
#[derive(Debug)]
pub struct Failed;

pub type Read<T> = Result<T, Failed>;

impl<'a> JsonReader<'a> {
    pub fn new(bytes: &'a [u8]) -> Read<Self> {
        let text = std::str::from_utf8(bytes).map_err(|_| Failed)?;
        Ok(JsonReader {
            text,
            at: 0,
            depth: 0,
            fault: "",
            unescaped: String::new(),
        })
    }

    /// What failed, and at which byte.
    pub fn fault(&self) -> (&'static str, usize) {
        (self.fault, self.at)
    }

    /// Enters an object; false if it is empty, and is left already.
    #[inline]
    pub fn begin_object(&mut self) -> Read<bool> {
        self.begin(b'{', b'}')
    }

    /// A member's name, and the colon after it.
    #[inline]
    pub fn key(&mut self) -> Read<&str> {
        let span = self.string_span()?;
        self.expect(b':')?;
        self.resolve(span)
    }

    /// Whether another member follows; at the end, leaves the object.
    #[inline]
    pub fn next_member(&mut self) -> Read<bool> {
        self.next(b'}')
    }

    #[inline]
    pub fn begin_list(&mut self) -> Read<bool> {
        self.begin(b'[', b']')
    }

    #[inline]
    pub fn next_item(&mut self) -> Read<bool> {
        self.next(b']')
    }

    /// Takes a `null` if there is one.
    #[inline]
    pub fn null(&mut self) -> Read<bool> {
        if self.peek() != b'n' {
            return Ok(false);
        }
        self.word("null")?;
        Ok(true)
    }

    #[inline]
    pub fn str(&mut self) -> Read<&str> {
        let span = self.string_span()?;
        self.resolve(span)
    }

    #[inline]
    pub fn string(&mut self) -> Read<Str> {
        self.str().map(Str::new)
    }

    pub fn bool(&mut self) -> Read<bool> {
        let value = self.peek() == b't';
        self.word(if value { "true" } else { "false" })?;
        Ok(value)
    }

    pub fn int64(&mut self) -> Read<i64> {
        let negative = self.peek() == b'-';
        let start = self.at + usize::from(negative);
        let bytes = self.text.as_bytes();
        let (mut at, mut value) = (start, 0u64);
        while let Some(digit @ b'0'..=b'9') = bytes.get(at) {
            value = value.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
            at += 1;
        }
        let digits = at - start;
        if digits == 0
            || (digits > 1 && bytes[start] == b'0')
            || matches!(bytes.get(at), Some(b'.' | b'e' | b'E'))
        {
            return self.fail("expected an integer");
        }
        let value = if digits > 18 {
            self.text
                .get(self.at..at)
                .and_then(|number| number.parse().ok())
        } else {
            let value = value as i64;
            Some(if negative { -value } else { value })
        };
        match value {
            Some(value) => {
                self.at = at;
                Ok(value)
            }
            None => self.fail("integer out of range"),
        }
    }

    pub fn int32(&mut self) -> Read<i32> {
        match i32::try_from(self.int64()?) {
            Ok(value) => Ok(value),
            Err(_) => self.fail("integer out of range"),
        }
    }

    pub fn time(&mut self) -> Read<Time> {
        match Time::parse(self.str()?) {
            Some(time) => Ok(time),
            None => self.fail("expected an RFC 3339 time"),
        }
    }

    pub fn quantity(&mut self) -> Read<Quantity> {
        if self.peek() == b'"' {
            return Ok(Quantity(self.string()?));
        }
        let from = self.at;
        self.skip_number()?;
        Ok(Quantity(Str::new(&self.text[from..self.at])))
    }

    pub fn int_or_string(&mut self) -> Read<IntOrString> {
        if self.peek() == b'"' {
            self.string().map(IntOrString::String)
        } else {
            self.int32().map(IntOrString::Int)
        }
    }

    pub fn raw(&mut self) -> Read<RawJson> {
        self.peek();
        let from = self.at;
        self.skip()?;
        Ok(RawJson::copy_of(&self.text.as_bytes()[from..self.at]))
    }

    /// Passes over one value, checking its syntax.
    pub fn skip(&mut self) -> Read<()> {
        // One bit an open bracket: 1 for an object.
        let (mut open, mut depth) = (0u128, 0u32);
        loop {
            match self.peek() {
                b'"' => self.skip_string()?,
                bracket @ (b'{' | b'[') => {
                    self.at += 1;
                    // `}` and `]` are two after their opening brackets.
                    if self.peek() == bracket + 2 {
                        self.at += 1;
                    } else {
                        depth += 1;
                        if depth > u32::from(MAX_DEPTH) {
                            return self.fail("nested too deeply");
                        }
                        open = open << 1 | u128::from(bracket == b'{');
                        if bracket == b'{' {
                            self.skip_key()?;
                        }
                        continue;
                    }
                }
                b't' => self.word("true")?,
                b'f' => self.word("false")?,
                b'n' => self.word("null")?,
                _ => self.skip_number()?,
            }
            loop {
                if depth == 0 {
                    return Ok(());
                }
                let object = open & 1 == 1;
                let close = if object { b'}' } else { b']' };
                let byte = self.peek();
                self.at += 1;
                if byte == b',' {
                    if object {
                        self.skip_key()?;
                    }
                    break;
                }
                if byte != close {
                    return self.fail("expected a comma or the end");
                }
                open >>= 1;
                depth -= 1;
            }
        }
    }

    /// Nothing but space is left.
    pub fn end(&mut self) -> Read<()> {
        self.peek();
        if self.at == self.text.len() {
            Ok(())
        } else {
            self.fail("characters after the value")
        }
    }

    /// The bytes from here on, if there is no space in front of them.
    #[inline]
    pub fn rest(&self) -> &'a [u8] {
        &self.text.as_bytes()[self.at..]
    }

    /// Passes over what the caller has read from [`JsonReader::rest`].
    #[inline]
    pub fn advance(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// The next byte that is no space; 0 at the end.
    #[inline]
    pub fn peek(&mut self) -> u8 {
        let bytes = self.text.as_bytes();
        match bytes.get(self.at) {
            Some(&byte) if byte > b' ' => byte,
            _ => self.peek_after_space(),
        }
    }

    #[cold]
    pub fn fail<T>(&mut self, fault: &'static str) -> Read<T> {
        self.fault = fault;
        Err(Failed)
    }

    #[cold]
    fn peek_after_space(&mut self) -> u8 {
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = bytes.get(self.at) {
            self.at += 1;
        }
        bytes.get(self.at).copied().unwrap_or(0)
    }

    #[inline]
    fn expect(&mut self, byte: u8) -> Read<()> {
        if self.peek() != byte {
            return self.fail("unexpected character");
        }
        self.at += 1;
        Ok(())
    }

    #[inline]
    fn begin(&mut self, open: u8, close: u8) -> Read<bool> {
        self.expect(open)?;
        if self.peek() == close {
            self.at += 1;
            return Ok(false);
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self.fail("nested too deeply");
        }
        Ok(true)
    }

    #[inline]
    fn next(&mut self, close: u8) -> Read<bool> {
        let byte = self.peek();
        if byte != b',' && byte != close {
            return self.fail("expected a comma or the end");
        }
        self.at += 1;
        if byte == close {
            self.depth -= 1;
        }
        Ok(byte == b',')
    }

    #[inline]
    fn skip_key(&mut self) -> Read<()> {
        self.peek();
        self.skip_string()?;
        self.expect(b':')
    }

    #[inline]
    fn skip_string(&mut self) -> Read<()> {
        let bytes = self.text.as_bytes();
        if bytes.get(self.at) != Some(&b'"') {
            return self.fail("expected a string");
        }
        let mut at = self.at + 1;
        loop {
            at = scan::end_of_plain(bytes, at);
            if bytes.get(at) == Some(&b'"') {
                self.at = at + 1;
                return Ok(());
            }
            at += match bytes.get(at..at + 2) {
                Some(
                    [
                        b'\\',
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't',
                    ],
                ) => 2,
                Some([b'\\', b'u'])
                    if bytes
                        .get(at + 2..at + 6)
                        .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) =>
                {
                    6
                }
                _ => return self.fail("control character in a string, or no end of it"),
            };
        }
    }

    #[inline]
    fn word(&mut self, word: &str) -> Read<()> {
        if !self.rest().starts_with(word.as_bytes()) {
            return self.fail("unexpected character");
        }
        self.at += word.len();
        Ok(())
    }

    #[inline]
    fn string_span(&mut self) -> Read<Span> {
        self.expect(b'"')?;
        let bytes = self.text.as_bytes();
        let end = scan::end_of_plain(bytes, self.at);
        if bytes.get(end) == Some(&b'"') {
            let span = Span {
                start: self.at,
                end,
            };
            self.at = end + 1;
            return Ok(span);
        }
        self.unescape()
    }

    #[inline]
    fn resolve(&mut self, span: Span) -> Read<&str> {
        if span.end == UNESCAPED {
            return Ok(&self.unescaped);
        }
        self.text.get(span.start..span.end).ok_or(Failed)
    }

    /// The slow path: the string has an escape, or is broken.
    #[cold]
    fn unescape(&mut self) -> Read<Span> {
        self.unescaped.clear();
        loop {
            let end = scan::end_of_plain(self.text.as_bytes(), self.at);
            self.unescaped.push_str(&self.text[self.at..end]);
            self.at = end;
            match self.rest() {
                [b'"', ..] => {
                    self.at += 1;
                    return Ok(Span {
                        start: 0,
                        end: UNESCAPED,
                    });
                }
                [b'\\', escape, ..] => {
                    let plain = match escape {
                        b'"' | b'\\' | b'/' => char::from(*escape),
                        b'b' => '\u{8}',
                        b'f' => '\u{c}',
                        b'n' => '\n',
                        b'r' => '\r',
                        b't' => '\t',
                        b'u' => {
                            let unit = self.escaped_unit()?;
                            self.escaped_char(unit)?
                        }
                        _ => return self.fail("unknown escape"),
                    };
                    self.unescaped.push(plain);
                    if *escape != b'u' {
                        self.at += 2;
                    }
                }
                _ => return self.fail("control character in a string, or no end of it"),
            }
        }
    }

    /// `\uXXXX`, as one UTF-16 unit.
    fn escaped_unit(&mut self) -> Read<u16> {
        let digits = self
            .rest()
            .get(2..6)
            .filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let unit = digits
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u16::from_str_radix(digits, 16).ok());
        match unit {
            Some(unit) => {
                self.at += 6;
                Ok(unit)
            }
            None => self.fail("expected four hexadecimal digits"),
        }
    }

    /// Joins a surrogate pair; half of one becomes U+FFFD, as in Go.
    fn escaped_char(&mut self, unit: u16) -> Read<char> {
        if let Some(plain) = char::from_u32(u32::from(unit)) {
            return Ok(plain);
        }
        if unit < 0xDC00 && self.rest().starts_with(b"\\u") {
            let before = self.at;
            let low = self.escaped_unit()?;
            if let Some(Ok(pair)) = char::decode_utf16([unit, low]).next() {
                return Ok(pair);
            }
            self.at = before;
        }
        Ok(char::REPLACEMENT_CHARACTER)
    }

    #[cold]
    fn skip_number(&mut self) -> Read<()> {
        let rest = self.rest();
        let digits = |from: usize| {
            rest[from.min(rest.len())..]
                .iter()
                .take_while(|b| b.is_ascii_digit())
                .count()
        };
        let mut end = usize::from(rest.first() == Some(&b'-'));
        let whole = digits(end);
        let mut valid = whole == 1 || whole > 1 && rest[end] != b'0';
        end += whole;
        if rest.get(end) == Some(&b'.') {
            let fraction = digits(end + 1);
            valid &= fraction > 0;
            end += 1 + fraction;
        }
        if let Some(b'e' | b'E') = rest.get(end) {
            end += 1 + usize::from(matches!(rest.get(end + 1), Some(b'+' | b'-')));
            let exponent = digits(end);
            valid &= exponent > 0;
            end += exponent;
        }
        if !valid {
            return self.fail("expected a value");
        }
        self.at += end;
        Ok(())
    }
}

/// A string's bytes in the text, or in `unescaped`.
#[derive(Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
}

const UNESCAPED: usize = usize::MAX;
const MAX_DEPTH: u8 = 100;
