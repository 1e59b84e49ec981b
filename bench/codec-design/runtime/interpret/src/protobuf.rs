//! Protobuf by description.

use design_repr::{Malformed, ProtobufReader, Str, Wire};

use crate::{Entries, Message, Slot, Table};

type Read<T> = Result<T, Malformed>;

pub fn from_protobuf(bytes: &[u8], message: &mut dyn Message) -> Read<()> {
    let table = message.table();
    merge(ProtobufReader::new(bytes), message, table, table.by_number)
}

/// Reads the fields that `by_number` tells of: the message's own, or one group's.
fn merge(
    mut reader: ProtobufReader<'_>,
    message: &mut dyn Message,
    table: &'static Table,
    by_number: &[u8],
) -> Read<()> {
    while !reader.is_empty() {
        let wire = reader.wire()?;
        let at = usize::from(
            by_number
                .get(wire.number())
                .copied()
                .unwrap_or(Table::UNKNOWN),
        );
        match table.fields.get(at) {
            Some(field) if field.wire == wire.kind() => {
                read_slot(&mut reader, wire, message.slot(at))?
            }
            Some(_) => reader.skip(wire)?,
            None => match table.groups.get(at.wrapping_sub(usize::from(Table::GROUP))) {
                Some(group) if wire.kind() == 2 => {
                    merge(reader.message()?, message, table, group.by_number)?
                }
                _ => reader.skip(wire)?,
            },
        }
    }
    Ok(())
}

fn read_slot(reader: &mut ProtobufReader<'_>, wire: Wire, slot: Slot<'_>) -> Read<()> {
    match slot {
        Slot::Str(value) => *value = reader.string()?,
        Slot::Bool(value) => *value = reader.varint()? != 0,
        Slot::Int32(value) => *value = reader.varint()? as i32,
        Slot::Int64(value) => *value = reader.varint()? as i64,
        Slot::Time(value) => *value = reader.time()?,
        Slot::Quantity(value) => *value = reader.quantity()?,
        Slot::IntOrString(value) => *value = reader.int_or_string()?,
        Slot::Raw(value) => *value = reader.raw()?,
        Slot::Message(message) => {
            let table = message.table();
            return merge(reader.message()?, message, table, table.by_number);
        }
        Slot::Items(items) => {
            if items.len() == 0 {
                items.reserve_exact(reader.run_length(wire)?);
            }
            return read_slot(reader, wire, items.grow());
        }
        Slot::Entries(entries) => return read_entry(reader, wire, entries),
    }
    Ok(())
}

/// One entry of a map: a message of key and value, which may come in either order.
fn read_entry(reader: &mut ProtobufReader<'_>, wire: Wire, entries: &mut dyn Entries) -> Read<()> {
    if entries.len() == 0 {
        entries.reserve_exact(reader.run_length(wire)?);
    }
    let mut entry = reader.message()?;
    let mut key = Str::default();
    let mut value = None;
    while !entry.is_empty() {
        let wire = entry.wire()?;
        match wire.number() {
            1 => key = entry.string()?,
            2 => {
                value = Some((wire, entry));
                entry.skip(wire)?;
            }
            _ => entry.skip(wire)?,
        }
    }
    let slot = entries.slot(key);
    match value {
        Some((wire, mut value)) => read_slot(&mut value, wire, slot),
        None => Ok(()),
    }
}
