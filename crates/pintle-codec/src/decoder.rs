//! [`Decoder`], which reads objects and keeps between them what makes the next one cheap.

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::documents::Documents;
use crate::interner::{self, Interner};
use crate::prune::{Node, Prune};
use crate::room::Room;
use crate::stock::Stock;
use crate::{Error, FieldFlags, Message, SlotMut, Str, TypeMeta, cbor, json, protobuf};

/// Reads objects: says how, and keeps between them the strings that repeat.
///
/// A program that reads many objects of a kind keeps one decoder for them; their equal strings
/// then share memory. What is kept is bounded. A decoder for one object costs nothing to make.
///
/// ```
/// use pintle_codec::{Decoder, Prune};
///
/// let mut decoder = Decoder::new().prune(Prune::managed_fields());
/// # let _ = &mut decoder;
/// ```
#[derive(Debug, Default)]
pub struct Decoder {
    strings: Interner,
    documents: Documents,
    /// Strings that are held in place, each at the place that its bytes name.
    short: Box<[(u128, Str)]>,
    has_read: bool,
    /// Whether equal strings are shared.
    shares: bool,
    rules: Option<Arc<Prune>>,
    /// Parts were left out before the decoder came to see what it reads.
    incomplete: bool,
    strict: bool,
    violations: Vec<Violation>,
    stock: Stock,
    room: Room,
}

/// A field that strict reading objects to.
#[derive(Clone, PartialEq, Eq)]
pub struct Violation {
    kind: ViolationKind,
    /// From the inside out, as the decoder unwinds.
    path: Vec<Str>,
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ViolationKind {
    /// The type has no such field.
    Unknown,
    /// The field, or the key of a map, came before.
    Duplicate,
}

impl Decoder {
    /// A decoder that reads everything it knows and passes over what it does not.
    pub fn new() -> Self {
        Self::default()
    }

    /// Leaves out parts of objects. The default is to leave out nothing.
    #[must_use]
    pub fn prune(mut self, prune: Prune) -> Self {
        self.rules = (!prune.is_empty()).then(|| Arc::new(prune));
        self
    }

    /// Takes what it reads for the rest of objects of which parts were left out before, and has it
    /// say so in its metadata. The default is to take it for the whole.
    #[must_use]
    pub fn incomplete(mut self, incomplete: bool) -> Self {
        self.incomplete = incomplete;
        self
    }

    /// Notes unknown and repeated fields, which [`Decoder::take_violations`] then returns. The
    /// default is to pass over unknown fields and to let the last of repeated ones count.
    ///
    /// Protobuf knows no names: nothing is noted of it.
    #[must_use]
    pub fn strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// Which parts of objects it leaves out; for types that read their bytes themselves.
    pub fn pruning(&self) -> Option<&Prune> {
        self.rules.as_deref()
    }

    /// Whether it takes what it reads for the rest of an object; for types that read their bytes
    /// themselves.
    pub fn is_incomplete(&self) -> bool {
        self.incomplete
    }

    /// What strict reading objected to since the last call.
    pub fn take_violations(&mut self) -> Vec<Violation> {
        std::mem::take(&mut self.violations)
    }

    /// Fills `message` from a JSON object, and says what the object claims to be. Unknown fields
    /// are passed over; `null` leaves a field as it is.
    ///
    /// # Errors
    /// When the document is not one well-formed object, or a value does not fit its field.
    pub fn decode_json(
        &mut self,
        document: &[u8],
        message: &mut dyn Message,
    ) -> Result<TypeMeta, Error> {
        json::decode_with(self, document, message)
    }

    /// Fills `message` from the JSON object that comes next in `reader`, as
    /// [`Decoder::decode_json`] does.
    ///
    /// # Errors
    /// As there.
    pub fn decode_json_next(
        &mut self,
        reader: &mut json::Reader<'_>,
        message: &mut dyn Message,
    ) -> Result<TypeMeta, Error> {
        json::decode_next(self, reader, message)
    }

