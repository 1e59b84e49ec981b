//! [`ListReader`], which cuts a list that is still arriving into its items.
//!
//! The invariant: of a list of any length, no more is held than the item that is arriving and what
//! arrived with its last bytes. Each byte is copied into the buffer once, moved within it at most
//! once, and looked at once.

mod cbor;
mod json;
mod protobuf;

use std::fmt;

use crate::buffer::Buffer;
use crate::{Error, ErrorKind, Format, TypeMeta};

/// Cuts a list of objects, as an API server answers it, into the bytes of its items while it
/// arrives.
///
/// Bytes come in by [`push`](Self::push), in chunks of any size; [`next_item`](Self::next_item) is
/// called until there is none. At the end of the input, [`finish`](Self::finish) says whether the
/// list was whole.
///
/// What the list says of itself is known when its last item was: in JSON, it may come behind the
/// items.
///
/// ```
/// use pintle_codec::{Format, ListReader};
///
/// let mut reader = ListReader::new(Format::Json);
/// let mut items = Vec::new();
/// for chunk in [r#"{"kind":"PodList","items":[{"a":"#, r#"1},{}],"metadata":{}}"#] {
///     reader.push(chunk.as_bytes());
///     while let Some(item) = reader.next_item()? {
///         items.push(String::from_utf8_lossy(item.bytes()).into_owned());
///     }
/// }
/// reader.finish()?;
/// assert_eq!(items, [r#"{"a":1}"#, "{}"]);
/// assert_eq!(reader.type_meta().kind, "PodList");
/// # Ok::<(), pintle_codec::Error>(())
/// ```
pub struct ListReader {
    stream: Stream,
    cutter: Cutter,
}

/// An item of a list that is arriving.
#[derive(Clone, Copy)]
pub struct ListItem<'a> {
    bytes: &'a [u8],
    offset: usize,
    index: usize,
    list: &'a TypeMeta,
}

/// What the cutters of all formats share.
struct Stream {
    buffer: Buffer,
    limit: usize,
    head: Head,
    /// How many items were cut off.
    items: usize,
}

/// What a list says of itself.
#[derive(Default)]
struct Head {
    type_meta: TypeMeta,
    metadata: Vec<u8>,
}

/// The members of a list that are looked at, where members have names.
#[derive(Clone, Copy, PartialEq)]
enum Member {
    ApiVersion,
    Kind,
    Metadata,
    Items,
    Other,
}

/// The members that cannot come twice: what was handed out of them cannot be replaced.
#[derive(Default)]
struct Seen {
    metadata: bool,
    items: bool,
}

enum Cutter {
    Cbor(cbor::Cutter),
    Json(json::Cutter),
    Protobuf(protobuf::Cutter),
}

/// The longest item that [`ListReader`] takes unless it is told otherwise: 16 MiB, as much as
/// client-go takes in an event of a watch.
pub const MAX_ITEM: usize = 16 << 20;

impl ListReader {
    /// A reader of a list in `format`.
    pub fn new(format: Format) -> Self {
        let cutter = match format {
            Format::Json => Cutter::Json(json::Cutter::default()),
            Format::Protobuf => Cutter::Protobuf(protobuf::Cutter::default()),
            Format::Cbor => Cutter::Cbor(cbor::Cutter::default()),
        };
        let stream = Stream {
            buffer: Buffer::default(),
            limit: MAX_ITEM,
            head: Head::default(),
            items: 0,
        };
        Self { stream, cutter }
    }

    /// Refuses items, and anything else that has to be held, of more than `bytes`. The default is
    /// [`MAX_ITEM`].
    #[must_use]
    pub fn item_limit(mut self, bytes: usize) -> Self {
        self.stream.limit = bytes;
        self
    }

