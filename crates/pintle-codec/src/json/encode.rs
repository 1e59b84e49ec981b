//! A [`Message`] into JSON.

use super::Writer;
use crate::choice::chosen;
use crate::walk::is_written;
use crate::{FieldFlags, Message, SlotRef, TypeMeta};

/// Appends a message as a JSON object to `out`, in the order of the Go struct.
pub fn encode(message: &dyn Message, out: &mut Vec<u8>) {
    encode_message(message, &mut Writer::new(out));
}

/// As [`encode`], with `kind` and `apiVersion` first, as Go writes a whole object.
pub fn encode_object(message: &dyn Message, type_meta: &TypeMeta, out: &mut Vec<u8>) {
    let mut writer = Writer::new(out);
    writer.begin_object();
    writer.type_meta(type_meta);
    encode_fields(message, FieldFlags::TYPE_META, &mut writer);
    writer.end_object();
}

pub(super) fn encode_message(message: &dyn Message, writer: &mut Writer<'_>) {
    if message.table().is_choice() {
        return encode_slot(chosen(message), writer);
    }
    writer.begin_object();
    encode_fields(message, FieldFlags::NOTE, writer);
    writer.end_object();
}

/// Writes the fields but those with the flags `besides`.
fn encode_fields(message: &dyn Message, besides: FieldFlags, writer: &mut Writer<'_>) {
    let table = message.table();
    let mut fields = table.in_json(message.present());
    while fields != 0 {
        let index = fields.trailing_zeros() as usize;
        fields &= fields - 1;
        let field = &table.fields()[index];
        let slot = message.get(index);
        if field.flags().has(FieldFlags::INLINE) {
            if let SlotRef::Message(inlined) = slot
                && !field.flags().has(besides)
            {
                encode_fields(inlined, FieldFlags::NOTE, writer);
            }
        } else if is_written(field, slot) {
            writer.plain_key(field.json());
            match slot {
                // Empty data or an empty map was never set: Go writes its nil as null.
                SlotRef::Bytes([]) => writer.null(),
                SlotRef::Map(map) if map.is_empty() => writer.null(),
                slot => encode_slot(slot, writer),
            }
        }
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
        SlotRef::Scalar(scalar) => scalar.encode_json(writer),
        SlotRef::Message(message) => encode_message(message, writer),
        SlotRef::List(list) => {
            writer.begin_array();
            for index in 0..list.len() {
                writer.element();
                encode_slot(list.at(index), writer);
            }
            writer.end_array();
        }
        SlotRef::Map(map) => {
            writer.begin_object();
            for index in 0..map.len() {
                let (key, value) = map.at(index);
                writer.key(key);
                encode_slot(value, writer);
            }
            writer.end_object();
        }
    }
}