    /// Fills `message` from an object in Kubernetes' protobuf envelope, and says what the object
    /// claims to be. Unknown fields are passed over.
    ///
    /// # Errors
    /// When the document has no such envelope, is malformed, or a value does not fit its field.
    pub fn decode_protobuf(
        &mut self,
        document: &[u8],
        message: &mut dyn Message,
    ) -> Result<TypeMeta, Error> {
        let envelope = protobuf::Envelope::open(document)?;
        let shifted = |error: Error| error.shifted_by(envelope.offset());
        protobuf::decode_with(self, envelope.raw(), message).map_err(shifted)?;
        Ok(envelope.into_type_meta())
    }

    /// Fills `message` from protobuf without an envelope, as objects travel in a list.
    ///
    /// # Errors
    /// When the message is malformed, or a value does not fit its field.
    pub fn decode_protobuf_item(
        &mut self,
        item: &[u8],
        message: &mut dyn Message,
    ) -> Result<(), Error> {
        protobuf::decode_with(self, item, message)
    }

    /// Fills `message` from a CBOR document, and says what the object claims to be. Unknown fields
    /// are passed over; `null` leaves a field as it is. The document need not begin with
    /// [`MAGIC`](cbor::MAGIC), so an element of a list is one too.
    ///
    /// A key that comes twice is an error here, strict or not, as it is to Kubernetes.
    ///
    /// # Errors
    /// When the document is not one well-formed map, a key comes twice, or a value does not fit its
    /// field.
    pub fn decode_cbor(
        &mut self,
        document: &[u8],
        message: &mut dyn Message,
    ) -> Result<TypeMeta, Error> {
        cbor::decode_with(self, document, message)
    }

    /// Reads a JSON value of any kind as text, for a [`Scalar`](crate::Scalar) that keeps it so.
    /// Equal objects of JSON share their text.
    ///
    /// # Errors
    /// When the value is malformed.
    pub fn raw_json(&mut self, reader: &mut json::Reader<'_>) -> Result<Str, Error> {
        if !self.shares {
            return reader.raw().map(Str::from);
        }
        let rest = reader.rest()?;
        if let Some(known) = self.documents.starting(rest) {
            reader.advance(known.len());
            return Ok(known);
        }
        Ok(self.documents.add(reader.raw()?))
    }

    /// Reads JSON that stands in another format as text; it is not looked into. Equal texts are
    /// shared. `None` if the bytes are not UTF-8.
    pub fn raw_json_bytes(&mut self, json: &[u8]) -> Option<Str> {
        if !self.shares {
            return std::str::from_utf8(json).ok().map(Str::from);
        }
        self.documents.text(json)
    }

    /// What `make` makes, for types that keep something small of each object. A decoder that reads many
    /// has several made at once, so that they lie on few pages of memory: whoever then looks at one
    /// thing of many objects waits for less.
    ///
    /// It has to make the same each time: what is given may have been made for an earlier call. One
    /// type at a time: those of another that were made ahead are dropped.
    pub fn from_stock<T: Any + Send + Sync>(&mut self, make: impl Fn() -> T) -> T {
        self.stock.take(make)
    }

    /// So many bytes are about to be kept of an object. A decoder that reads many has the allocator grow for
    /// several at once.
    pub fn make_room(&mut self, bytes: usize) {
        self.room.take(bytes);
    }

    /// What is left out, if anything is.
    pub(crate) fn rules(&self) -> Option<Arc<Prune>> {
        self.rules.clone()
    }

    pub(crate) fn is_strict(&self) -> bool {
        self.strict
    }

    /// A string of the input.
    #[inline]
    pub(crate) fn string(&mut self, text: &str) -> Str {
        if !self.interns(text.len()) {
            return Str::from(text);
        }
        let hash = interner::hash(text.as_bytes());
        match self.strings.find(text.as_bytes(), hash) {
            Some(string) => string,
            None => self.strings.add(text, hash),
        }
    }

    /// A string of the input that is not known to be UTF-8. Each byte that is not reads as U+FFFD,
    /// as Go writes it to whoever asks for JSON.
    #[inline]
    pub(crate) fn bytes(&mut self, text: &[u8]) -> Str {
        if let Some(word) = ShortText::of(text) {
            return self.short(word, text);
        }
        if !self.interns(text.len()) {
            return std::str::from_utf8(text).map_or_else(|_| repair(text).into(), Str::from);
        }
        let hash = interner::hash(text);
        if let Some(string) = self.strings.find(text, hash) {
            return string;
        }
        match std::str::from_utf8(text) {
            Ok(text) => self.strings.add(text, hash),
            Err(_) => repair(text).into(),
        }
    }

