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
    decoder.begin();
    let prune: Option<Arc<Prune>> = decoder.rules();
    let pruned = decoder.is_incomplete();
    let mut source = Source {
        decoder,
        rules: Rules::new(prune.as_deref()),
        pruned,
        depth: 0,
    };
    let read = source.message(Reader::new(document), message);
    if source.pruned {
        note_pruned(message);
    }
    read
}

struct Source<'d> {
    decoder: &'d mut Decoder,
    /// What is left out of the message that is being read.
    rules: Rules<'d>,
    pruned: bool,
    depth: usize,
}

impl Source<'_> {
    fn message(&mut self, mut reader: Reader<'_>, message: &mut dyn Message) -> Result<()> {
        let fields = message.table().fields();
        // Writers keep the order of the numbers, which is mostly that of the struct: the next field
        // is mostly the one after the last.
        let mut expected = 0;
        let mut fate = Fate::default();
        while !reader.is_at_end() {
            let (number, wire) = reader.tag()?;
            let Some(index) = position(fields, number, expected) else {
                reader.skip(number, wire)?;
                continue;
            };
            expected = index + 1;
            let again = fate.comes_again(index);
            // Go writes what is no pointer even when it is zero; the field is zero already.
            let flags = fields[index].flags();
            let is_spelt_so = flags.has(FieldFlags::VARINT) == (wire == wire::VARINT);
            if flags.has(FieldFlags::VALUE) && !again && is_spelt_so && reader.zero(wire) {
                continue;
            }
            if self.rules.any() {
                self.ruled_field(&mut reader, message, index, wire, again)?;
            } else {
                let field = &fields[index];
                self.field(&mut reader, message, index, field, wire, again)
                    .map_err(|error| error.within_field(field.json()))?;
            }
        }
        if fate.repeated != 0 {
            fate.settle(message);
        }
        Ok(())
    }

    /// Reads a field when something may be left out of the message.
    #[cold]
    fn ruled_field(
        &mut self,
        reader: &mut Reader<'_>,
        message: &mut dyn Message,
        index: usize,
        wire: u8,
        again: bool,
    ) -> Result<()> {
        let field: &'static Field = &message.table().fields()[index];
        let outer = self.rules;
        // The fields of an inlined struct stand in its place, and so do the rules.
        let within = if field.flags().has(FieldFlags::INLINE) {
            Some(outer)
        } else {
            outer.within(field.json())
        };
        let Some(rules) = within else {
            self.pruned = true;
            return reader.skip(field.number(), wire);
        };
        self.rules = rules;
        let read = self.field(reader, message, index, field, wire, again);
        self.rules = outer;
        read.map_err(|error| error.within_field(field.json()))
    }

    #[inline(always)]
    fn field(
        &mut self,
        reader: &mut Reader<'_>,
        message: &mut dyn Message,
        index: usize,
        field: &'static Field,
        wire: u8,
        again: bool,
    ) -> Result<()> {
        match message.slot(index) {
            SlotMut::Str(text) => {
                *text = self.decoder.bytes(bytes(reader, wire)?);
                Ok(())
            }
            SlotMut::Message(message) => self.nested(reader, wire, message),
            SlotMut::List(list) => {
                if field.flags().has(FieldFlags::WRAPPED) {
                    return self.wrapped_list(reader, wire, list);
                }
                self.list(reader, field.number(), wire, list, again)
            }
            SlotMut::Map(map) => self.map(reader, field.number(), wire, map, again),
            slot => self.slot(reader, wire, slot),
        }
    }

    fn slot(&mut self, reader: &mut Reader<'_>, wire: u8, slot: SlotMut<'_>) -> Result<()> {
        match slot {
            SlotMut::Str(text) => *text = self.decoder.bytes(bytes(reader, wire)?),
            SlotMut::Message(message) => return self.nested(reader, wire, message),
            SlotMut::Bool(truth) => *truth = varint(reader, wire)? != 0,
            // A number of 32 bits is spelt with 64, and the upper ones do not count.
            SlotMut::I32(number) => *number = varint(reader, wire)? as i32,
            SlotMut::I64(number) => *number = varint(reader, wire)? as i64,
            SlotMut::F64(number) if wire == wire::FIXED64 => {
                *number = f64::from_bits(reader.fixed64()?);
            }
            SlotMut::F64(_) => return Err(mismatch(reader)),
            SlotMut::Bytes(data) => *data = bytes(reader, wire)?.into(),
            SlotMut::Scalar(scalar) => {
                let payload = bytes(reader, wire)?;
                let shifted = |error: Error| error.shifted_by(reader.offset() - payload.len());
                return scalar
                    .decode_protobuf_with(payload, self.decoder)
                    .map_err(shifted);
            }
            // A list in a list or in a map is a message with the elements in its field 1.
            SlotMut::List(list) => return self.wrapped_list(reader, wire, list),
            // Kubernetes has no map in a list or in a map.
            SlotMut::Map(_) => return Err(mismatch(reader)),
        }
        Ok(())
    }

    fn nested(
        &mut self,
        reader: &mut Reader<'_>,
        wire: u8,
        message: &mut dyn Message,
    ) -> Result<()> {
        let payload = bytes(reader, wire)?;
        if self.depth == MAX_DEPTH {
            let detail = "messages nested deeper than 512 levels";
            return Err(Error::new(ErrorKind::TooDeep, reader.offset(), detail));
        }
        self.depth += 1;
        let start = reader.offset() - payload.len();
        let read = self.message(Reader::within(payload, start), message);
        self.depth -= 1;
        read
    }

    /// Reads the elements of a list that stand one behind the other.
    fn list(
        &mut self,
        reader: &mut Reader<'_>,
        number: u32,
        wire: u8,
        list: &mut dyn Repeated,
        again: bool,
    ) -> Result<()> {
        if !again {
            list.reserve(run(reader.clone(), number, wire)?);
        }
        let packed = wire == wire::BYTES && list.is_packable();
        loop {
            if packed {
                self.packed(reader, list)?;
            } else {
                let index = list.len();
                self.slot(reader, wire, list.push())
                    .map_err(|error| error.within_index(index))?;
            }
            if !reader.next_is(number, wire)? {
                return Ok(());
            }
        }
    }

    /// Reads numbers that stand in one field.
    fn packed(&mut self, reader: &mut Reader<'_>, list: &mut dyn Repeated) -> Result<()> {
        let payload = reader.payload()?;
        let mut reader = Reader::within(payload, reader.offset() - payload.len());
        while !reader.is_at_end() {
            let index = list.len();
            self.slot(&mut reader, wire::VARINT, list.push())
                .map_err(|error| error.within_index(index))?;
        }
        Ok(())
    }

    /// Reads a list that is a message of its own, with the elements in its field 1.
    fn wrapped_list(
        &mut self,
        reader: &mut Reader<'_>,
        wire: u8,
        list: &mut dyn Repeated,
    ) -> Result<()> {
        let payload = bytes(reader, wire)?;
        let mut reader = Reader::within(payload, reader.offset() - payload.len());
        while !reader.is_at_end() {
            match reader.tag()? {
                (1, wire) => {
                    let index = list.len();
                    self.slot(&mut reader, wire, list.push())
                        .map_err(|error| error.within_index(index))?;
                }
                (number, wire) => reader.skip(number, wire)?,
            }
        }
        list.settle();
        Ok(())
    }

    /// Reads the entries of a map that stand one behind the other.
    fn map(
        &mut self,
        reader: &mut Reader<'_>,
        number: u32,
        wire: u8,
        map: &mut dyn Mapped,
        again: bool,
    ) -> Result<()> {
        if !again {
            map.reserve(run(reader.clone(), number, wire)?);
        }
        loop {
            self.entry(reader, wire, map)?;
            if !reader.next_is(number, wire)? {
                break;
            }
        }
        if !again {
            map.settle();
        }
        Ok(())
    }

    /// Reads an entry of a map: a message with the key in its field 1 and the value in its field 2.
    fn entry(&mut self, reader: &mut Reader<'_>, wire: u8, map: &mut dyn Mapped) -> Result<()> {
        let payload = bytes(reader, wire)?;
        let mut entry = Reader::within(payload, reader.offset() - payload.len());
        let (mut name, mut value) = (&[][..], None);
        while !entry.is_at_end() {
            match entry.tag()? {
                (1, wire::BYTES) => name = entry.payload()?,
                (number, wire) => {
                    let here = (number == 2).then(|| (entry.clone(), wire));
                    value = here.or(value);
                    entry.skip(number, wire)?;
                }
            }
        }
        let key = self.decoder.bytes(name);
        let outer = self.rules;
        if outer.any() {
            let Some(rules) = outer.within(&key) else {
                self.pruned = true;
                return Ok(());
            };
            self.rules = rules;
        }
        let slot = map.push(key);
        let read = match value {
            Some((mut value, wire)) => self.slot(&mut value, wire, slot),
            None => Ok(()),
        };
        self.rules = outer;
        read.map_err(|error| error.within_field(String::from_utf8_lossy(name).into_owned()))
    }
}

