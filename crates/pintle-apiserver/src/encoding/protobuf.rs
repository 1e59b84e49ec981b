//! Stored objects as protobuf: a copy of what is stored, in an envelope.

use std::borrow::Cow;

use pintle_codec::protobuf::{MAGIC, Writer};

use crate::{
    generated::meta_v1::LIST_META,
    registry::View,
    schema::{TypeFacts, encode_protobuf},
    store::Object,
};

/// An object's message, as it is shown.
pub(crate) fn message<'o>(view: &View, object: &'o Object) -> Cow<'o, [u8]> {
    if !view.converts() {
        return object.encoded.message().into();
    }
    let mut writer = Writer::new();
    encode_protobuf(view.shown(object).object(), view.schema(), &mut writer);
    writer.written().to_vec().into()
}

/// A message in its envelope, as an object stands alone.
pub(crate) fn enclose(type_: TypeFacts, message: &[u8]) -> Vec<u8> {
    let mut out = begin(type_, message.len());
    out.extend_from_slice(message);
    out.extend_from_slice(END);
    out
}

/// An envelope up to what is in it, which has so many bytes. It is written from its beginning: what is stored
/// is copied once.
fn begin(type_: TypeFacts, length: usize) -> Vec<u8> {
    let (version, kind) = (type_.api_version.as_bytes(), type_.kind.as_bytes());
    let head = item_size(version) + item_size(kind);
    const LENGTHS: usize = 2 * (1 + 10);
    let mut out = Vec::with_capacity(MAGIC.len() + LENGTHS + head + length + END.len());
    out.extend_from_slice(MAGIC);
    out.push(1 << 3 | 2);
    push_varint(head, &mut out);
    for (number, text) in [(1, version), (2, kind)] {
        out.push(number << 3 | 2);
        push_varint(text.len(), &mut out);
        out.extend_from_slice(text);
    }
    out.push(2 << 3 | 2);
    push_varint(length, &mut out);
    out
}

/// A list up to its first item, when all items together have so many bytes, their tags included.
pub(crate) fn begin_list(
    type_: TypeFacts,
    metadata: &pintle_codec::Object,
    items: usize,
) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.message(1, |writer| encode_protobuf(metadata, &LIST_META, writer));
    let metadata = writer.written();
    let mut out = begin(type_, metadata.len() + items);
    out.extend_from_slice(metadata);
    out
}

/// An item of a list.
pub(crate) fn push_item(message: &[u8], out: &mut Vec<u8>) {
    out.push(2 << 3 | 2);
    push_varint(message.len(), out);
    out.extend_from_slice(message);
}

/// The bytes that an item takes in a list.
pub(crate) fn item_size(message: &[u8]) -> usize {
    let bits = usize::BITS - (message.len() | 1).leading_zeros();
    1 + bits.div_ceil(7) as usize + message.len()
}

/// What follows what is in an envelope, such as the last item of a list: that it is neither encoded nor of a
/// type of its own.
pub(crate) const END: &[u8] = b"\x1a\x00\x22\x00";

/// A frame of a watch around an object, which stands in its envelope.
pub(crate) fn frame(type_: &str, object: &[u8]) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.message(2, |writer| writer.bytes(1, object));
    writer.bytes(1, type_.as_bytes());
    let event = writer.written();
    let mut out = Vec::with_capacity(4 + event.len());
    // An event is as large as its object, which came in a body of 3 MiB at most.
    out.extend_from_slice(&u32::try_from(event.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend_from_slice(event);
    out
}

fn push_varint(mut value: usize, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_take_the_bytes_that_are_foretold() {
        for length in [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152] {
            let mut out = Vec::new();
            let message = vec![0; length];
            push_item(&message, &mut out);
            assert_eq!(item_size(&message), out.len(), "{length}");
        }
    }
}
