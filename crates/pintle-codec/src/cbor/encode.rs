//! A [`Message`] into CBOR.

use std::cmp::Ordering;

use super::{MAGIC, Writer};
use crate::choice::chosen;
use crate::walk::is_written;
use crate::{FieldFlags, Message, SlotRef, TypeMeta};

/// Appends a message as a map to `out`, as objects travel in a list.
pub fn encode(message: &dyn Message, out: &mut Vec<u8>) {
    encode_message(message, &mut Writer::new(out));
}

/// Appends a whole document: what says that it is CBOR, and the object with its `kind` and
/// `apiVersion`.
pub fn encode_object(message: &dyn Message, type_meta: &TypeMeta, out: &mut Vec<u8>) {
    out.extend_from_slice(MAGIC);
    let mut pairs = Vec::new();
    collect(message, FieldFlags::TYPE_META, &mut pairs);
    for (name, text) in [
        ("kind", &type_meta.kind),
        ("apiVersion", &type_meta.api_version),
    ] {
        if !text.is_empty() {
            pairs.push((name, SlotRef::Str(text)));
        }
    }
    encode_pairs(&mut pairs, &mut Writer::new(out));
}

/// The order of keys: that of their encoding, which begins with the length.
pub(super) fn compare(one: &str, other: &str) -> Ordering {
    one.len().cmp(&other.len()).then_with(|| one.cmp(other))
}

pub(super) fn encode_message(message: &dyn Message, writer: &mut Writer<'_>) {
    let table = message.table();
    if table.is_choice() {
        return encode_slot(chosen(message), writer);
    }
    let (fields, order) = (table.fields(), table.by_name());
    let mut inlined = fields
        .iter()
        .filter(|field| field.flags().has(FieldFlags::INLINE));
    if order.len() < fields.len() && inlined.next().is_some() {
        let mut pairs = Vec::new();
        collect(message, FieldFlags::NOTE, &mut pairs);
        return encode_pairs(&mut pairs, writer);
    }
    let set = table.in_json(message.present());
    let start = writer.begin_uncounted();
    let mut count = 0;
    for index in order {
        let index = usize::from(*index);
        if set >> index & 1 == 0 {
            continue;
        }
        let (field, slot) = (&fields[index], message.get(index));
        if is_written(field, slot) {
            writer.string(field.json());
            encode_field(slot, writer);
            count += 1;
        }
    }
    writer.end_map(start, count);
}

/// The fields that are written, those of inlined structs included, but those with the flags `besides`.
fn collect<'a>(
    message: &'a dyn Message,
    besides: FieldFlags,
    pairs: &mut Vec<(&'a str, SlotRef<'a>)>,
) {
    for (index, field) in message.table().fields().iter().enumerate() {
        let slot = message.get(index);
        if field.flags().has(FieldFlags::INLINE) {
            if let SlotRef::Message(inlined) = slot
                && !field.flags().has(besides)
            {
                collect(inlined, FieldFlags::NOTE, pairs);
            }
        } else if is_written(field, slot) {
            pairs.push((field.json(), slot));
        }
    }
}

fn encode_pairs(pairs: &mut [(&str, SlotRef<'_>)], writer: &mut Writer<'_>) {
    pairs.sort_unstable_by(|(one, _), (other, _)| compare(one, other));
    writer.begin_map(pairs.len());
    for (name, slot) in pairs {
        writer.string(name);
        encode_field(*slot, writer);
    }
}

fn encode_field(slot: SlotRef<'_>, writer: &mut Writer<'_>) {
    match slot {
        // Empty data or an empty map was never set: Go writes its nil as null.
        SlotRef::Bytes([]) => writer.null(),
        SlotRef::Map(map) if map.is_empty() => writer.null(),
        slot => encode_slot(slot, writer),
    }
}

fn encode_slot(slot: SlotRef<'_>, writer: &mut Writer<'_>) {
    match slot {
        SlotRef::Absent => writer.null(),
        SlotRef::Str(text) => writer.string(text),
        SlotRef::Bool(truth) => writer.boolean(truth),
        SlotRef::I32(number) => writer.integer(number.into()),
        SlotRef::I64(number) => writer.integer(number),
        SlotRef::F64(number) => writer.float(number),
        SlotRef::Bytes(bytes) => writer.bytes(bytes),
        SlotRef::Scalar(scalar) => scalar.encode_cbor(writer),
        SlotRef::Message(message) => encode_message(message, writer),
        SlotRef::List(list) => {
            writer.begin_array(list.len());
            for index in 0..list.len() {
                encode_slot(list.at(index), writer);
            }
        }
        SlotRef::Map(map) => {
            let mut entries: Vec<_> = (0..map.len()).map(|index| map.at(index)).collect();
            entries.sort_unstable_by(|(one, _), (other, _)| compare(one, other));
            writer.begin_map(entries.len());
            for (key, value) in entries {
                writer.string(key);
                encode_slot(value, writer);
            }
        }
    }
}