    /// Takes in what arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        self.stream.buffer.push(bytes);
    }

    /// The next item; `None` until more bytes arrive. It is not checked further than to find its end.
    ///
    /// # Errors
    /// When the input is not a list in the format, or an item is too long. The list cannot be read
    /// on then.
    pub fn next_item(&mut self) -> Result<Option<ListItem<'_>>, Error> {
        let stream = &mut self.stream;
        let length = match &mut self.cutter {
            Cutter::Cbor(cutter) => cutter.next_item(stream)?,
            Cutter::Json(cutter) => cutter.next_item(stream)?,
            Cutter::Protobuf(cutter) => cutter.next_item(stream)?,
        };
        let Some(length) = length else {
            return Ok(None);
        };
        stream.items += 1;
        Ok(Some(ListItem {
            offset: stream.buffer.offset(),
            bytes: stream.buffer.take(length),
            index: stream.items - 1,
            list: &stream.head.type_meta,
        }))
    }

    /// How many items there were so far.
    pub fn items(&self) -> usize {
        self.stream.items
    }

    /// What the list claims to be, as far as that is known.
    pub fn type_meta(&self) -> &TypeMeta {
        &self.stream.head.type_meta
    }

    /// The list's metadata in the format of the list, as far as they are known: in JSON and CBOR
    /// an object, in protobuf a message without an envelope; empty if there are none.
    pub fn metadata(&self) -> &[u8] {
        &self.stream.head.metadata
    }

    /// Checks, when all input was pushed and all items were taken, that the list ended.
    ///
    /// # Errors
    /// When it did not: what is missing may be further items.
    pub fn finish(&self) -> Result<(), Error> {
        let ended = match &self.cutter {
            Cutter::Cbor(cutter) => cutter.has_ended(),
            Cutter::Json(cutter) => cutter.has_ended(),
            Cutter::Protobuf(cutter) => cutter.has_ended(&self.stream),
        };
        if ended {
            return Ok(());
        }
        let stream = &self.stream;
        let offset = stream.buffer.offset() + stream.buffer.unused().len();
        let detail = match stream.items {
            0 => "the list is cut short before its first item".to_owned(),
            1 => "the list is cut short after 1 item".to_owned(),
            items => format!("the list is cut short after {items} items"),
        };
        Err(Error::new(ErrorKind::UnexpectedEnd, offset, detail))
    }
}

/// Says how far it came, not what it holds.
impl fmt::Debug for ListReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListReader")
            .field("type_meta", self.type_meta())
            .field("items", &self.stream.items)
            .finish_non_exhaustive()
    }
}

impl<'a> ListItem<'a> {
    /// The item, exactly its bytes; in protobuf without an envelope.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Where in the document the item stands: what to add to the offset of an error in it.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// How many items came before it.
    pub fn index(&self) -> usize {
        self.index
    }

    /// What the list claims to be, as far as that is known.
    pub fn list(&self) -> &'a TypeMeta {
        self.list
    }
}

/// Says which item it is: what is in it may be a secret.
impl fmt::Debug for ListItem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ListItem({}, {} bytes)", self.index, self.bytes.len())
    }
}

impl Member {
    fn named(name: &[u8]) -> Self {
        match name {
            b"apiVersion" => Self::ApiVersion,
            b"kind" => Self::Kind,
            b"metadata" => Self::Metadata,
            b"items" => Self::Items,
            _ => Self::Other,
        }
    }

    /// An error in the member's value.
    fn within(self, error: Error) -> Error {
        match self {
            Self::ApiVersion => error.within_field("apiVersion"),
            Self::Kind => error.within_field("kind"),
            Self::Metadata => error.within_field("metadata"),
            Self::Items => error.within_field("items"),
            Self::Other => error,
        }
    }
}

impl Seen {
    fn note(&mut self, member: Member) -> Result<(), Error> {
        let (seen, detail) = match member {
            Member::Metadata => (&mut self.metadata, "a list that has two metadata"),
            Member::Items => (&mut self.items, "a list that has two lists of items"),
            _ => return Ok(()),
        };
        if std::mem::replace(seen, true) {
            return Err(Error::new(ErrorKind::Syntax, 0, detail));
        }
        Ok(())
    }
}

impl Stream {
    /// Refuses a part that is to be held and is longer than the limit.
    fn check_length(&self, length: usize) -> Result<(), Error> {
        if length <= self.limit {
            return Ok(());
        }
        let detail = format!(
            "an item, or another part, of more than {} bytes",
            self.limit
        );
        Err(self.error(ErrorKind::TooLarge, detail))
    }

    /// An error at the next byte.
    #[cold]
    fn error(&self, kind: ErrorKind, detail: impl Into<std::borrow::Cow<'static, str>>) -> Error {
        Error::new(kind, self.buffer.offset(), detail)
    }
}
