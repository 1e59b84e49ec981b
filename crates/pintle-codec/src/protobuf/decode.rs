//! Protobuf into a [`Message`].

use std::sync::Arc;

use super::Reader;
use super::reader::wire;
use crate::decoder::{Decoder, Rules, note_pruned};
use crate::json::MAX_DEPTH;
use crate::{Error, ErrorKind, Field, FieldFlags, Mapped, Message, Prune, Repeated, SlotMut};

type Result<T> = std::result::Result<T, Error>;

/// Fills `message` from a message without an envelope.
pub(crate) fn decode_with(
    decoder: &mut Decoder,
    document: &[u8],
    message: &mut dyn Message,
) -> Result<()> {
    let prune: Option<Arc<Prune>> = decoder.rules();
    let mut source = Source {
        reader: Reader::new(document),
        decoder,
        rules: Rules::new(prune.as_deref()),
        pruned: false,
        depth: 0,
    };
    source.message(message)?;
    if source.pruned {
        note_pruned(message);
    }
    Ok(())
}

struct Source<'a, 'd> {
    reader: Reader<'a>,
    decoder: &'d mut Decoder,
    /// What is left out of the message that is being read.
    rules: Rules<'d>,
    pruned: bool,
    depth: usize,
}

impl Source<'_, '_> {
    /// Fills `message` from the rest of what the reader is restricted to.
    fn message(&mut self, message: &mut dyn Message) -> Result<()> {
        let fields = message.table().fields();
        // Writers keep the order of the numbers, which is mostly that of the struct: the next field
        // is mostly the one after the last.
        let mut expected = 0;
        let mut fate = Fate::default();
        while !self.reader.is_at_end() {
            let (number, wire) = self.reader.tag()?;
            let Some(index) = position(fields, number, expected) else {
                self.reader.skip(number, wire)?;
                continue;
            };
            expected = index + 1;
            let field = &fields[index];
            if self.rules.any() {
                self.ruled_field(message, index, field, wire, &mut fate)?;
            } else {
                self.field(message, index, field, wire, &mut fate)
                    .map_err(|error| error.within_field(field.json()))?;
            }
        }
        if fate.unsettled != 0 {
            fate.settle(message);
        }
        Ok(())
    }

    /// Reads a field when something may be left out of the message.
    #[cold]
    fn ruled_field(
        &mut self,
        message: &mut dyn Message,
        index: usize,
        field: &Field,
        wire: u8,
        fate: &mut Fate,
    ) -> Result<()> {
        let outer = self.rules;
        // The fields of an inlined struct stand in its place, and so do the rules.
        let within = if field.flags().has(FieldFlags::INLINE) {
            Some(outer)
        } else {
            outer.within(field.json())
        };
        let Some(rules) = within else {
            self.pruned = true;
            return self.reader.skip(field.number(), wire);
        };
        self.rules = rules;
        let read = self.field(message, index, field, wire, fate);
        self.rules = outer;
        read.map_err(|error| error.within_field(field.json()))
    }

    #[inline(always)]
    fn field(
        &mut self,
        message: &mut dyn Message,
        index: usize,
        field: &Field,
        wire: u8,
        fate: &mut Fate,
    ) -> Result<()> {
        let again = fate.comes_again(index);
        // Go writes what is no pointer even when it is zero; then the field is zero already.
        if field.flags().has(FieldFlags::VALUE) && !again && self.reader.zero(wire) {
            return Ok(());
        }
        match message.slot(index) {
            SlotMut::List(list) if field.flags().has(FieldFlags::WRAPPED) => {
                self.wrapped_list(list, wire)
            }
            SlotMut::List(list) => {
                fate.unsettled |= u64::from(again) << index;
                self.list(list, field.number(), wire, again)
            }
            SlotMut::Map(map) => {
                fate.unsettled |= u64::from(again) << index;
                self.map(map, field, wire, again)
            }
            slot => self.slot(slot, wire),
        }
    }

