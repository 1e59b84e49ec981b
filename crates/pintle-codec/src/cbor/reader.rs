//! [`Reader`], a cursor over a CBOR document.
//!
//! The invariant: whatever it has passed over is well-formed, whether it was read or skipped; and
//! no length that the document announces is believed before the bytes are there.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::float16;
use crate::decoder::text_of;
use crate::json::MAX_DEPTH;
use crate::{Error, ErrorKind};

type Result<T> = std::result::Result<T, Error>;

/// A cursor over a CBOR document, for whoever looks at parts of it.
///
/// ```
/// use pintle_codec::cbor::Reader;
///
/// let mut reader = Reader::new(b"\xa1\x45items\x82\x01\x02");
/// let mut pairs = reader.begin_map()?;
/// while let Some(key) = reader.next_key(&mut pairs)? {
///     assert_eq!(key, "items");
///     let mut elements = reader.begin_array()?;
///     while reader.next_element(&mut elements)? {
///         assert_eq!(reader.raw()?.len(), 1);
///     }
/// }
/// reader.finish()?;
/// # Ok::<(), pintle_codec::Error>(())
/// ```
#[derive(Clone)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: usize,
}

/// How many elements of a list, or pairs of a map, are still to come.
#[derive(Clone, Copy, Debug)]
pub struct Rest(Option<usize>);

/// The head of an item: what it is, and a number that belongs to it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Head {
    /// A whole number.
    Positive(u64),
    /// A whole number below zero: −1 − this.
    Negative(u64),
    /// So many bytes; `None`: chunks until a break.
    Bytes(Option<usize>),
    /// So many bytes of text; `None`: chunks until a break.
    Text(Option<usize>),
    /// So many elements; `None`: until a break.
    Array(Rest),
    /// So many pairs of a key and a value; `None`: until a break.
    Map(Rest),
    /// Says something about the item that follows.
    Tag(u64),
    Float(f64),
    Bool(bool),
    Null,
    Undefined,
    /// A value without a meaning.
    Simple,
    /// The end of chunks, elements or pairs that were not counted.
    Break,
}

/// In which spelling bytes become text, as a tag around them says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Spelling {
    /// No tag says anything: they are text already.
    #[default]
    Plain,
    Base64Url,
    Base64,
    Base16,
}

/// What the tags before an item say about it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tags {
    pub(super) spelling: Spelling,
    /// The item is a point in time.
    pub(super) time: bool,
}

/// A key of a map that stands for a struct.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key<'a> {
    Name(Cow<'a, [u8]>),
    /// Well-formed, but no field's.
    Number(i64),
}

impl<'a> Reader<'a> {
    /// A cursor at the start of `document`.
    pub fn new(document: &'a [u8]) -> Self {
        Self {
            bytes: document,
            at: 0,
            depth: 0,
        }
    }

    /// The offset of the next byte.
    #[inline]
    pub fn offset(&self) -> usize {
        self.at
    }

    /// Enters a map; then [`Reader::next_key`] until it returns `None`.
    ///
    /// # Errors
    /// When no map comes next.
    pub fn begin_map(&mut self) -> Result<Rest> {
        self.tags(Spelling::default())?;
        let start = self.at;
        match self.head()? {
            Head::Map(rest) => self.enter().map(|()| rest),
            other => Err(self.mismatch(start, "a map", other)),
        }
    }

