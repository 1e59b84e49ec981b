//! [`Reader`], a cursor over a JSON document.
//!
//! The text is checked to be UTF-8 once, as a whole, so that no string is checked again.

use crate::{Error, ErrorKind, Field};

/// How deeply objects and lists may be nested: 512 levels.
///
/// The deepest built-in type nests about 20 levels; the limit keeps a hostile document from
/// exhausting the stack.
pub const MAX_DEPTH: usize = 512;

/// A cursor over a JSON document.
#[derive(Debug)]
pub struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    /// Holds a string whose escapes had to be resolved.
    unescaped: String,
}

/// What kind of value comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// `{`
    Object,
    /// `[`
    Array,
    /// `"`
    String,
    /// A digit or `-`.
    Number,
    /// `true` or `false`.
    Bool,
    /// `null`.
    Null,
}

/// A number, as Kubernetes distinguishes them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// A whole number within 64 bits, written without fraction and exponent.
    Int(i64),
    /// Any other number.
    Float(f64),
}

type Result<T> = std::result::Result<T, Error>;

impl<'a> Reader<'a> {
    /// A cursor at the start of `document`.
    ///
    /// # Errors
    /// When the document is not UTF-8.
    pub fn new(document: &'a [u8]) -> Result<Self> {
        match std::str::from_utf8(document) {
            Ok(text) => Ok(Self::over(text)),
            Err(error) => Err(Error::new(
                ErrorKind::Syntax,
                error.valid_up_to(),
                "text that is not UTF-8",
            )),
        }
    }

