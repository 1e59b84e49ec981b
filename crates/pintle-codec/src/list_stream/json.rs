//! Cutting a list in JSON.

use super::{Member, Seen, Stream};
use crate::json::{Nesting, Reader};
use crate::{Error, ErrorKind, Str};

/// How far the reading of a list came.
#[derive(Default)]
pub(super) struct Cutter {
    place: Place,
    /// The value that is being scanned, and how many bytes of it were.
    value: Option<(Scan, usize)>,
    seen: Seen,
}

/// What comes next.
#[derive(Clone, Copy, Default)]
enum Place {
    #[default]
    Start,
    /// The first key, or the end of the list.
    FirstKey,
    /// A key, behind a comma.
    Key,
    /// The colon behind a key.
    Colon(Member),
    /// A value.
    Value(Member),
    /// The comma behind a value, or the end of the list.
    Separator,
    /// The first item, or the end of the items.
    FirstItem,
    /// An item, behind a comma.
    Item,
    /// The comma behind an item, or the end of the items.
    ItemSeparator,
    End,
}

#[derive(Clone, Copy)]
enum Scan {
    Nested(Nesting),
    /// A number, a bool or null: it ends where something else begins.
    Bare,
}

type Result<T> = std::result::Result<T, Error>;

impl Cutter {
    /// Goes on to the next item. Returns its length; it stands at the front of the buffer then.
    pub(super) fn next_item(&mut self, stream: &mut Stream) -> Result<Option<usize>> {
        loop {
            let scanned = match self.value.take() {
                Some(scanned) => scanned,
                None => match self.begin_value(stream)? {
                    Some(scan) => (scan, 0),
                    None => return Ok(None),
                },
            };
            let Some(length) = self.end_value(stream, scanned)? else {
                return Ok(None);
            };
            match self.place {
                Place::FirstItem | Place::Item => {
                    self.place = Place::ItemSeparator;
                    return Ok(Some(length));
                }
                Place::Value(member) => {
                    keep(stream, member, length)?;
                    self.place = Place::Separator;
                }
                _ => self.place = Place::Colon(self.key(stream, length)?),
            }
        }
    }

    pub(super) fn has_ended(&self) -> bool {
        matches!(self.place, Place::End)
    }

    /// Uses what stands before the next key, value or item; `None` if that has not arrived.
    fn begin_value(&mut self, stream: &mut Stream) -> Result<Option<Scan>> {
        while let Some(next) = stream.buffer.skip_while(is_white) {
            self.place = match (self.place, next) {
                (Place::Start, b'{') => Place::FirstKey,
                (Place::FirstKey | Place::Separator, b'}') => Place::End,
                (Place::FirstKey | Place::Key, b'"') => break,
                (Place::Colon(member), b':') => Place::Value(member),
                (Place::Value(Member::Items), b'[') => Place::FirstItem,
                (Place::Separator, b',') => Place::Key,
                (Place::FirstItem | Place::ItemSeparator, b']') => Place::Separator,
                (Place::ItemSeparator, b',') => Place::Item,
                (Place::Value(_) | Place::FirstItem | Place::Item, _) => break,
                (place, _) => return Err(stream.error(ErrorKind::Syntax, place.expected())),
            };
            stream.buffer.take(1);
        }
        match stream.buffer.unused().first() {
            None => Ok(None),
            Some(b'{' | b'[' | b'"') => Ok(Some(Scan::Nested(Nesting::default()))),
            Some(b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => Ok(Some(Scan::Bare)),
            Some(_) => Err(stream.error(ErrorKind::Syntax, "expected a value")),
        }
    }

    /// The length of the value at the front of the buffer, if all of it is there.
    fn end_value(
        &mut self,
        stream: &Stream,
        (mut scan, scanned): (Scan, usize),
    ) -> Result<Option<usize>> {
        let unused = stream.buffer.unused();
        let rest = &unused[scanned..];
        let end = match &mut scan {
            Scan::Nested(nesting) => nesting.end(rest),
            Scan::Bare => rest.iter().position(ends_bare),
        };
        let length = end.map_or(unused.len(), |end| scanned + end);
        stream.check_length(length)?;
        self.value = end.is_none().then_some((scan, length));
        Ok(end.and(Some(length)))
    }

    /// Uses the key of this length at the front of the buffer.
    fn key(&mut self, stream: &mut Stream, length: usize) -> Result<Member> {
        let offset = stream.buffer.offset();
        let key = stream.buffer.take(length);
        let shifted = |error: Error| error.shifted_by(offset);
        let mut reader = Reader::new(key).map_err(shifted)?;
        let member = Member::named(reader.string().map_err(shifted)?.as_bytes());
        self.seen.note(member).map_err(shifted)?;
        Ok(member)
    }
}

/// Uses the value of this length at the front of the buffer.
fn keep(stream: &mut Stream, member: Member, length: usize) -> Result<()> {
    let offset = stream.buffer.offset();
    let value = stream.buffer.take(length);
    let within = |error: Error| member.within(error.shifted_by(offset));
    let mut reader = Reader::new(value).map_err(within)?;
    if reader.null().map_err(within)? {
        return Ok(());
    }
    let mut text = || reader.string().map(Str::from).map_err(within);
    match member {
        Member::ApiVersion => stream.head.type_meta.api_version = text()?,
        Member::Kind => stream.head.type_meta.kind = text()?,
        Member::Metadata => {
            stream.head.metadata = value.into();
            return Ok(());
        }
        Member::Items => reader.begin_array().map_err(within)?,
        Member::Other => reader.skip().map_err(within)?,
    }
    reader.finish().map_err(within)
}

impl Place {
    fn expected(self) -> &'static str {
        match self {
            Self::Start => "expected a list",
            Self::FirstKey => "expected a key or '}'",
            Self::Key => "expected a key",
            Self::Colon(_) => "expected ':'",
            Self::Separator => "expected ',' or '}'",
            Self::ItemSeparator => "expected ',' or ']'",
            Self::Value(_) | Self::FirstItem | Self::Item => "expected a value",
            Self::End => "unexpected text after the list",
        }
    }
}

fn is_white(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

fn ends_bare(byte: &u8) -> bool {
    matches!(byte, b',' | b':' | b']' | b'}') || is_white(byte)
}
