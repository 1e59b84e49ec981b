//! JSON by description.

use design_repr::{JsonReader, JsonWriter, Read, Str};

use crate::{Entries, Items, Message, Omit, Slot, Table, View};

pub fn from_json(bytes: &[u8], message: &mut dyn Message) -> Read<()> {
    let mut reader = JsonReader::new(bytes)?;
    read_message(&mut reader, message)?;
    reader.end()
}

pub fn to_json(message: &dyn Message) -> Vec<u8> {
    let mut writer = JsonWriter::with_capacity(4096);
    write_message(&mut writer, message);
    writer.into_bytes()
}

fn read_message(reader: &mut JsonReader<'_>, message: &mut dyn Message) -> Read<()> {
    let table = message.table();
    let mut expected = 0;
    let mut more = reader.begin_object()?;
    while more {
        let found = find(table, reader.key()?, expected);
        if !reader.null()? {
            match found {
                Some(field) => {
                    expected = field + 1;
                    read_slot(reader, message.slot(field))?;
                }
                None => reader.skip()?,
            }
        }
        more = reader.next_member()?;
    }
    Ok(())
}

/// The field of this name. Servers write fields in Go's order, so the search begins after the last
/// one found.
#[inline]
fn find(table: &Table, name: &str, expected: usize) -> Option<usize> {
    let (before, after) = table.fields.split_at_checked(expected)?;
    match after.iter().position(|field| field.name == name) {
        Some(at) => Some(expected + at),
        None => before.iter().position(|field| field.name == name),
    }
}

fn read_slot(reader: &mut JsonReader<'_>, slot: Slot<'_>) -> Read<()> {
    match slot {
        Slot::Str(value) => *value = reader.string()?,
        Slot::Bool(value) => *value = reader.bool()?,
        Slot::Int32(value) => *value = reader.int32()?,
        Slot::Int64(value) => *value = reader.int64()?,
        Slot::Time(value) => *value = reader.time()?,
        Slot::Quantity(value) => *value = reader.quantity()?,
        Slot::IntOrString(value) => *value = reader.int_or_string()?,
        Slot::Raw(value) => *value = reader.raw()?,
        Slot::Message(message) => return read_message(reader, message),
        Slot::Items(items) => return read_items(reader, items),
        Slot::Entries(entries) => return read_entries(reader, entries),
    }
    Ok(())
}

fn read_items(reader: &mut JsonReader<'_>, items: &mut dyn Items) -> Read<()> {
    let mut more = reader.begin_list()?;
    while more {
        let slot = items.grow();
        if !reader.null()? {
            read_slot(reader, slot)?;
        }
        more = reader.next_item()?;
    }
    items.fit();
    Ok(())
}

fn read_entries(reader: &mut JsonReader<'_>, entries: &mut dyn Entries) -> Read<()> {
    let mut more = reader.begin_object()?;
    while more {
        let slot = entries.slot(Str::new(reader.key()?));
        if !reader.null()? {
            read_slot(reader, slot)?;
        }
        more = reader.next_member()?;
    }
    entries.fit();
    Ok(())
}

fn write_message(writer: &mut JsonWriter, message: &dyn Message) {
    let table = message.table();
    writer.byte(b'{');
    writer.literal(table.type_meta);
    for (at, field) in table.fields.iter().enumerate() {
        let view = message.view(at);
        if !is_omitted(&view, field.omit) {
            writer.key(field.key);
            write_view(writer, view);
        }
    }
    writer.byte(b'}');
}

#[inline]
fn is_omitted(view: &View<'_>, omit: Omit) -> bool {
    match omit {
        Omit::Never => false,
        Omit::Absent => matches!(view, View::Absent),
        Omit::Empty => match view {
            View::Str(value) => value.is_empty(),
            View::Bool(value) => !value,
            View::Int32(value) => *value == 0,
            View::Int64(value) => *value == 0,
            View::Time(value) => value.is_zero(),
            View::Items(items) => items.len() == 0,
            View::Entries(entries) => entries.len() == 0,
            _ => false,
        },
    }
}

fn write_view(writer: &mut JsonWriter, view: View<'_>) {
    match view {
        View::Absent => writer.literal("null"),
        View::Str(value) => writer.string(value),
        View::Bool(value) => writer.bool(value),
        View::Int32(value) => writer.int32(value),
        View::Int64(value) => writer.int64(value),
        View::Time(value) => writer.time(value),
        View::Quantity(value) => writer.quantity(value),
        View::IntOrString(value) => writer.int_or_string(value),
        View::Raw(value) => writer.raw(value),
        View::Message(message) => write_message(writer, message),
        View::Items(items) => write_items(writer, items),
        View::Entries(entries) => write_entries(writer, entries),
    }
}

fn write_items(writer: &mut JsonWriter, items: &dyn Items) {
    writer.byte(b'[');
    for at in 0..items.len() {
        if at > 0 {
            writer.byte(b',');
        }
        write_view(writer, items.item(at));
    }
    writer.byte(b']');
}

fn write_entries(writer: &mut JsonWriter, entries: &dyn Entries) {
    if entries.len() == 0 {
        return writer.literal("null");
    }
    writer.byte(b'{');
    for at in 0..entries.len() {
        if at > 0 {
            writer.byte(b',');
        }
        let (key, value) = entries.entry(at);
        writer.string(key);
        writer.byte(b':');
        write_view(writer, value);
    }
    writer.byte(b'}');
}