/// How many fields of this number stand one behind the other, the first one's tag read.
fn run(mut reader: Reader<'_>, number: u32, wire: u8) -> Result<usize> {
    let mut count = 0;
    loop {
        reader.skip(number, wire)?;
        count += 1;
        if !reader.next_is(number, wire)? {
            return Ok(count);
        }
    }
}

#[inline(always)]
fn bytes<'a>(reader: &mut Reader<'a>, wire: u8) -> Result<&'a [u8]> {
    if wire == wire::BYTES {
        reader.payload()
    } else {
        Err(mismatch(reader))
    }
}

#[inline(always)]
fn varint(reader: &mut Reader<'_>, wire: u8) -> Result<u64> {
    if wire == wire::VARINT {
        reader.varint()
    } else {
        Err(mismatch(reader))
    }
}

#[cold]
fn mismatch(reader: &Reader<'_>) -> Error {
    let detail = "the field has another type on the wire";
    Error::new(ErrorKind::TypeMismatch, reader.offset(), detail)
}

/// What has come of the fields of a message.
#[derive(Default)]
struct Fate {
    /// The fields that were read, a bit each.
    seen: u64,
    /// The fields that came again after others, a bit each.
    repeated: u64,
}

impl Fate {
    /// Notes that a field comes, and says whether it came before.
    #[inline(always)]
    fn comes_again(&mut self, index: usize) -> bool {
        let bit = 1_u64 << index;
        let again = self.seen & bit != 0;
        self.repeated |= self.seen & bit;
        self.seen |= bit;
        again
    }

    /// Settles once what came in several runs: once a run would cost quadratic time.
    #[cold]
    fn settle(&self, message: &mut dyn Message) {
        for index in 0..message.table().fields().len() {
            if self.repeated >> index & 1 == 0 {
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