    /// A string that is held in place. To look up one that was read before is cheaper than to check
    /// it and to make it.
    #[inline]
    fn short(&mut self, short: ShortText, text: &[u8]) -> Str {
        let at = short.place();
        if let Some((known, string)) = self.short.get(at)
            && *known == short.word
            && string.len() == short.length
        {
            return string.clone();
        }
        let Some(string) = short.check() else {
            return repair(text).into();
        };
        if let Some(place) = self.short.get_mut(at) {
            *place = (short.word, string.clone());
        }
        string
    }

    /// Whether strings of this length are shared. Those of the first object are not: there may be
    /// no other.
    #[inline]
    fn interns(&self, length: usize) -> bool {
        self.shares && interner::is_worthwhile(length)
    }

    /// Notes that an object is about to be read.
    #[inline]
    pub(crate) fn begin(&mut self) {
        self.shares = self.has_read;
        self.has_read = true;
        if self.shares && self.short.is_empty() {
            self.short = vec![(0, Str::new()); SHORT_PLACES].into();
        }
    }

    /// The number of violations so far, for [`Decoder::within`].
    pub(crate) fn noted(&self) -> usize {
        self.violations.len()
    }

    #[cold]
    pub(crate) fn note(&mut self, kind: ViolationKind, name: &str) {
        let path = vec![name.into()];
        self.violations.push(Violation { kind, path });
    }

    /// Puts the violations that were noted after the first `before` one step further in.
    pub(crate) fn within(&mut self, before: usize, step: impl Fn() -> Str) {
        for violation in &mut self.violations[before..] {
            violation.path.push(step());
        }
    }
}

impl Violation {
    /// What is wrong.
    pub fn kind(&self) -> ViolationKind {
        self.kind
    }

    /// The path of the field: `spec.containers[0].imagge`.
    pub fn path(&self) -> String {
        let mut path = String::new();
        for step in self.path.iter().rev() {
            if !path.is_empty() && !step.starts_with('[') {
                path.push('.');
            }
            path.push_str(step);
        }
        path
    }
}

/// As Kubernetes words it: `unknown field "spec.containers[0].imagge"`.
impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            ViolationKind::Unknown => "unknown",
            ViolationKind::Duplicate => "duplicate",
        };
        write!(f, "{what} field \"{}\"", self.path())
    }
}

impl fmt::Debug for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// How the parts that are left out are followed down through an object.
#[derive(Clone, Copy, Default)]
pub(crate) struct Rules<'a> {
    node: Option<&'a Node>,
}

impl<'a> Rules<'a> {
    pub(crate) fn new(prune: Option<&'a Prune>) -> Self {
        Self {
            node: prune.and_then(Prune::root),
        }
    }

    /// Whether something may be left out here or below.
    #[inline]
    pub(crate) fn any(self) -> bool {
        self.node.is_some()
    }

    /// The rules within the field or key `name`; `None` if all of it is left out.
    pub(crate) fn within(self, name: &str) -> Option<Self> {
        use crate::prune::Rule;
        match self.node.and_then(|node| node.rule(name)) {
            Some(Rule::All) => None,
            Some(Rule::Within(node)) => Some(Self { node: Some(node) }),
            None => Some(Self::default()),
        }
    }
}

/// Writes into the metadata of an object that parts of it were left out.
pub(crate) fn note_pruned(message: &mut dyn Message) {
    let fields = message.table().fields();
    let noted = fields
        .iter()
        .position(|field| field.flags().has(FieldFlags::NOTE));
    if let Some(index) = noted {
        if let SlotMut::Bool(note) = message.slot(index) {
            *note = true;
        }
        return;
    }
    let metadata = fields.iter().position(|field| field.json() == "metadata");
    if let Some(index) = metadata
        && let SlotMut::Message(metadata) = message.slot(index)
        && metadata
            .table()
            .fields()
            .iter()
            .any(|field| field.flags().has(FieldFlags::NOTE))
    {
        note_pruned(metadata);
    }
}

