//! CBOR into a [`Message`].

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Item;
use super::reader::{Head, Key, Reader, Rest, Spelling, duplicate_key};
use crate::byte_string::from_base64;
use crate::choice::{self, Sort, Unfit, choose};
use crate::decoder::{Decoder, Rules, ViolationKind, note_pruned};
use crate::key::{Found, find};
use crate::{
    ByteString, Error, ErrorKind, Field, FieldFlags, Mapped, Message, Prune, Repeated, SlotMut,
    TypeMeta,
};

type Result<T> = std::result::Result<T, Error>;

/// Fills `message` as `decoder` is set.
pub(crate) fn decode_with(
    decoder: &mut Decoder,
    document: &[u8],
    message: &mut dyn Message,
) -> Result<TypeMeta> {
    decoder.begin();
    let prune: Option<Arc<Prune>> = decoder.rules();
    let pruned = decoder.is_incomplete();
    let mut source = Source {
        reader: Reader::new(document),
        strict: decoder.is_strict(),
        decoder,
        rules: Rules::new(prune.as_deref()),
        pruned,
        spelling: Spelling::default(),
    };
    let mut type_meta = TypeMeta::default();
    let (start, head) = source.begin()?;
    match head {
        Head::Map(rest) => source.message(message, rest, Some(&mut type_meta))?,
        other => return Err(source.reader.mismatch(start, "a map", other)),
    }
    source.reader.finish()?;
    if source.pruned {
        note_pruned(message);
    }
    Ok(type_meta)
}

struct Source<'a, 'd> {
    reader: Reader<'a>,
    decoder: &'d mut Decoder,
    /// What is left out of the object that is being read.
    rules: Rules<'d>,
    strict: bool,
    pruned: bool,
    /// How byte strings within the item that is being read become text.
    spelling: Spelling,
}

/// The keys that came so far in the map of a struct.
#[derive(Default)]
struct Seen<'a> {
    /// The fields of the struct itself, a bit each.
    own: u64,
    /// The fields of inlined structs, and `kind` and `apiVersion`.
    inlined: Vec<&'static str>,
    /// Keys that are no field's.
    unknown: BTreeSet<Key<'a>>,
}

