//! Cutting a list in CBOR.

use super::{Member, Seen, Stream};
use crate::cbor::{ARRAY, BREAK, Item, MAGIC, MAP, RawHead, Scan};
use crate::{Error, ErrorKind, Str};

/// How far the reading of a list came.
#[derive(Default)]
pub(super) struct Cutter {
    place: Place,
    /// The item of CBOR that is being scanned.
    scan: Option<Scan>,
    /// The members of the list that are still to come, if they are counted.
    members: Option<u64>,
    seen: Seen,
}

/// What comes next.
#[derive(Clone, Copy, Default)]
enum Place {
    #[default]
    Start,
    /// A key, or the end of the list.
    Key,
    /// A value.
    Value(Member),
    /// An item of the list, or the end of the items; so many are still to come, if they are counted.
    Item(Option<u64>),
    End,
}

type Result<T> = std::result::Result<T, Error>;

impl Cutter {
    /// Goes on to the next item. Returns its length; it stands at the front of the buffer then.
    pub(super) fn next_item(&mut self, stream: &mut Stream) -> Result<Option<usize>> {
        loop {
            let mut scan = match self.scan.take() {
                Some(scan) => scan,
                None => match self.begin_value(stream)? {
                    true => Scan::default(),
                    false => return Ok(None),
                },
            };
            let shifted = |error: Error| error.shifted_by(stream.buffer.offset());
            let end = scan.end(stream.buffer.unused()).map_err(shifted)?;
            stream.check_length(scan.length())?;
            let Some(length) = end else {
                self.scan = Some(scan);
                return Ok(None);
            };
            match self.place {
                Place::Item(_) => return Ok(Some(length)),
                Place::Value(member) => {
                    keep(stream, member, length)?;
                    self.place = Place::Key;
                }
                _ => {
                    let offset = stream.buffer.offset();
                    let shifted = |error: Error| error.shifted_by(offset);
                    let key = Item::new(stream.buffer.take(length));
                    // A key that is no string belongs to none of the members that are looked at.
                    let name = key.text().unwrap_or_default().unwrap_or_default();
                    let member = Member::named(name.as_bytes());
                    self.seen.note(member).map_err(shifted)?;
                    self.place = Place::Value(member);
                }
            }
        }
    }

    pub(super) fn has_ended(&self) -> bool {
        matches!(self.place, Place::End)
    }

    /// Uses what stands before the next key, value or item; false if that has not arrived.
    fn begin_value(&mut self, stream: &mut Stream) -> Result<bool> {
        loop {
            match self.place {
                Place::Start => {
                    if !self.begin(stream)? {
                        return Ok(false);
                    }
                }
                Place::Key => match next_of(&mut self.members, stream) {
                    Some(true) => return Ok(true),
                    Some(false) => self.place = Place::End,
                    None => return Ok(false),
                },
                Place::Value(Member::Items) => {
                    let Some(head) = next_head(stream)? else {
                        return Ok(false);
                    };
                    if head.major != ARRAY {
                        return Ok(true);
                    }
                    stream.buffer.take(head.length);
                    self.place = Place::Item(head.argument);
                }
                Place::Value(_) => return Ok(!stream.buffer.unused().is_empty()),
                Place::Item(ref mut rest) => match next_of(rest, stream) {
                    Some(true) => return Ok(true),
                    Some(false) => self.place = Place::Key,
                    None => return Ok(false),
                },
                Place::End if stream.buffer.unused().is_empty() => return Ok(false),
                Place::End => {
                    return Err(stream.error(ErrorKind::Syntax, "unexpected data after the list"));
                }
            }
        }
    }

    /// Uses the head of the list; false if it has not arrived.
    fn begin(&mut self, stream: &mut Stream) -> Result<bool> {
        loop {
            let unused = stream.buffer.unused();
            let arrived = unused.len().min(MAGIC.len());
            if unused[..arrived] != MAGIC[..arrived] {
                break;
            }
            if arrived < MAGIC.len() {
                return Ok(false);
            }
            stream.buffer.take(MAGIC.len());
        }
        let Some(head) = next_head(stream)? else {
            return Ok(false);
        };
        if head.major != MAP {
            return Err(stream.error(ErrorKind::TypeMismatch, "expected a list"));
        }
        stream.buffer.take(head.length);
        self.members = head.argument;
        self.place = Place::Key;
        Ok(true)
    }
}

/// The head that stands at the front of the buffer, if all of it is there.
fn next_head(stream: &Stream) -> Result<Option<RawHead>> {
    let shifted = |error: Error| error.shifted_by(stream.buffer.offset());
    RawHead::of(stream.buffer.unused()).map_err(shifted)
}

/// Whether another of the items follows of which so many are still to come; uses the break behind
/// the last. `None` if that has not arrived.
fn next_of(rest: &mut Option<u64>, stream: &mut Stream) -> Option<bool> {
    match rest {
        Some(0) => Some(false),
        Some(_) if stream.buffer.unused().is_empty() => None,
        Some(rest) => {
            *rest -= 1;
            Some(true)
        }
        None => {
            let is_break = *stream.buffer.unused().first()? == BREAK;
            if is_break {
                stream.buffer.take(1);
            }
            Some(!is_break)
        }
    }
}

/// Uses the value of this length at the front of the buffer.
fn keep(stream: &mut Stream, member: Member, length: usize) -> Result<()> {
    let offset = stream.buffer.offset();
    let value = stream.buffer.take(length);
    let within = |error: Error| member.within(error.shifted_by(offset));
    if matches!(value, [NULL | UNDEFINED]) {
        return Ok(());
    }
    let text = || match Item::new(value).text() {
        Ok(text) => Ok(Str::from(text.unwrap_or_default())),
        Err(error) => Err(within(error)),
    };
    match member {
        Member::ApiVersion => stream.head.type_meta.api_version = text()?,
        Member::Kind => stream.head.type_meta.kind = text()?,
        Member::Metadata => stream.head.metadata = value.into(),
        Member::Items => {
            let error = Error::new(ErrorKind::TypeMismatch, 0, "expected a list");
            return Err(within(error));
        }
        Member::Other => {}
    }
    Ok(())
}

const NULL: u8 = 0xf6;
const UNDEFINED: u8 = 0xf7;