    #[inline]
    fn slot(&mut self, slot: SlotMut<'_>, wire: u8) -> Result<()> {
        match (slot, wire) {
            (SlotMut::Str(text), wire::BYTES) => {
                let payload = self.reader.payload()?;
                *text = self.decoder.bytes(payload);
            }
            (SlotMut::Message(message), wire::BYTES) => return self.nested(message),
            (SlotMut::Bool(truth), wire::VARINT) => *truth = self.reader.varint()? != 0,
            // A number of 32 bits is spelt with 64, and the upper ones do not count.
            (SlotMut::I32(number), wire::VARINT) => *number = self.reader.varint()? as i32,
            (SlotMut::I64(number), wire::VARINT) => *number = self.reader.varint()? as i64,
            (SlotMut::F64(number), wire::FIXED64) => {
                *number = f64::from_bits(self.reader.fixed64()?);
            }
            (SlotMut::Bytes(bytes), wire::BYTES) => *bytes = self.reader.payload()?.into(),
            (SlotMut::Scalar(scalar), wire::BYTES) => {
                let payload = self.reader.payload()?;
                let start = self.reader.offset() - payload.len();
                return scalar
                    .decode_protobuf(payload)
                    .map_err(|error| error.shifted_by(start));
            }
            // A list in a list or in a map is a message with the elements in its field 1.
            (SlotMut::List(list), wire) => return self.wrapped_list(list, wire),
            _ => return Err(self.mismatch()),
        }
        Ok(())
    }

    #[cold]
    fn mismatch(&self) -> Error {
        let detail = "the field has another type on the wire";
        Error::new(ErrorKind::TypeMismatch, self.reader.offset(), detail)
    }

    fn nested(&mut self, message: &mut dyn Message) -> Result<()> {
        if self.depth == MAX_DEPTH {
            let detail = "messages nested deeper than 512 levels";
            return Err(Error::new(ErrorKind::TooDeep, self.reader.offset(), detail));
        }
        let end = self.reader.payload_end()?;
        let outer = self.reader.enter(end);
        self.depth += 1;
        let read = self.message(message);
        self.depth -= 1;
        self.reader.leave(outer);
        read
    }

    /// Reads the elements of a list that stand one behind the other.
    fn list(&mut self, list: &mut dyn Repeated, number: u32, wire: u8, again: bool) -> Result<()> {
        if !again {
            list.reserve(self.run(number, wire)?);
        }
        loop {
            let index = list.len();
            let mut packed = false;
            match list.push() {
                SlotMut::Bool(_) | SlotMut::I32(_) | SlotMut::I64(_) if wire == wire::BYTES => {
                    packed = true;
                }
                slot => self
                    .slot(slot, wire)
                    .map_err(|error| error.within_index(index))?,
            }
            if packed {
                list.truncate(index);
                self.packed(list)?;
            }
            if !self.comes_next(number, wire)? {
                return Ok(());
            }
        }
    }

    /// Reads numbers that stand in one field.
    fn packed(&mut self, list: &mut dyn Repeated) -> Result<()> {
        let end = self.reader.payload_end()?;
        let outer = self.reader.enter(end);
        while !self.reader.is_at_end() {
            let index = list.len();
            self.slot(list.push(), wire::VARINT)
                .map_err(|error| error.within_index(index))?;
        }
        self.reader.leave(outer);
        Ok(())
    }

    /// Reads a list that is a message of its own, with the elements in its field 1.
    fn wrapped_list(&mut self, list: &mut dyn Repeated, wire: u8) -> Result<()> {
        if wire != wire::BYTES {
            return Err(self.mismatch());
        }
        let end = self.reader.payload_end()?;
        let outer = self.reader.enter(end);
        while !self.reader.is_at_end() {
            match self.reader.tag()? {
                (1, wire) => {
                    let index = list.len();
                    self.slot(list.push(), wire)
                        .map_err(|error| error.within_index(index))?;
                }
                (number, wire) => self.reader.skip(number, wire)?,
            }
        }
        list.settle();
        self.reader.leave(outer);
        Ok(())
    }