    /// A cursor at the start of `text`.
    pub fn over(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
            unescaped: String::new(),
        }
    }

    /// The offset of the next byte.
    pub fn offset(&self) -> usize {
        self.at
    }

    /// What kind of value comes next.
    #[inline]
    pub fn peek(&mut self) -> Result<Token> {
        match self.next_byte()? {
            b'{' => Ok(Token::Object),
            b'[' => Ok(Token::Array),
            b'"' => Ok(Token::String),
            b'-' | b'0'..=b'9' => Ok(Token::Number),
            b't' | b'f' => Ok(Token::Bool),
            b'n' => Ok(Token::Null),
            _ => Err(self.syntax("expected a value")),
        }
    }

    /// Enters an object; then [`Reader::next_key`] until it returns `None`.
    #[inline]
    pub fn begin_object(&mut self) -> Result<()> {
        self.expect(b'{', "an object")?;
        self.enter()
    }

    /// The next key of the object that was entered, or `None` at its end.
    ///
    /// `first` is to be true for the first key; it is set to false.
    #[inline]
    pub fn next_key(&mut self, first: &mut bool) -> Result<Option<&str>> {
        if self.begin_key(first)? {
            self.key().map(Some)
        } else {
            Ok(None)
        }
    }

    /// Passes over what separates keys; false at the end of the object. A key comes next.
    #[inline]
    pub(crate) fn begin_key(&mut self, first: &mut bool) -> Result<bool> {
        match self.next_byte()? {
            b'}' => {
                self.at += 1;
                self.depth -= 1;
                return Ok(false);
            }
            b',' if !*first => {
                self.at += 1;
                if self.next_byte()? != b'"' {
                    return Err(self.syntax("expected a key"));
                }
            }
            b'"' if *first => {}
            _ if *first => return Err(self.syntax("expected a key or '}'")),
            _ => return Err(self.syntax("expected ',' or '}'")),
        }
        *first = false;
        Ok(true)
    }

    /// Reads the key that comes next, if it is a field's, spelt as writers spell it, and says which
    /// field's. Fields are tried from the expected one on.
    #[inline(always)]
    pub(crate) fn known_key(&mut self, fields: &[Field], expected: usize) -> Option<usize> {
        let start = self.at + 1;
        let text = self.text.as_bytes().get(start..).unwrap_or_default();
        // No more than a closing bracket follows the last keys.
        let head = u64::from_le_bytes(*text.first_chunk()?);
        let is_key = |field: &Field| field.may_begin(head) && field.is_key_at(text);
        let (before, after) = fields.split_at(expected);
        let index = match after.iter().position(is_key) {
            Some(index) => expected + index,
            None => before.iter().position(is_key)?,
        };
        self.at = start + fields[index].json().len() + 2;
        Some(index)
    }

    /// Reads the key that comes next, and its colon.
    pub(crate) fn key(&mut self) -> Result<&str> {
        let (start, end, escaped) = self.scan_string()?;
        if self.next_byte()? != b':' {
            return Err(self.syntax("expected ':'"));
        }
        self.at += 1;
        if escaped {
            self.unescape(start, end)
        } else {
            Ok(&self.text[start..end])
        }
    }

    /// Enters a list; then [`Reader::next_element`] until it returns false.
    #[inline]
    pub fn begin_array(&mut self) -> Result<()> {
        self.expect(b'[', "a list")?;
        self.enter()
    }

    /// Whether the list that was entered has another element, which then comes next.
    ///
    /// `first` is to be true for the first element; it is set to false.
    #[inline]
    pub fn next_element(&mut self, first: &mut bool) -> Result<bool> {
        match self.next_byte()? {
            b']' => {
                self.at += 1;
                self.depth -= 1;
                return Ok(false);
            }
            b',' if !*first => {
                self.at += 1;
                if self.next_byte()? == b']' {
                    return Err(self.syntax("expected a value"));
                }
            }
            _ if *first => {}
            _ => return Err(self.syntax("expected ',' or ']'")),
        }
        *first = false;
        Ok(true)
    }

    /// Reads a string.
    #[inline]
    pub fn string(&mut self) -> Result<&str> {
        if self.next_byte()? != b'"' {
            return Err(self.mismatch("a string"));
        }
        // Most strings have no escapes.
        let start = self.at + 1;
        let end = find_special(self.text.as_bytes(), start);
        if self.text.as_bytes().get(end) == Some(&b'"') {
            self.at = end + 1;
            return Ok(&self.text[start..end]);
        }
        let (start, end, escaped) = self.scan_string()?;
        if escaped {
            self.unescape(start, end)
        } else {
            Ok(&self.text[start..end])
        }
    }

    /// Reads a number.
    pub fn number(&mut self) -> Result<Number> {
        self.expect_token(Token::Number, "a number")?;
        let (end, float) = self.scan_number()?;
        let text = &self.text[self.at..end];
        let number = match text.parse::<i64>() {
            Ok(number) if !float => Number::Int(number),
            _ => match text.parse::<f64>() {
                Ok(number) if number.is_finite() => Number::Float(number),
                _ => return Err(self.error(ErrorKind::InvalidValue, "number out of range")),
            },
        };
        self.at = end;
        Ok(number)
    }

    /// Reads a number as a floating-point one, which unlike a whole one tells `-0` from `0`.
    pub fn float(&mut self) -> Result<f64> {
        self.expect_token(Token::Number, "a number")?;
        let (end, _) = self.scan_number()?;
        match self.text[self.at..end].parse::<f64>() {
            Ok(number) if number.is_finite() => {
                self.at = end;
                Ok(number)
            }
            _ => Err(self.error(ErrorKind::InvalidValue, "number out of range")),
        }
    }

    /// Reads a whole number that fits into 64 bits.
    #[inline]
    pub fn integer(&mut self) -> Result<i64> {
        self.expect_token(Token::Number, "a whole number")?;
        let start = self.at;
        match self.number()? {
            Number::Int(number) => Ok(number),
            Number::Float(_) => {
                self.at = start;
                Err(self.error(ErrorKind::TypeMismatch, "expected a whole number"))
            }
        }
    }

    /// Reads `true` or `false`.
    #[inline]
    pub fn boolean(&mut self) -> Result<bool> {
        self.expect_token(Token::Bool, "a bool")?;
        if self.literal("true") {
            return Ok(true);
        }
        if self.literal("false") {
            return Ok(false);
        }
        Err(self.syntax("expected a value"))
    }

    /// Reads `null` if it comes next, and says whether it did.
    #[inline]
    pub fn null(&mut self) -> Result<bool> {
        if self.next_byte()? != b'n' {
            return Ok(false);
        }
        if self.literal("null") {
            Ok(true)
        } else {
            Err(self.syntax("expected a value"))
        }
    }

    /// Passes over a value of any kind, checking its syntax alone: a number may be out of range.
    pub fn skip(&mut self) -> Result<()> {
        let mut open = Nesting::default();
        loop {
            // A value comes next.
            match self.next_byte()? {
                b'"' => self.skip_string()?,
                bracket @ (b'{' | b'[') => {
                    self.at += 1;
                    self.enter()?;
                    let in_object = bracket == b'{';
                    open.push(in_object);
                    match self.next_byte()? {
                        b'}' if in_object => {}
                        b']' if !in_object => {}
                        b'"' if in_object => {
                            self.skip_key()?;
                            continue;
                        }
                        _ if in_object => return Err(self.syntax("expected a key or '}'")),
                        _ => continue,
                    }
                }
                b't' | b'f' => self.boolean().map(drop)?,
                b'n' => self.null().map(drop)?,
                b'-' | b'0'..=b'9' => (self.at, _) = self.scan_number()?,
                _ => return Err(self.syntax("expected a value")),
            }
            // A value, or the inside of one, is over.
            loop {
                let Some(in_object) = open.last() else {
                    return Ok(());
                };
                match (self.next_byte()?, in_object) {
                    (b'}', true) | (b']', false) => {
                        self.at += 1;
                        self.depth -= 1;
                        open.pop();
                    }
                    (b',', true) => {
                        self.at += 1;
                        if self.next_byte()? != b'"' {
                            return Err(self.syntax("expected a key"));
                        }
                        self.skip_key()?;
                        break;
                    }
                    (b',', false) => {
                        self.at += 1;
                        break;
                    }
                    (_, true) => return Err(self.syntax("expected ',' or '}'")),
                    (_, false) => return Err(self.syntax("expected ',' or ']'")),
                }
            }
        }
    }

    /// Passes over a value of any kind, and gives its text, which is looked at only to find its end:
    /// brackets are counted, whatever stands between them. For text that is read, and checked, when
    /// it is needed.
    pub fn pass(&mut self) -> Result<&'a str> {
        let is_long = matches!(self.next_byte()?, b'{' | b'[' | b'"');
        let start = self.at;
        if !is_long {
            self.skip()?;
            return Ok(&self.text[start..self.at]);
        }
        let rest = &self.text.as_bytes()[start..];
        match super::Nesting::default().end(rest) {
            Some(length) => {
                self.at += length;
                Ok(&self.text[start..self.at])
            }
            None => {
                self.at = self.text.len();
                Err(self.error(ErrorKind::UnexpectedEnd, "unexpected end"))
            }
        }
    }

    /// The text of a value of any kind, as it stands; checked as by [`Reader::skip`].
    pub fn raw(&mut self) -> Result<&'a str> {
        self.next_byte()?;
        let start = self.at;
        self.skip()?;
        Ok(&self.text[start..self.at])
    }

    /// What follows, beginning with the next value.
    pub(crate) fn rest(&mut self) -> Result<&'a str> {
        self.next_byte()?;
        Ok(&self.text[self.at..])
    }

    /// Passes over as many bytes, which are known to be one value.
    pub(crate) fn advance(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// Checks that nothing but white space follows.
    pub fn finish(&mut self) -> Result<()> {
        match self.next_byte() {
            Ok(_) => Err(self.syntax("unexpected text after the value")),
            Err(_) => Ok(()),
        }
    }

    /// An error of `kind` at the next byte.
    #[cold]
    pub fn error(
        &self,
        kind: ErrorKind,
        detail: impl Into<std::borrow::Cow<'static, str>>,
    ) -> Error {
        Error::new(kind, self.at, detail)
    }

    #[cold]
    fn syntax(&self, detail: &'static str) -> Error {
        self.error(ErrorKind::Syntax, detail)
    }

    /// Passes over white space and looks at the byte that follows.
    #[inline(always)]
    fn next_byte(&mut self) -> Result<u8> {
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(self.at) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                Some(byte) => return Ok(*byte),
                None => return Err(self.error(ErrorKind::UnexpectedEnd, "unexpected end")),
            }
        }
    }

    #[inline(always)]
    fn expect(&mut self, byte: u8, what: &'static str) -> Result<()> {
        if self.next_byte()? == byte {
            self.at += 1;
            return Ok(());
        }
        Err(self.mismatch(what))
    }

    #[inline(always)]
    fn expect_token(&mut self, token: Token, what: &'static str) -> Result<()> {
        if self.peek()? == token {
            Ok(())
        } else {
            Err(self.mismatch(what))
        }
    }

    #[cold]
    pub(crate) fn mismatch(&mut self, expected: &str) -> Error {
        let found = match self.peek() {
            Err(error) => return error,
            Ok(Token::Object) => "an object",
            Ok(Token::Array) => "a list",
            Ok(Token::String) => "a string",
            Ok(Token::Number) => "a number",
            Ok(Token::Bool) => "a bool",
            Ok(Token::Null) => "null",
        };
        self.error(
            ErrorKind::TypeMismatch,
            format!("expected {expected}, found {found}"),
        )
    }

    #[inline]
    fn enter(&mut self) -> Result<()> {
        if self.depth == MAX_DEPTH {
            return Err(self.error(ErrorKind::TooDeep, "values nested deeper than 512 levels"));
        }
        self.depth += 1;
        Ok(())
    }

    fn literal(&mut self, word: &str) -> bool {
        let matches = self.text.as_bytes()[self.at..].starts_with(word.as_bytes());
        if matches {
            self.at += word.len();
        }
        matches
    }

    /// Finds the end of the number whose first byte comes next, and whether it has a fraction or an
    /// exponent; leaves the cursor where it is.
    #[inline]
    fn scan_number(&self) -> Result<(usize, bool)> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let digits = |mut at: usize| {
            while bytes.get(at).is_some_and(u8::is_ascii_digit) {
                at += 1;
            }
            at
        };
        let whole = start + usize::from(bytes[start] == b'-');
        let mut at = digits(whole);
        let leading_zero = at > whole + 1 && bytes[whole] == b'0';
        if at == whole || leading_zero {
            return Err(self.syntax("malformed number"));
        }
        let mut float = false;
        if bytes.get(at) == Some(&b'.') {
            float = true;
            let fraction = at + 1;
            at = digits(fraction);
            if at == fraction {
                return Err(self.syntax("malformed number"));
            }
        }
        if let Some(b'e' | b'E') = bytes.get(at) {
            float = true;
            at += 1;
            at += usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
            let exponent = at;
            at = digits(exponent);
            if at == exponent {
                return Err(self.syntax("malformed number"));
            }
        }
        Ok((at, float))
    }

    /// Finds the end of the string whose opening quote comes next; leaves the cursor behind its
    /// closing quote.
    #[inline]
    fn scan_string(&mut self) -> Result<(usize, usize, bool)> {
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let mut at = start;
        let mut escaped = false;
        loop {
            at = find_special(bytes, at);
            match bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    at += 2;
                }
                Some(_) => {
                    self.at = at;
                    return Err(self.syntax("control character in a string"));
                }
                None => {
                    self.at = bytes.len();
                    return Err(self.error(ErrorKind::UnexpectedEnd, "string without an end"));
                }
            }
        }
        self.at = at + 1;
        Ok((start, at, escaped))
    }

    /// Passes over the key that comes next, and its colon.
    #[inline]
    fn skip_key(&mut self) -> Result<()> {
        self.skip_string()?;
        if self.next_byte()? != b':' {
            return Err(self.syntax("expected ':'"));
        }
        self.at += 1;
        Ok(())
    }

    /// Passes over the string whose opening quote comes next.
    #[inline]
    fn skip_string(&mut self) -> Result<()> {
        let bytes = self.text.as_bytes();
        let mut at = self.at + 1;
        loop {
            at = find_special(bytes, at);
            match bytes.get(at..) {
                Some([b'"', ..]) => {
                    self.at = at + 1;
                    return Ok(());
                }
                Some(
                    [
                        b'\\',
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't',
                        ..,
                    ],
                ) => at += 2,
                Some([b'\\', b'u', digits @ ..])
                    if digits.len() >= 4 && digits[..4].iter().all(u8::is_ascii_hexdigit) =>
                {
                    at += 6;
                }
                Some([b'\\', ..]) => {
                    self.at = at;
                    return Err(self.syntax("malformed escape in a string"));
                }
                Some([_, ..]) => {
                    self.at = at;
                    return Err(self.syntax("control character in a string"));
                }
                _ => {
                    self.at = bytes.len();
                    return Err(self.error(ErrorKind::UnexpectedEnd, "string without an end"));
                }
            }
        }
    }

    #[cold]
    fn unescape(&mut self, start: usize, end: usize) -> Result<&str> {
        let mut text = std::mem::take(&mut self.unescaped);
        text.clear();
        let mut rest = &self.text[start..end];
        while let Some(at) = rest.find('\\') {
            text.push_str(&rest[..at]);
            let place = end - rest.len() + at;
            let malformed = || Error::new(ErrorKind::Syntax, place, "malformed escape in a string");
            let code = rest.as_bytes().get(at + 1).ok_or_else(malformed)?;
            let mut used = 2;
            text.push(match code {
                b'"' => '"',
                b'\\' => '\\',
                b'/' => '/',
                b'b' => '\u{8}',
                b'f' => '\u{c}',
                b'n' => '\n',
                b'r' => '\r',
                b't' => '\t',
                b'u' => {
                    let unit = |from: usize| {
                        let digits = rest.get(from..from + 4)?;
                        let hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
                        hex.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
                    };
                    let high = unit(at + 2).ok_or_else(malformed)?;
                    used = 6;
                    let pair = (0xd800..0xdc00).contains(&high)
                        && rest.as_bytes()[at + 6..].starts_with(b"\\u");
                    let low = if pair { unit(at + 8) } else { None };
                    match low {
                        Some(low @ 0xdc00..0xe000) => {
                            used = 12;
                            let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                            char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
                        }
                        // Half of a surrogate pair reads as the replacement character, as in Go.
                        _ => char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER),
                    }
                }
                _ => return Err(malformed()),
            });
            rest = &rest[at + used..];
        }
        text.push_str(rest);
        self.unescaped = text;
        Ok(&self.unescaped)
    }
}

