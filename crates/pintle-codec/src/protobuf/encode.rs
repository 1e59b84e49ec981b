//! A [`Message`] into protobuf.

use super::{Envelope, Writer};
use crate::{FieldFlags, Mapped, Message, Repeated, SlotRef, Table, TypeMeta};

/// Writes a message without an envelope, as objects travel in a list.
pub fn encode(message: &dyn Message, writer: &mut Writer) {
    let table = message.table();
    let present = message.present();
    let mut fields = table.in_protobuf(present);
    if table.is_in_order() {
        while fields != 0 {
            let index = 63 - fields.leading_zeros() as usize;
            fields &= !(1 << index);
            encode_field(message, table, index, present, writer);
        }
        return;
    }
    for index in table.by_number().iter().rev() {
        let index = usize::from(*index);
        if fields >> index & 1 == 1 {
            encode_field(message, table, index, present, writer);
        }
    }
}

#[inline(always)]
fn encode_field(
    message: &dyn Message,
    table: &Table,
    index: usize,
    present: u64,
    writer: &mut Writer,
) {
    let field = &table.fields()[index];
    let number = field.number();
    let flags = field.flags();
    if present >> index & 1 == 0 && !flags.has(FieldFlags::WRAPPED) {
        // Go writes what is no pointer even when it is zero.
        return writer.zero(number, flags.has(FieldFlags::VARINT));
    }
    match message.get(index) {
        SlotRef::Str(text) => writer.bytes(number, text.as_bytes()),
        SlotRef::Message(message) => {
            let behind = writer.len();
            encode(message, writer);
            writer.close(number, behind);
        }
        SlotRef::List(list) if flags.has(FieldFlags::WRAPPED) => {
            // A list that is never left out is empty and not nil, as in JSON.
            if !list.is_empty() || !flags.has(FieldFlags::OMIT_EMPTY) {
                writer.message(number, |writer| encode_list(1, list, writer));
            }
        }
        SlotRef::List(list) => encode_list(number, list, writer),
        SlotRef::Map(map) => encode_map(number, map, writer),
        // Empty data was never set: Go leaves out its nil.
        SlotRef::Bytes([]) => {}
        slot => encode_slot(number, slot, writer),
    }
}

/// Writes a whole object in its envelope.
pub fn encode_object(message: &dyn Message, type_meta: &TypeMeta, writer: &mut Writer) {
    Envelope::write(type_meta, writer, |writer| encode(message, writer));
}

fn encode_slot(number: u32, slot: SlotRef<'_>, writer: &mut Writer) {
    match slot {
        SlotRef::Absent => {}
        SlotRef::Str(text) => writer.bytes(number, text.as_bytes()),
        SlotRef::Bool(truth) => writer.varint(number, truth.into()),
        // Negative numbers are spelt with 64 bits, whatever the field has.
        SlotRef::I32(value) => writer.varint(number, i64::from(value) as u64),
        SlotRef::I64(value) => writer.varint(number, value as u64),
        SlotRef::F64(value) => writer.double(number, value),
        SlotRef::Bytes(bytes) => writer.bytes(number, bytes),
        SlotRef::Scalar(scalar) => {
            let behind = writer.len();
            scalar.encode_protobuf(writer);
            writer.close(number, behind);
        }
        SlotRef::Message(message) => {
            let behind = writer.len();
            encode(message, writer);
            writer.close(number, behind);
        }
        // A list within a list or a map is a message with the elements in its field 1.
        SlotRef::List(list) => writer.message(number, |writer| encode_list(1, list, writer)),
        SlotRef::Map(map) => writer.message(number, |writer| encode_map(1, map, writer)),
    }
}

fn encode_list(number: u32, list: &dyn Repeated, writer: &mut Writer) {
    for index in (0..list.len()).rev() {
        encode_slot(number, list.at(index), writer);
    }
}

fn encode_map(number: u32, map: &dyn Mapped, writer: &mut Writer) {
    for index in (0..map.len()).rev() {
        let (key, value) = map.at(index);
        let behind = writer.len();
        encode_slot(2, value, writer);
        writer.bytes(1, key.as_bytes());
        writer.close(number, behind);
    }
}
