//! Cutting a list in protobuf: an envelope, in it a message with the metadata in its field 1 and
//! the items in its field 2.

use super::Stream;
use crate::protobuf::{MAGIC, Reader, read_type_meta, wire};
use crate::{Error, ErrorKind};

/// How far the reading of a list came.
#[derive(Default)]
pub(super) struct Cutter {
    place: Place,
    has_list: bool,
}

/// What comes next.
#[derive(Clone, Copy, Default)]
enum Place {
    #[default]
    Magic,
    /// A field of the envelope.
    Envelope,
    /// A field of the list, which ends at the offset.
    List(usize),
    /// The payload of a field that is held until all of it is there.
    Held(Held, usize),
    /// The rest of a payload that is passed over, in the list if that ends at the offset.
    Passed(usize, Option<usize>),
}

#[derive(Clone, Copy)]
enum Held {
    TypeMeta,
    /// In a list that ends at the offset.
    Metadata(usize),
    Item(usize),
}

type Result<T> = std::result::Result<T, Error>;

impl Cutter {
    /// Goes on to the next item. Returns its length; it stands at the front of the buffer then.
    pub(super) fn next_item(&mut self, stream: &mut Stream) -> Result<Option<usize>> {
        loop {
            let unused = stream.buffer.unused();
            match self.place {
                Place::Magic => {
                    let arrived = unused.len().min(MAGIC.len());
                    if unused[..arrived] != MAGIC[..arrived] {
                        let detail = "no Kubernetes protobuf: it does not begin with k8s\\0";
                        return Err(stream.error(ErrorKind::Syntax, detail));
                    }
                    if arrived < MAGIC.len() {
                        return Ok(None);
                    }
                    stream.buffer.take(MAGIC.len());
                    self.place = Place::Envelope;
                }
                Place::Envelope => {
                    let Some(field) = next_field(stream, None)? else {
                        return Ok(None);
                    };
                    self.envelope_field(stream, field)?;
                }
                Place::List(end) if stream.buffer.offset() == end => self.place = Place::Envelope,
                Place::List(end) => {
                    let Some(field) = next_field(stream, Some(end))? else {
                        return Ok(None);
                    };
                    self.list_field(stream, field, end)?;
                }
                Place::Passed(0, list) => {
                    self.place = list.map_or(Place::Envelope, Place::List);
                }
                Place::Passed(left, list) => {
                    let passed = left.min(unused.len());
                    if passed == 0 {
                        return Ok(None);
                    }
                    stream.buffer.take(passed);
                    self.place = Place::Passed(left - passed, list);
                }
                Place::Held(_, length) if unused.len() < length => return Ok(None),
                Place::Held(Held::Item(end), length) => {
                    self.place = Place::List(end);
                    return Ok(Some(length));
                }
                Place::Held(Held::Metadata(end), length) => {
                    // To append a message is to merge it.
                    let metadata = stream.buffer.take(length);
                    stream.head.metadata.extend_from_slice(metadata);
                    self.place = Place::List(end);
                }
                Place::Held(Held::TypeMeta, length) => {
                    let offset = stream.buffer.offset();
                    let type_meta = stream.buffer.take(length);
                    read_type_meta(type_meta, &mut stream.head.type_meta)
                        .map_err(|error| error.shifted_by(offset))?;
                    self.place = Place::Envelope;
                }
            }
        }
    }

    /// Whether the input may end here.
    ///
    /// An envelope does not say how long it is. It ends no earlier than the list in it, and what
    /// comes behind that says nothing of it.
    pub(super) fn has_ended(&self, stream: &Stream) -> bool {
        let ended = match self.place {
            Place::Envelope => true,
            Place::List(end) => stream.buffer.offset() == end,
            Place::Passed(left, list) => left == 0 && list.is_none(),
            Place::Magic | Place::Held(..) => false,
        };
        ended && self.has_list && stream.buffer.unused().is_empty()
    }

    fn envelope_field(&mut self, stream: &Stream, field: Field) -> Result<()> {
        self.place = match (field.number, field.is_bytes) {
            (1, true) => {
                stream.check_length(field.length)?;
                Place::Held(Held::TypeMeta, field.length)
            }
            (2, true) => {
                // Items that were handed out cannot be replaced.
                if std::mem::replace(&mut self.has_list, true) {
                    return Err(stream.error(ErrorKind::Syntax, "an envelope with two objects"));
                }
                let end = stream.buffer.offset().checked_add(field.length);
                Place::List(end.ok_or_else(|| too_long(stream))?)
            }
            // Kubernetes has never written a content encoding.
            (3, true) if field.length > 0 => {
                let detail = "the content of the object is encoded in an unknown way";
                return Err(stream.error(ErrorKind::InvalidValue, detail));
            }
            _ => Place::Passed(field.length, None),
        };
        Ok(())
    }

    fn list_field(&mut self, stream: &Stream, field: Field, end: usize) -> Result<()> {
        if field.length > end - stream.buffer.offset() {
            return Err(too_long(stream));
        }
        self.place = match (field.number, field.is_bytes) {
            (1, true) => {
                stream.check_length(stream.head.metadata.len() + field.length)?;
                Place::Held(Held::Metadata(end), field.length)
            }
            (2, true) => {
                stream.check_length(field.length)?;
                Place::Held(Held::Item(end), field.length)
            }
            _ => Place::Passed(field.length, Some(end)),
        };
        Ok(())
    }
}

/// What stands before a payload.
struct Field {
    number: u32,
    /// Whether the payload is a string, binary data or a message.
    is_bytes: bool,
    length: usize,
}

/// Uses the tag and the length of the next field, if they are there. The message that the field is
/// in ends at `end`, if it is known to.
fn next_field(stream: &mut Stream, end: Option<usize>) -> Result<Option<Field>> {
    let offset = stream.buffer.offset();
    let unused = stream.buffer.unused();
    let whole = end.is_some_and(|end| end - offset <= unused.len());
    let mut arrived = match end {
        Some(end) if whole => &unused[..end - offset],
        _ => unused,
    };
    // A tag and a length have at most this many bytes, and only they are looked at.
    arrived = &arrived[..arrived.len().min(2 * MAX_VARINT)];
    let mut reader = Reader::new(arrived);
    match head(&mut reader) {
        Ok(field) => {
            let used = reader.offset();
            stream.buffer.take(used);
            Ok(Some(field))
        }
        Err(error) if error.kind() != ErrorKind::UnexpectedEnd => Err(error.shifted_by(offset)),
        Err(_) if whole => Err(too_long(stream)),
        Err(_) => Ok(None),
    }
}

fn head(reader: &mut Reader<'_>) -> Result<Field> {
    let (number, wire) = reader.tag()?;
    let length = match wire {
        wire::VARINT => {
            reader.varint()?;
            0
        }
        wire::FIXED64 => 8,
        wire::FIXED32 => 4,
        wire::BYTES => usize::try_from(reader.varint()?).unwrap_or(usize::MAX),
        _ => return Err(reader.malformed("a group, which protobuf has given up")),
    };
    Ok(Field {
        number,
        is_bytes: wire == wire::BYTES,
        length,
    })
}

#[cold]
fn too_long(stream: &Stream) -> Error {
    let detail = "a field that is longer than the list that it is in";
    stream.error(ErrorKind::Syntax, detail)
}

/// The most bytes that a number of 64 bits has.
const MAX_VARINT: usize = 10;