/// Text that is not known to be UTF-8, as [`Decoder::bytes`] reads it.
pub(crate) fn text_of(bytes: Cow<'_, [u8]>) -> Cow<'_, str> {
    match bytes {
        Cow::Borrowed(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(repair(bytes)),
        },
        Cow::Owned(bytes) => Cow::Owned(match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => repair(error.as_bytes()),
        }),
    }
}

/// The bytes of a text of up to 16 bytes, zeros behind, and its length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct ShortText {
    word: u128,
    length: usize,
}

impl ShortText {
    /// The bytes of `text`, if it is short.
    #[inline]
    fn of(text: &[u8]) -> Option<Self> {
        let length = text.len();
        let word = match (text.first_chunk(), text.last_chunk()) {
            (Some(first), Some(last)) if length <= 16 => {
                let (first, last) = (u64::from_le_bytes(*first), u64::from_le_bytes(*last));
                u128::from(first) | u128::from(last) << (8 * (length - 8))
            }
            (Some(_), _) => return None,
            _ => match (text.first_chunk(), text.last_chunk()) {
                (Some(first), Some(last)) => {
                    let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
                    u128::from(u64::from(first) | u64::from(last) << (8 * (length - 4)))
                }
                _ => text
                    .iter()
                    .rev()
                    .fold(0, |word, byte| word << 8 | u128::from(*byte)),
            },
        };
        Some(Self { word, length })
    }

    /// The string, if it is UTF-8. To check 16 aligned bytes is cheaper than to check a few.
    fn check(self) -> Option<Str> {
        #[repr(align(16))]
        struct Aligned([u8; 16]);

        let padded = Aligned(self.word.to_le_bytes());
        let padded = std::str::from_utf8(&padded.0).ok()?;
        padded.get(..self.length).map(Str::from)
    }

    #[inline]
    fn place(self) -> usize {
        let word = (self.word ^ (self.word >> 64)) as u64;
        (word.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize % SHORT_PLACES
    }
}

/// How many short strings are kept: 8 KiB of them.
const SHORT_PLACES: usize = 256;

#[cold]
fn repair(text: &[u8]) -> String {
    let mut repaired = String::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        repaired.push_str(chunk.valid());
        repaired.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    repaired
}

#[cfg(test)]
mod tests {
    use super::{Decoder, ShortText};

    #[test]
    fn short_strings_are_read_whole() {
        let text = "0123456789abcdef";
        let mut decoder = Decoder::new();
        for _ in 0..2 {
            for length in 0..=text.len() {
                let text = &text[..length];
                assert_eq!(decoder.bytes(text.as_bytes()), text);
            }
            for text in [
                "é",
                "日本",
                "naïve-ünïcö",
                "123456789012345é",
                "a\0",
                "a",
                "\0",
            ] {
                assert_eq!(decoder.bytes(text.as_bytes()), text);
            }
            decoder.begin();
        }
        assert_eq!(ShortText::of(b"0123456789abcdefg"), None);
    }

    #[test]
    fn long_strings_are_shared_from_the_second_object_on() {
        let mut decoder = Decoder::new();
        decoder.begin();
        let text = "a string of more than 16 bytes";
        let (one, other) = (decoder.string(text), decoder.bytes(text.as_bytes()));
        assert_ne!(one.as_ptr(), other.as_ptr());
        decoder.begin();
        let (one, other) = (decoder.string(text), decoder.bytes(text.as_bytes()));
        assert_eq!(one.as_ptr(), other.as_ptr());
    }

    /// What Go's JSON encoder makes of such strings: U+FFFD for each byte that is not UTF-8.
    #[test]
    fn what_is_not_utf_8_is_replaced_byte_by_byte() {
        let mut decoder = Decoder::new();
        for (bytes, text) in [
            (&b"a\xffb"[..], "a\u{fffd}b"),
            (b"\xe6\x97", "\u{fffd}\u{fffd}"),
            (
                b"\xe6\x97 and some more text\xc3",
                "\u{fffd}\u{fffd} and some more text\u{fffd}",
            ),
        ] {
            assert_eq!(decoder.bytes(bytes), text);
            decoder.begin();
        }
    }
}