/// What is open around a value that is passed over: objects and lists, a bit each.
#[derive(Default)]
struct Nesting {
    bits: [u64; MAX_DEPTH / 64],
    depth: usize,
}

impl Nesting {
    #[inline]
    fn push(&mut self, is_object: bool) {
        let bit = 1 << (self.depth % 64);
        let word = &mut self.bits[self.depth / 64];
        *word = if is_object { *word | bit } else { *word & !bit };
        self.depth += 1;
    }

    #[inline]
    fn pop(&mut self) {
        self.depth -= 1;
    }

    /// Whether the innermost is an object, if any is open.
    #[inline]
    fn last(&self) -> Option<bool> {
        let at = self.depth.checked_sub(1)?;
        Some(self.bits[at / 64] >> (at % 64) & 1 == 1)
    }
}

/// The first byte from `at` on that ends or interrupts a string: `"`, `\`, a control character.
#[inline]
pub(super) fn find_special(bytes: &[u8], mut at: usize) -> usize {
    // Eight bytes at a time; the lowest marked byte is always a true find.
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);
    while let Some(chunk) = bytes
        .get(at..at + 8)
        .and_then(|chunk| <[u8; 8]>::try_from(chunk).ok())
    {
        let word = u64::from_le_bytes(chunk);
        let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word;
        let quote = below(word ^ (ONES * u64::from(b'"')), 1);
        let backslash = below(word ^ (ONES * u64::from(b'\\')), 1);
        let found = (quote | backslash | below(word, 0x20)) & HIGHS;
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
    at + rest.iter().position(special).unwrap_or(rest.len())
}