    /// Reads the entries of a map that stand one behind the other.
    fn map(&mut self, map: &mut dyn Mapped, field: &Field, wire: u8, again: bool) -> Result<()> {
        if wire != wire::BYTES {
            return Err(self.mismatch());
        }
        let number = field.number();
        if !again {
            map.reserve(self.run(number, wire)?);
        }
        loop {
            self.entry(map)?;
            if !self.comes_next(number, wire)? {
                break;
            }
        }
        if !again {
            map.settle();
        }
        Ok(())
    }

    /// Reads an entry of a map: a message with the key in its field 1 and the value in its field 2.
    fn entry(&mut self, map: &mut dyn Mapped) -> Result<()> {
        let end = self.reader.payload_end()?;
        let outer = self.reader.enter(end);
        let (mut key, mut value) = (&[][..], None);
        while !self.reader.is_at_end() {
            match self.reader.tag()? {
                (1, wire::BYTES) => key = self.reader.payload()?,
                (2, wire) => {
                    value = Some((self.reader.offset(), wire));
                    self.reader.skip(2, wire)?;
                }
                (number, wire) => self.reader.skip(number, wire)?,
            }
        }
        let name = key;
        let key = self.decoder.bytes(name);
        let rules = self.rules;
        if rules.any() {
            match rules.within(&key) {
                Some(within) => self.rules = within,
                None => {
                    self.pruned = true;
                    self.reader.leave(outer);
                    return Ok(());
                }
            }
        }
        let slot = map.push(key);
        if let Some((offset, wire)) = value {
            self.reader.seek(offset);
            self.slot(slot, wire)
                .map_err(|error| error.within_field(String::from_utf8_lossy(name).into_owned()))?;
            self.reader.seek(end);
        }
        self.rules = rules;
        self.reader.leave(outer);
        Ok(())
    }

    /// How many fields of this number stand one behind the other, the first one's tag read.
    fn run(&mut self, number: u32, wire: u8) -> Result<usize> {
        let start = self.reader.offset();
        let mut count = 0;
        loop {
            self.reader.skip(number, wire)?;
            count += 1;
            if !self.comes_next(number, wire)? {
                break;
            }
        }
        self.reader.seek(start);
        Ok(count)
    }

    /// Reads the tag that comes next, if it is this one.
    #[inline]
    fn comes_next(&mut self, number: u32, wire: u8) -> Result<bool> {
        let before = self.reader.offset();
        if self.reader.is_at_end() {
            return Ok(false);
        }
        let comes = self.reader.tag()? == (number, wire);
        if !comes {
            self.reader.seek(before);
        }
        Ok(comes)
    }
}

/// What has come of the fields of a message.
#[derive(Default)]
struct Fate {
    /// The fields that were read, a bit each.
    seen: u64,
    /// The lists and maps that came in more than one run, a bit each.
    unsettled: u64,
}

impl Fate {
    /// Notes that a field comes, and says whether it came before.
    #[inline(always)]
    fn comes_again(&mut self, index: usize) -> bool {
        let bit = 1 << index;
        let again = self.seen & bit != 0;
        self.seen |= bit;
        again
    }

    /// Settles once what came in several runs: once a run would cost quadratic time.
    #[cold]
    fn settle(&self, message: &mut dyn Message) {
        for index in 0..message.table().fields().len() {
            if self.unsettled >> index & 1 == 0 {
                continue;
            }
            match message.slot(index) {
                SlotMut::List(list) => list.settle(),
                SlotMut::Map(map) => map.settle(),
                _ => {}
            }
        }
    }
}

/// The index of the field with this number.
#[inline(always)]
fn position(fields: &[Field], number: u32, expected: usize) -> Option<usize> {
    let has = |field: &Field| field.number() == number;
    if fields.get(expected).is_some_and(has) {
        return Some(expected);
    }
    let (before, after) = fields.split_at(expected);
    match after.iter().position(has) {
        Some(index) => Some(expected + index),
        None => before.iter().position(has),
    }
}
