//! Looks at every field of an object, as a program does that uses all of it.

use pintle_codec::{Message, SlotRef};

/// Reads every field, and returns what cannot be known without. Of those that are absent, empty or zero, that is all
/// there is to be read, and said of all at once.
pub fn walk(message: &dyn Message) -> u64 {
    let beyond = u64::MAX.checked_shl(message.table().fields().len() as u32);
    let mut left = message.present() & !beyond.unwrap_or(0);
    let mut sum = left;
    while left != 0 {
        sum ^= look(message.get(left.trailing_zeros() as usize));
        left &= left - 1;
    }
    sum
}

fn look(slot: SlotRef<'_>) -> u64 {
    match slot {
        SlotRef::Absent => 0,
        SlotRef::Str(text) => bytes(text.as_bytes()),
        SlotRef::Bytes(data) => bytes(data),
        SlotRef::Bool(truth) => truth.into(),
        SlotRef::I32(number) => number.unsigned_abs().into(),
        SlotRef::I64(number) => number.unsigned_abs(),
        SlotRef::F64(number) => number.to_bits(),
        SlotRef::Scalar(scalar) => scalar.is_zero().into(),
        SlotRef::Message(message) => walk(message),
        SlotRef::List(list) => (0..list.len()).fold(0, |sum, index| sum ^ look(list.at(index))),
        SlotRef::Map(map) => {
            let entry = |(key, value): (&str, _)| bytes(key.as_bytes()) ^ look(value);
            (0..map.len()).fold(0, |sum, index| sum ^ entry(map.at(index)))
        }
    }
}

/// Text is looked at where it ends, so that it must have been read from memory.
fn bytes(text: &[u8]) -> u64 {
    text.len() as u64 + text.last().map_or(0, |last| u64::from(*last))
}
