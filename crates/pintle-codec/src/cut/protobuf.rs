//! Cutting parts out of protobuf.

use super::edits::{Edits, Head};
use crate::decoder::Rules;
use crate::protobuf::{Payload, Reader, wire};
use crate::{Error, FieldFlags, Mapped, Message, SlotMut, Str};

type Result<T> = std::result::Result<T, Error>;

/// See [`Prune::cut_protobuf`](crate::Prune::cut_protobuf).
pub(super) fn cut(
    object: &[u8],
    description: &mut dyn Message,
    rules: Rules<'_>,
) -> Result<Option<Vec<u8>>> {
    let mut edits = Edits::default();
    if rules.any() {
        message(&mut Reader::new(object), description, rules, &mut edits)?;
    }
    Ok(edits.apply(object))
}

fn message(
    reader: &mut Reader<'_>,
    message: &mut dyn Message,
    rules: Rules<'_>,
    edits: &mut Edits,
) -> Result<()> {
    let fields = message.table().fields();
    while !reader.is_at_end() {
        let start = reader.offset();
        let (number, wire) = reader.tag()?;
        let known = fields.iter().position(|field| field.number() == number);
        // The fields of an inlined struct stand in its place, and so do the rules.
        let within = known.map(|index| match &fields[index] {
            field if field.flags().has(FieldFlags::INLINE) => Some(rules),
            field => rules.within(field.json()),
        });
        match (known, within) {
            (Some(_), Some(None)) => {
                reader.skip(number, wire)?;
                edits.remove(start..reader.offset());
            }
            (Some(index), Some(Some(rules))) if rules.any() && wire == wire::BYTES => {
                field(reader, start, message.slot(index), rules, edits)?;
            }
            _ => reader.skip(number, wire)?,
        }
    }
    Ok(())
}

/// Goes through the payload of a field, whose tag is at `start`.
fn field(
    reader: &mut Reader<'_>,
    start: usize,
    slot: SlotMut<'_>,
    rules: Rules<'_>,
    edits: &mut Edits,
) -> Result<()> {
    match slot {
        SlotMut::Map(map) => entry(reader, start, map, rules, edits),
        SlotMut::List(list) => {
            list.clear();
            part(reader, list.push(), rules, edits)
        }
        slot => part(reader, slot, rules, edits),
    }
}

/// Goes through the payload of a field that is no list, or of an element.
fn part(
    reader: &mut Reader<'_>,
    slot: SlotMut<'_>,
    rules: Rules<'_>,
    edits: &mut Edits,
) -> Result<()> {
    let SlotMut::Message(inner) = slot else {
        return reader.payload().map(drop);
    };
    nested(reader, edits, |reader, edits| {
        message(reader, inner, rules, edits)
    })
}

fn entry(
    reader: &mut Reader<'_>,
    start: usize,
    map: &mut dyn Mapped,
    rules: Rules<'_>,
    edits: &mut Edits,
) -> Result<()> {
    let mut key = &b""[..];
    let mut behind = reader.clone();
    let mut fields = Reader::new(behind.payload()?);
    while let Some((number, payload)) = fields.next_field()? {
        if let (1, Payload::Bytes(name)) = (number, payload) {
            key = name;
        }
    }
    let within = match std::str::from_utf8(key) {
        Ok(key) => rules.within(key),
        Err(_) => Some(Rules::default()),
    };
    match within {
        None => edits.remove(start..behind.offset()),
        Some(rules) if rules.any() => {
            nested(reader, edits, |reader, edits| {
                value(reader, map, rules, edits)
            })?;
            // One entry is enough to know the type of the values.
            map.settle();
        }
        Some(_) => {}
    }
    *reader = behind;
    Ok(())
}

fn value(
    reader: &mut Reader<'_>,
    map: &mut dyn Mapped,
    rules: Rules<'_>,
    edits: &mut Edits,
) -> Result<()> {
    while !reader.is_at_end() {
        match reader.tag()? {
            (2, wire::BYTES) => part(reader, map.push(Str::new()), rules, edits)?,
            (number, wire) => reader.skip(number, wire)?,
        }
    }
    Ok(())
}

/// Goes through a message within the message by `within`, and corrects its length.
fn nested(
    reader: &mut Reader<'_>,
    edits: &mut Edits,
    within: impl FnOnce(&mut Reader<'_>, &mut Edits) -> Result<()>,
) -> Result<()> {
    let before = reader.offset();
    let payload = reader.payload()?;
    let start = reader.offset() - payload.len();
    let length = edits.reserve(before..start);
    within(&mut Reader::within(payload, start), edits)?;
    match edits.shorter_since(&length) {
        0 => edits.keep(&length),
        shorter => edits.fill(&length, varint(payload.len() - shorter)),
    }
    Ok(())
}

fn varint(value: usize) -> Head {
    let mut head = Head::default();
    let mut rest = value;
    while rest >= 0x80 {
        head.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    head.push(rest as u8);
    head
}