    /// The next key of the map that was entered, whose value then comes next, or `None` at its end.
    ///
    /// # Errors
    /// When no string comes next.
    pub fn next_key(&mut self, rest: &mut Rest) -> Result<Option<Cow<'a, str>>> {
        if !self.more(rest)? {
            return Ok(None);
        }
        self.map_key(Spelling::default()).map(text_of).map(Some)
    }

    /// Enters a list; then [`Reader::next_element`] until it returns false.
    ///
    /// # Errors
    /// When no list comes next.
    pub fn begin_array(&mut self) -> Result<Rest> {
        self.tags(Spelling::default())?;
        let start = self.at;
        match self.head()? {
            Head::Array(rest) => self.enter().map(|()| rest),
            other => Err(self.mismatch(start, "a list", other)),
        }
    }

    /// Whether the list that was entered has another element, which then comes next.
    ///
    /// # Errors
    /// When the document ends before the list.
    pub fn next_element(&mut self, rest: &mut Rest) -> Result<bool> {
        self.more(rest)
    }

    /// Reads a string; one that is null is empty.
    ///
    /// # Errors
    /// When no string comes next.
    pub fn string(&mut self) -> Result<Cow<'a, str>> {
        let text = self.text(Spelling::default())?;
        Ok(text_of(text.unwrap_or_default()))
    }

    /// Reads `null` if it comes next, and says whether it did.
    ///
    /// # Errors
    /// When nothing comes next.
    #[inline]
    pub fn null(&mut self) -> Result<bool> {
        let is_null = self.peek()? == NULL;
        self.at += usize::from(is_null);
        Ok(is_null)
    }

    /// Passes over an item of any kind.
    ///
    /// # Errors
    /// When the item is not well-formed.
    pub fn skip(&mut self) -> Result<()> {
        // Most items are short strings.
        if self.short_string().is_some() {
            return Ok(());
        }
        let start = self.at;
        let mut head = self.checked_tag()?;
        while let Head::Tag(_) = head {
            head = self.checked_tag()?;
        }
        match head {
            Head::Bytes(Some(length)) | Head::Text(Some(length)) => self.at += length,
            Head::Bytes(None) => while self.chunk(BYTES)?.is_some() {},
            Head::Text(None) => while self.chunk(TEXT)?.is_some() {},
            Head::Array(mut rest) => {
                self.enter()?;
                while self.more(&mut rest)? {
                    self.skip()?;
                }
            }
            Head::Map(mut rest) => {
                self.enter()?;
                while self.more(&mut rest)? {
                    self.skip()?;
                    self.skip()?;
                }
            }
            Head::Break => return Err(self.malformed_at(start)),
            _ => {}
        }
        Ok(())
    }

    /// Passes over an item of any kind, and gives its bytes.
    ///
    /// # Errors
    /// As [`Reader::skip`].
    pub fn raw(&mut self) -> Result<&'a [u8]> {
        let start = self.at;
        self.skip()?;
        Ok(&self.bytes[start..self.at])
    }

    /// Checks that nothing follows.
    ///
    /// # Errors
    /// When something does.
    pub fn finish(&self) -> Result<()> {
        if self.at == self.bytes.len() {
            return Ok(());
        }
        Err(self.error(ErrorKind::Syntax, "unexpected data after the value"))
    }

    /// Reads the head of an item. Tags are heads too.
    #[inline]
    pub(super) fn head(&mut self) -> Result<Head> {
        let initial = self.peek()?;
        let (major, info) = (initial >> 5, initial & 0x1f);
        if info < 24 && major < OTHER {
            self.at += 1;
            return self.assemble(major, u64::from(info));
        }
        self.long_head(major, info)
    }

    fn long_head(&mut self, major: u8, info: u8) -> Result<Head> {
        let start = self.at;
        if info == INDEFINITE {
            self.at += 1;
            return match major {
                BYTES => Ok(Head::Bytes(None)),
                TEXT => Ok(Head::Text(None)),
                ARRAY => Ok(Head::Array(Rest(None))),
                MAP => Ok(Head::Map(Rest(None))),
                OTHER => Ok(Head::Break),
                _ => Err(self.malformed_at(start)),
            };
        }
        let argument = match info {
            0..24 => {
                self.at += 1;
                u64::from(info)
            }
            24 => self.argument::<1>()?,
            25 => self.argument::<2>()?,
            26 => self.argument::<4>()?,
            27 => self.argument::<8>()?,
            _ => return Err(self.malformed_at(start)),
        };
        if major != OTHER {
            return self.assemble(major, argument);
        }
        let number = match info {
            20 => return Ok(Head::Bool(false)),
            21 => return Ok(Head::Bool(true)),
            22 => return Ok(Head::Null),
            23 => return Ok(Head::Undefined),
            // What fits into the first byte must not take two.
            24 if argument < 32 => return Err(self.malformed_at(start)),
            0..=24 => return Ok(Head::Simple),
            25 => float16::widen(argument as u16),
            26 => f64::from(f32::from_bits(argument as u32)),
            _ => f64::from_bits(argument),
        };
        if number.is_finite() {
            return Ok(Head::Float(number));
        }
        let detail = "a number that is not finite";
        Err(Error::new(ErrorKind::InvalidValue, start, detail))
    }

    /// A head of any type but the last, from its argument.
    #[inline(always)]
    fn assemble(&self, major: u8, argument: u64) -> Result<Head> {
        let left = self.bytes.len() - self.at;
        let length = |unit: usize| match usize::try_from(argument) {
            // Every element takes at least one byte.
            Ok(length) if length <= left / unit => Ok(Some(length)),
            _ => Err(self.cut_off()),
        };
        Ok(match major {
            POSITIVE => Head::Positive(argument),
            NEGATIVE => Head::Negative(argument),
            BYTES => Head::Bytes(length(1)?),
            TEXT => Head::Text(length(1)?),
            ARRAY => Head::Array(Rest(length(1)?)),
            MAP => Head::Map(Rest(length(2)?)),
            _ => Head::Tag(argument),
        })
    }

    fn argument<const N: usize>(&mut self) -> Result<u64> {
        let start = self.at + 1;
        let Some(bytes) = self.bytes[start..].first_chunk::<N>() else {
            return Err(self.cut_off());
        };
        let mut wide = [0; 8];
        wide[8 - N..].copy_from_slice(bytes);
        self.at = start + N;
        Ok(u64::from_be_bytes(wide))
    }

    /// Reads `undefined` if it comes next, and says whether it did.
    #[inline]
    pub(super) fn undefined(&mut self) -> Result<bool> {
        let is_undefined = self.peek()? == UNDEFINED;
        self.at += usize::from(is_undefined);
        Ok(is_undefined)
    }

    /// Reads the tags before an item. What an outer tag says of spelling holds until another says
    /// it.
    #[inline]
    pub(super) fn tags(&mut self, outer: Spelling) -> Result<Tags> {
        let mut tags = Tags {
            spelling: outer,
            time: false,
        };
        while self.peek()? >> 5 == TAG {
            self.tag(&mut tags)?;
        }
        Ok(tags)
    }

    #[cold]
    fn tag(&mut self, tags: &mut Tags) -> Result<()> {
        let start = self.at;
        let Head::Tag(number) = self.checked_tag()? else {
            return Ok(());
        };
        let next = self.peek()?;
        let admissible = match number {
            tag::TIME => next >> 5 == TEXT,
            tag::EPOCH => next >> 5 <= NEGATIVE || matches!(next, 0xf9..=0xfb),
            _ => true,
        };
        if !admissible {
            let detail = format!("tag {number} before something that it cannot mark");
            return Err(Error::new(ErrorKind::InvalidValue, start, detail));
        }
        match number {
            tag::TIME | tag::EPOCH => tags.time = true,
            tag::BASE64_URL => tags.spelling = Spelling::Base64Url,
            tag::BASE64 => tags.spelling = Spelling::Base64,
            tag::BASE16 => tags.spelling = Spelling::Base16,
            _ => {}
        }
        Ok(())
    }

    /// Reads the head of a tag, or of anything else, and refuses numbers of any length.
    fn checked_tag(&mut self) -> Result<Head> {
        let start = self.at;
        match self.head()? {
            Head::Tag(tag::POSITIVE_BIGNUM | tag::NEGATIVE_BIGNUM) => {
                let detail = "a number of more than 64 bits";
                Err(Error::new(ErrorKind::InvalidValue, start, detail))
            }
            head => Ok(head),
        }
    }

    /// Passes over the tag that says "this is CBOR", as often as it comes next.
    pub(super) fn skip_self_description(&mut self) {
        while self.bytes[self.at..].starts_with(super::MAGIC) {
            self.at += super::MAGIC.len();
        }
    }

    /// Reads text, as Go reads it into a string: a text string, or bytes in the spelling that is
    /// expected of them. `None` stands for `null`. It need not be UTF-8.
    #[inline]
    pub(super) fn text(&mut self, outer: Spelling) -> Result<Option<Cow<'a, [u8]>>> {
        let Tags { spelling, .. } = self.tags(outer)?;
        let start = self.at;
        match self.head()? {
            Head::Bytes(length) => {
                let bytes = self.bytes_after(length)?;
                Ok(Some(spelling.spell(bytes)))
            }
            Head::Text(length) => self.text_after(length).map(Some),
            Head::Null => Ok(None),
            other => Err(self.mismatch(start, "a string", other)),
        }
    }

    /// Reads a byte string of less than 256 bytes, as which servers write keys and most text, if
    /// one comes next.
    #[inline(always)]
    pub(super) fn short_string(&mut self) -> Option<&'a [u8]> {
        let rest = self.bytes.get(self.at..)?;
        let (head, length) = match *rest.first()? {
            initial @ 0x40..0x58 => (1, usize::from(initial & 0x1f)),
            0x58 => (2, usize::from(*rest.get(1)?)),
            _ => return None,
        };
        let text = rest.get(head..head + length)?;
        self.at += head + length;
        Some(text)
    }

    /// Reads a key of a map that is no struct.
    #[inline]
    pub(super) fn map_key(&mut self, outer: Spelling) -> Result<Cow<'a, [u8]>> {
        if outer == Spelling::Plain
            && let Some(key) = self.short_string()
        {
            return Ok(Cow::Borrowed(key));
        }
        let start = self.at;
        match self.text(outer)? {
            Some(key) => Ok(key),
            None => Err(self.mismatch(start, "a string as key", Head::Null)),
        }
    }

    /// Reads a key of a map that stands for a struct.
    #[inline]
    pub(super) fn key(&mut self) -> Result<Key<'a>> {
        let start = self.at;
        match self.head()? {
            Head::Bytes(length) => self.bytes_after(length).map(Key::Name),
            Head::Text(length) => self.text_after(length).map(Key::Name),
            // Beyond 63 bits it wraps, as in Go.
            Head::Positive(number) => Ok(Key::Number(number as i64)),
            Head::Negative(number) if number <= i64::MAX as u64 => Ok(Key::Number(!number as i64)),
            other => Err(self.mismatch(start, "a string as key", other)),
        }
    }

    /// The bytes of a byte string, after its head.
    #[inline]
    pub(super) fn bytes_after(&mut self, length: Option<usize>) -> Result<Cow<'a, [u8]>> {
        match length {
            Some(length) => Ok(Cow::Borrowed(self.take(length))),
            None => self.chunks(BYTES),
        }
    }

    /// The bytes of a text string, after its head: UTF-8.
    pub(super) fn text_after(&mut self, length: Option<usize>) -> Result<Cow<'a, [u8]>> {
        let Some(length) = length else {
            return self.chunks(TEXT);
        };
        let start = self.at;
        let text = self.take(length);
        check_utf8(text, start)?;
        Ok(Cow::Borrowed(text))
    }

    #[cold]
    fn chunks(&mut self, major: u8) -> Result<Cow<'a, [u8]>> {
        let mut whole = Vec::new();
        while let Some(chunk) = self.chunk(major)? {
            if major == TEXT {
                check_utf8(chunk, self.at - chunk.len())?;
            }
            whole.extend_from_slice(chunk);
        }
        Ok(Cow::Owned(whole))
    }

    fn chunk(&mut self, major: u8) -> Result<Option<&'a [u8]>> {
        let start = self.at;
        match (self.head()?, major) {
            (Head::Break, _) => Ok(None),
            (Head::Bytes(Some(length)), BYTES) | (Head::Text(Some(length)), TEXT) => {
                Ok(Some(self.take(length)))
            }
            _ => {
                let detail = "a chunk that is no string of known length";
                Err(Error::new(ErrorKind::Syntax, start, detail))
            }
        }
    }

    /// The bytes that come next; their number was compared with what is left.
    #[inline]
    fn take(&mut self, length: usize) -> &'a [u8] {
        let taken = &self.bytes[self.at..self.at + length];
        self.at += length;
        taken
    }

    /// Goes into an array or a map whose head was read; then [`Reader::more`] until it says no.
    #[inline]
    pub(super) fn enter(&mut self) -> Result<()> {
        if self.depth == MAX_DEPTH {
            return Err(self.error(ErrorKind::TooDeep, "values nested deeper than 512 levels"));
        }
        self.depth += 1;
        Ok(())
    }

    /// Whether another element, or key and value, comes next.
    #[inline]
    pub(super) fn more(&mut self, rest: &mut Rest) -> Result<bool> {
        let more = match &mut rest.0 {
            Some(0) => false,
            Some(rest) => {
                *rest -= 1;
                true
            }
            None => {
                let is_break = self.peek()? == BREAK;
                self.at += usize::from(is_break);
                !is_break
            }
        };
        self.depth -= usize::from(!more);
        Ok(more)
    }

    /// Goes back.
    #[inline]
    pub(super) fn seek(&mut self, offset: usize) {
        self.at = offset;
    }

    /// Passes over the item that starts at `offset`, of which the head was read.
    pub(super) fn skip_from(&mut self, offset: usize) -> Result<()> {
        self.at = offset;
        self.skip()
    }

    /// The error for a key that comes twice in the map whose first key comes next.
    #[cold]
    pub(super) fn duplicate(mut self, rest: Rest, outer: Spelling) -> Error {
        let start = self.at;
        self.find_duplicate(rest, outer)
            .unwrap_or_else(|| duplicate_key(start, &[]))
    }

    fn find_duplicate(&mut self, mut rest: Rest, outer: Spelling) -> Option<Error> {
        let mut seen = BTreeSet::new();
        while self.more(&mut rest).ok()? {
            let offset = self.at;
            let key = self.map_key(outer).ok()?;
            if seen.contains(&key) {
                return Some(duplicate_key(offset, &key));
            }
            seen.insert(key);
            self.skip().ok()?;
        }
        None
    }

    /// An error of `kind` at the next byte.
    #[cold]
    pub(super) fn error(&self, kind: ErrorKind, detail: impl Into<Cow<'static, str>>) -> Error {
        Error::new(kind, self.at, detail)
    }

    /// The error for an item of another type, which starts at byte `start`.
    #[cold]
    pub(super) fn mismatch(&self, start: usize, expected: &str, found: Head) -> Error {
        let found = match found {
            Head::Break => return self.malformed_at(start),
            Head::Positive(_) | Head::Negative(_) => "a whole number",
            Head::Bytes(_) => "a byte string",
            Head::Text(_) => "a text string",
            Head::Array(_) => "a list",
            Head::Map(_) => "a map",
            Head::Tag(_) => "a tag",
            Head::Float(_) => "a fraction",
            Head::Bool(_) => "a bool",
            Head::Null => "null",
            Head::Undefined => "undefined",
            Head::Simple => "a value without a meaning",
        };
        let detail = format!("expected {expected}, found {found}");
        Error::new(ErrorKind::TypeMismatch, start, detail)
    }

    #[cold]
    fn malformed_at(&self, offset: usize) -> Error {
        Error::new(ErrorKind::Syntax, offset, "malformed head of an item")
    }

    #[cold]
    fn cut_off(&self) -> Error {
        let detail = "the document ends in the middle of an item";
        Error::new(ErrorKind::UnexpectedEnd, self.bytes.len(), detail)
    }

    #[inline(always)]
    fn peek(&self) -> Result<u8> {
        match self.bytes.get(self.at) {
            Some(byte) => Ok(*byte),
            None => Err(self.cut_off()),
        }
    }
}

