//! What walks a [`Message`] without a format: equality, printing, the test for zero.

use std::fmt;

use crate::{Field, FieldFlags, Mapped, Message, Repeated, SlotRef};

/// Whether two messages of one type are equal, field by field. Notes of a reader do not count.
pub fn equal(one: &dyn Message, other: &dyn Message) -> bool {
    let mut fields = one.table().fields().iter().enumerate();
    fields.all(|(index, field)| {
        let is_note = field.flags().has(FieldFlags::NOTE);
        is_note || equal_slots(one.get(index), other.get(index))
    })
}

/// Whether every field is Go's zero value.
pub fn is_zero(message: &dyn Message) -> bool {
    let fields = message.table().fields().len();
    (0..fields).all(|index| is_zero_slot(message.get(index)))
}

/// Prints a message for a developer: only the fields that are set, secrets without their value.
///
/// Secret are the fields marked so, and in any map the entry
/// `kubectl.kubernetes.io/last-applied-configuration`: it repeats the whole object as it was
/// applied, a Secret's data included.
pub fn format_debug(message: &dyn Message, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let table = message.table();
    let name = table.name().rsplit('.').next().unwrap_or(table.name());
    let mut printer = f.debug_struct(name);
    for (index, field) in table.fields().iter().enumerate() {
        let slot = message.get(index);
        let absent = match slot {
            SlotRef::Absent => true,
            slot => !field.flags().has(FieldFlags::OPTIONAL) && is_zero_slot(slot),
        };
        if absent {
            continue;
        }
        let name = if field.flags().has(FieldFlags::NOTE) {
            "(pruned)"
        } else if field.json().is_empty() {
            "(inline)"
        } else {
            field.json()
        };
        if field.flags().has(FieldFlags::SECRET) {
            printer.field(name, &format_args!("{REDACTED}"));
        } else {
            printer.field(name, &DebugSlot(slot));
        }
    }
    printer.finish()
}

/// Whether a slot holds Go's zero value; an absent one does.
pub(crate) fn is_zero_slot(slot: SlotRef<'_>) -> bool {
    match slot {
        SlotRef::Absent => true,
        SlotRef::Str(text) => text.is_empty(),
        SlotRef::Bool(truth) => !truth,
        SlotRef::I32(number) => number == 0,
        SlotRef::I64(number) => number == 0,
        SlotRef::F64(number) => number == 0.0,
        SlotRef::Bytes(bytes) => bytes.is_empty(),
        SlotRef::Scalar(scalar) => scalar.is_zero(),
        SlotRef::Message(message) => is_zero(message),
        SlotRef::List(list) => list.is_empty(),
        SlotRef::Map(map) => map.is_empty(),
    }
}

/// Whether a format that names fields writes this one.
#[inline]
pub(crate) fn is_written(field: &Field, slot: SlotRef<'_>) -> bool {
    if field.flags().has(FieldFlags::NOTE) {
        return false;
    }
    if field.flags().has(FieldFlags::OPTIONAL) {
        let omitted =
            field.flags().has(FieldFlags::OMIT_EMPTY) || field.flags().has(FieldFlags::OMIT_ZERO);
        return !(omitted && matches!(slot, SlotRef::Absent));
    }
    if field.flags().has(FieldFlags::OMIT_ZERO) && is_zero_slot(slot) {
        return false;
    }
    if !field.flags().has(FieldFlags::OMIT_EMPTY) {
        return true;
    }
    // A struct is never empty in Go's sense, whatever is in it.
    matches!(slot, SlotRef::Message(_) | SlotRef::Scalar(_)) || !is_zero_slot(slot)
}

fn equal_slots(one: SlotRef<'_>, other: SlotRef<'_>) -> bool {
    match (one, other) {
        (SlotRef::Absent, SlotRef::Absent) => true,
        (SlotRef::Str(a), SlotRef::Str(b)) => a == b,
        (SlotRef::Bool(a), SlotRef::Bool(b)) => a == b,
        (SlotRef::I32(a), SlotRef::I32(b)) => a == b,
        (SlotRef::I64(a), SlotRef::I64(b)) => a == b,
        (SlotRef::F64(a), SlotRef::F64(b)) => a == b,
        (SlotRef::Bytes(a), SlotRef::Bytes(b)) => a == b,
        (SlotRef::Scalar(a), SlotRef::Scalar(b)) => a.equals(b),
        (SlotRef::Message(a), SlotRef::Message(b)) => equal(a, b),
        (SlotRef::List(a), SlotRef::List(b)) => equal_lists(a, b),
        (SlotRef::Map(a), SlotRef::Map(b)) => equal_maps(a, b),
        _ => false,
    }
}

fn equal_lists(one: &dyn Repeated, other: &dyn Repeated) -> bool {
    one.len() == other.len()
        && (0..one.len()).all(|index| equal_slots(one.at(index), other.at(index)))
}

fn equal_maps(one: &dyn Mapped, other: &dyn Mapped) -> bool {
    one.len() == other.len()
        && (0..one.len()).all(|index| {
            let ((key, value), (other_key, other_value)) = (one.at(index), other.at(index));
            key == other_key && equal_slots(value, other_value)
        })
}

/// The annotation in which `kubectl apply` keeps what it applied.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

const REDACTED: &str = "<redacted>";

struct DebugSlot<'a>(SlotRef<'a>);

impl fmt::Debug for DebugSlot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            SlotRef::Absent => f.write_str("None"),
            SlotRef::Str(text) => text.fmt(f),
            SlotRef::Bool(truth) => truth.fmt(f),
            SlotRef::I32(number) => number.fmt(f),
            SlotRef::I64(number) => number.fmt(f),
            SlotRef::F64(number) => number.fmt(f),
            SlotRef::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            SlotRef::Scalar(scalar) => scalar.format_debug(f),
            SlotRef::Message(message) => format_debug(message, f),
            SlotRef::List(list) => f
                .debug_list()
                .entries((0..list.len()).map(|i| DebugSlot(list.at(i))))
                .finish(),
            SlotRef::Map(map) => {
                let entries = (0..map.len()).map(|index| {
                    let (key, value) = map.at(index);
                    let value = if key == LAST_APPLIED {
                        SlotRef::Str(REDACTED)
                    } else {
                        value
                    };
                    (key, DebugSlot(value))
                });
                f.debug_map().entries(entries).finish()
            }
        }
    }
}