impl<'a> Source<'a, '_> {
    /// Fills `message` from the pairs of a map whose head was read.
    fn message(
        &mut self,
        message: &mut dyn Message,
        mut rest: Rest,
        mut type_meta: Option<&mut TypeMeta>,
    ) -> Result<()> {
        self.reader.enter()?;
        let fields = message.table().fields();
        // Servers keep the order of the struct, wherever they begin.
        let mut expected = 0;
        let mut seen = Seen::default();
        while self.reader.more(&mut rest)? {
            let start = self.reader.offset();
            let name = self.reader.short_string();
            let index = match name.and_then(|name| position(fields, name, expected)) {
                Some(index) => index,
                None => {
                    self.reader.seek(start);
                    match self.other(message, &mut seen, type_meta.as_deref_mut())? {
                        Some(index) => index,
                        None => continue,
                    }
                }
            };
            expected = index + 1;
            let field = &fields[index];
            if seen.own >> index & 1 != 0 {
                return Err(duplicate_key(start, field.json().as_bytes()));
            }
            seen.own |= 1 << index;
            if self.strict || self.rules.any() {
                self.within(field.json(), |source| {
                    source.field(field, || message.slot(index))
                })?;
            } else {
                self.field(field, || message.slot(index))?;
            }
        }
        Ok(())
    }

    /// Reads the value of a field into what `slot` makes present.
    #[inline]
    fn field<'s>(&mut self, field: &Field, slot: impl FnOnce() -> SlotMut<'s>) -> Result<()> {
        let optional = field.flags().has(FieldFlags::OPTIONAL);
        if self.reader.null()? || optional && self.reader.undefined()? {
            return Ok(());
        }
        self.slot(slot())
            .map_err(|error| error.within_field(field.json()))
    }

    /// Reads a key that is no field's of the struct itself, and its value. If the key is a field's
    /// after all, spelt in an unusual way, returns which, and its value comes next.
    #[cold]
    fn other(
        &mut self,
        message: &mut dyn Message,
        seen: &mut Seen<'a>,
        type_meta: Option<&mut TypeMeta>,
    ) -> Result<Option<usize>> {
        let start = self.reader.offset();
        let key = self.reader.key()?;
        // A name that is not UTF-8 is no field's either.
        let name = match &key {
            Key::Name(name) => std::str::from_utf8(name).unwrap_or_default(),
            Key::Number(_) => "",
        };
        let mut once = |name: &'static str| {
            if seen.inlined.contains(&name) {
                return Err(duplicate_key(start, name.as_bytes()));
            }
            seen.inlined.push(name);
            Ok(())
        };
        let whole = type_meta.is_some();
        match (find(&*message, name, whole), type_meta) {
            (Found::Field(index), _) => return Ok(Some(index)),
            (found @ Found::Inline(..), _) => {
                let field = found.field(message);
                once(field.json())?;
                self.within(field.json(), |source| {
                    source.field(field, || found.slot(message))
                })?;
            }
            (Found::Kind, Some(type_meta)) => {
                once("kind")?;
                self.slot(SlotMut::Str(&mut type_meta.kind))
                    .map_err(|error| error.within_field("kind"))?;
            }
            (Found::ApiVersion, Some(type_meta)) => {
                once("apiVersion")?;
                self.slot(SlotMut::Str(&mut type_meta.api_version))
                    .map_err(|error| error.within_field("apiVersion"))?;
            }
            (found, _) => {
                if self.strict && matches!(found, Found::Unknown) {
                    self.decoder.note(ViolationKind::Unknown, &key.to_string());
                }
                if seen.unknown.contains(&key) {
                    return Err(duplicate_key(start, key.to_string().as_bytes()));
                }
                seen.unknown.insert(key);
                self.reader.skip()?;
            }
        }
        Ok(None)
    }

    /// Reads the value of a field or key by `read` under the rules for it.
    fn within(&mut self, name: &str, read: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        let outer = self.rules;
        let Some(rules) = outer.within(name) else {
            self.pruned = true;
            return self.reader.skip();
        };
        self.rules = rules;
        let before = self.decoder.noted();
        read(self)?;
        self.decoder.within(before, || name.into());
        self.rules = outer;
        Ok(())
    }

    fn slot(&mut self, slot: SlotMut<'_>) -> Result<()> {
        match slot {
            SlotMut::Str(text) => {
                if self.spelling == Spelling::Plain
                    && let Some(read) = self.reader.short_string()
                {
                    *text = self.decoder.bytes(read);
                    return Ok(());
                }
                let read = self.reader.text(self.spelling)?.unwrap_or_default();
                *text = self.decoder.bytes(&read);
                Ok(())
            }
            // A scalar does not know what tags further out say.
            SlotMut::Scalar(scalar) => {
                self.reader.skip_self_description();
                let start = self.reader.offset();
                scalar
                    .decode_cbor(Item::new(self.reader.raw()?))
                    .map_err(|error| error.shifted_by(start))
            }
            slot => {
                let outer = self.spelling;
                let (start, head) = self.begin()?;
                let read = self.value(slot, start, head);
                self.spelling = outer;
                read
            }
        }
    }

    /// Reads tags and the head of the item behind them, which starts at the offset.
    #[inline]
    fn begin(&mut self) -> Result<(usize, Head)> {
        self.spelling = self.reader.tags(self.spelling)?.spelling;
        Ok((self.reader.offset(), self.reader.head()?))
    }

    /// Reads the rest of an item.
    #[inline]
    fn value(&mut self, slot: SlotMut<'_>, start: usize, head: Head) -> Result<()> {
        let expected = match (slot, head) {
            // Behind a tag only: the slot keeps its zero.
            (_, Head::Null) => return Ok(()),
            (SlotMut::Message(message), head) if message.table().is_choice() => {
                return self.choice(message, start, head);
            }
            (SlotMut::Message(message), Head::Map(rest)) => {
                return self.message(message, rest, None);
            }
            (SlotMut::List(list), Head::Array(rest)) => return self.list(list, rest),
            (SlotMut::Map(map), Head::Map(rest)) => return self.map(map, rest),
            (SlotMut::Bool(truth), Head::Bool(value)) => {
                *truth = value;
                return Ok(());
            }
            (SlotMut::I32(number), Head::Positive(_) | Head::Negative(_)) => {
                let wide = head.whole(start)?;
                *number = i32::try_from(wide).map_err(|_| {
                    let detail = format!("{wide} does not fit into 32 bits");
                    Error::new(ErrorKind::InvalidValue, start, detail)
                })?;
                return Ok(());
            }
            (SlotMut::I64(number), Head::Positive(_) | Head::Negative(_)) => {
                *number = head.whole(start)?;
                return Ok(());
            }
            (SlotMut::F64(number), head) => match head {
                Head::Float(value) => {
                    *number = value;
                    return Ok(());
                }
                Head::Positive(value) => {
                    *number = value as f64;
                    return Ok(());
                }
                Head::Negative(_) => {
                    *number = head.whole(start)? as f64;
                    return Ok(());
                }
                _ => "a number",
            },
            (SlotMut::Bytes(bytes), Head::Bytes(length)) => {
                let read = self.reader.bytes_after(length)?;
                *bytes = match self.spelling {
                    Spelling::Plain => from_base64(&read, start)?,
                    _ => read[..].into(),
                };
                return Ok(());
            }
            (SlotMut::Bytes(bytes), Head::Array(rest)) => {
                *bytes = self.numbers(rest)?;
                return Ok(());
            }
            (SlotMut::Message(_) | SlotMut::Map(_), _) => "a map",
            (SlotMut::List(_), _) => "a list",
            (SlotMut::Bool(_), _) => "a bool",
            (SlotMut::I32(_) | SlotMut::I64(_), _) => "a whole number",
            (SlotMut::Bytes(_), _) => "a byte string",
            (SlotMut::Str(_) | SlotMut::Scalar(_), _) => "a string",
        };
        Err(self.reader.mismatch(start, expected, head))
    }

    /// Reads the one field that stands for a struct.
    #[cold]
    fn choice(&mut self, message: &mut dyn Message, start: usize, head: Head) -> Result<()> {
        let sort = match head {
            Head::Map(_) => Sort::Struct,
            Head::Array(_) => Sort::List,
            Head::Bool(_) => Sort::Bool,
            _ => Sort::Other,
        };
        match choose(message, sort) {
            Ok(slot) => self.value(slot, start, head),
            Err(Unfit::Ignored) => self.reader.skip_from(start),
            Err(Unfit::Refused) => Err(self.reader.mismatch(start, choice::EXPECTED, head)),
        }
    }

    fn list(&mut self, list: &mut dyn Repeated, mut rest: Rest) -> Result<()> {
        self.reader.enter()?;
        list.clear();
        list.reserve(rest.to_reserve());
        while self.reader.more(&mut rest)? {
            let index = list.len();
            let slot = list.push();
            if self.reader.null()? {
                continue;
            }
            let before = self.decoder.noted();
            self.slot(slot).map_err(|error| error.within_index(index))?;
            self.decoder.within(before, || format!("[{index}]").into());
        }
        list.settle();
        Ok(())
    }

    fn map(&mut self, map: &mut dyn Mapped, mut rest: Rest) -> Result<()> {
        self.reader.enter()?;
        map.reserve(rest.to_reserve());
        let (start, pairs, mut kept) = (self.reader.clone(), rest, map.len());
        while self.reader.more(&mut rest)? {
            let name = self.reader.map_key(self.spelling)?;
            let key = self.decoder.bytes(&name);
            let mut entry = |source: &mut Self| {
                kept += 1;
                let slot = map.push(key.clone());
                if source.reader.null()? {
                    return Ok(());
                }
                let named = |error: Error| error.within_field(key.as_str().to_owned());
                source.slot(slot).map_err(named)
            };
            if self.strict || self.rules.any() {
                self.within(&key, entry)?;
            } else {
                entry(self)?;
            }
        }
        map.settle();
        // Equal keys were joined.
        if map.len() < kept {
            return Err(start.duplicate(pairs, self.spelling));
        }
        Ok(())
    }

    /// Binary data as a list of numbers.
    #[cold]
    fn numbers(&mut self, mut rest: Rest) -> Result<ByteString> {
        self.reader.enter()?;
        let mut bytes = Vec::new();
        while self.reader.more(&mut rest)? {
            let mut number = 0;
            let start = self.reader.offset();
            if !self.reader.null()? {
                let index = bytes.len();
                self.slot(SlotMut::I32(&mut number))
                    .map_err(|error| error.within_index(index))?;
            }
            bytes.push(u8::try_from(number).map_err(|_| {
                let detail = format!("{number} does not fit into a byte");
                Error::new(ErrorKind::InvalidValue, start, detail)
            })?);
        }
        Ok(bytes.into())
    }
}

/// The index of the field with this name.
#[inline]
fn position(fields: &[Field], name: &[u8], expected: usize) -> Option<usize> {
    // An inlined field has no name of its own.
    if name.is_empty() {
        return None;
    }
    let head = Field::head_of(name);
    let is_named = |field: &Field| field.is_named(name, head);
    let (before, after) = fields.split_at(expected);
    match after.iter().position(is_named) {
        Some(index) => Some(expected + index),
        None => before.iter().position(is_named),
    }
}