impl Rest {
    /// How much room to make: what a document announces need not come.
    pub(super) fn to_reserve(self) -> usize {
        self.0.unwrap_or_default().min(MAX_RESERVED)
    }
}

/// Says where it is: what is in the document may be a secret.
impl fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reader(at {} of {})", self.at, self.bytes.len())
    }
}

impl Head {
    /// The whole number that begins at byte `start`.
    #[inline]
    pub(super) fn whole(self, start: usize) -> Result<i64> {
        let number = match self {
            Self::Positive(number) => i64::try_from(number).ok(),
            Self::Negative(number) => i64::try_from(number).ok().map(|number| !number),
            _ => None,
        };
        number.ok_or_else(|| {
            let detail = "a number that does not fit into 64 bits";
            Error::new(ErrorKind::InvalidValue, start, detail)
        })
    }
}

impl Spelling {
    /// Bytes as the text that is expected of them.
    #[inline]
    pub(super) fn spell(self, bytes: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
        let text = match self {
            Self::Plain => return bytes,
            Self::Base64Url => URL_SAFE_NO_PAD.encode(bytes),
            Self::Base64 => STANDARD.encode(bytes),
            Self::Base16 => {
                const DIGITS: &[u8; 16] = b"0123456789abcdef";
                let digit = |half: u8| char::from(DIGITS[usize::from(half)]);
                let pair = |byte: &u8| [digit(byte >> 4), digit(byte & 15)];
                bytes.iter().flat_map(pair).collect()
            }
        };
        Cow::Owned(text.into_bytes())
    }
}

impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(&String::from_utf8_lossy(name)),
            Self::Number(number) => number.fmt(f),
        }
    }
}

/// The error for a key that came before.
#[cold]
pub(super) fn duplicate_key(offset: usize, key: &[u8]) -> Error {
    let detail = format!("the key {:?} comes twice", String::from_utf8_lossy(key));
    Error::new(ErrorKind::InvalidValue, offset, detail)
}

fn check_utf8(text: &[u8], start: usize) -> Result<()> {
    match std::str::from_utf8(text) {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::new(
            ErrorKind::Syntax,
            start + error.valid_up_to(),
            "text that is not UTF-8",
        )),
    }
}

/// Beyond this, what comes decides how much room a list or a map gets.
const MAX_RESERVED: usize = 64;

/// The types of items, in the upper three bits of the first byte.
const POSITIVE: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const TAG: u8 = 6;
const OTHER: u8 = 7;

/// In the lower five bits: without a length or an end of its own.
const INDEFINITE: u8 = 31;

const NULL: u8 = 0xf6;
const UNDEFINED: u8 = 0xf7;
const BREAK: u8 = 0xff;

/// The tags that say something to Kubernetes; all others are passed over.
mod tag {
    /// A text string is a time in the form of RFC 3339.
    pub(super) const TIME: u64 = 0;
    /// A number counts seconds since the start of 1970.
    pub(super) const EPOCH: u64 = 1;
    pub(super) const POSITIVE_BIGNUM: u64 = 2;
    pub(super) const NEGATIVE_BIGNUM: u64 = 3;
    pub(super) const BASE64_URL: u64 = 21;
    pub(super) const BASE64: u64 = 22;
    pub(super) const BASE16: u64 = 23;
}
