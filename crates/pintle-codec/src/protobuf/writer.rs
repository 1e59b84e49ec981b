//! [`Writer`], which writes a message from its end.

use super::reader::wire;

/// Writes a message from its end to its start.
///
/// Protobuf puts the length of a part before the part. Written backwards, every length is known
/// when its turn comes, and nothing is walked twice. So the last field of a message is written
/// first.
///
/// ```
/// use pintle_codec::protobuf::Writer;
///
/// let mut writer = Writer::new();
/// writer.bytes(2, b"hi");
/// writer.varint(1, 150);
/// assert_eq!(writer.written(), b"\x08\x96\x01\x12\x02hi");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Writer {
    /// What is written stands at the end.
    buffer: Vec<u8>,
    at: usize,
}

impl Writer {
    /// A writer that has written nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// What was written.
    pub fn written(&self) -> &[u8] {
        &self.buffer[self.at..]
    }

    /// The number of bytes written.
    #[inline]
    pub fn len(&self) -> usize {
        self.buffer.len() - self.at
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets what was written and keeps the room.
    pub fn clear(&mut self) {
        self.at = self.buffer.len();
    }

    /// Writes a field that is a whole number or a truth value.
    #[inline]
    pub fn varint(&mut self, number: u32, value: u64) {
        self.raw_varint(value);
        self.tag(number, wire::VARINT);
    }

    /// Writes a field that is zero: a number, or a string.
    #[inline]
    pub(crate) fn zero(&mut self, number: u32, is_number: bool) {
        let wire = if is_number { wire::VARINT } else { wire::BYTES };
        let tag = number << 3 | u32::from(wire);
        if tag < 0x80 {
            self.raw(&[tag as u8, 0]);
        } else {
            self.raw_varint(0);
            self.raw_varint(tag.into());
        }
    }

    /// Writes a field that is a floating-point number.
    pub fn double(&mut self, number: u32, value: f64) {
        self.raw(&value.to_le_bytes());
        self.tag(number, wire::FIXED64);
    }

    /// Writes a field that is a string or binary data.
    #[inline]
    pub fn bytes(&mut self, number: u32, bytes: &[u8]) {
        // Most strings are short, and most numbers small: one byte each for length and tag.
        let (length, tag) = (bytes.len(), number << 3 | u32::from(wire::BYTES));
        if length < 0x80
            && tag < 0x80
            && let Some(start) = self.at.checked_sub(length + 2)
            && let Some([tag_place, length_place, place @ ..]) =
                self.buffer.get_mut(start..start + length + 2)
        {
            (*tag_place, *length_place) = (tag as u8, length as u8);
            copy(bytes, place);
            self.at = start;
            return;
        }
        self.raw(bytes);
        self.raw_varint(bytes.len() as u64);
        self.tag(number, wire::BYTES);
    }

    /// Writes a field that is a message, its fields written by `fields`.
    pub fn message(&mut self, number: u32, fields: impl FnOnce(&mut Self)) {
        let behind = self.len();
        fields(self);
        self.close(number, behind);
    }

    /// Writes the length and the tag of a field whose payload was written after `behind` bytes.
    #[inline]
    pub(crate) fn close(&mut self, number: u32, behind: usize) {
        self.raw_varint((self.len() - behind) as u64);
        self.tag(number, wire::BYTES);
    }

    /// Writes fields that are encoded already.
    #[inline]
    pub fn raw(&mut self, bytes: &[u8]) {
        if self.at < bytes.len() {
            self.grow(bytes.len());
        }
        let start = self.at - bytes.len();
        let place = &mut self.buffer[start..self.at];
        self.at = start;
        copy(bytes, place);
    }

    #[inline]
    fn tag(&mut self, number: u32, wire: u8) {
        self.raw_varint(u64::from(number) << 3 | u64::from(wire));
    }

    #[inline]
    fn raw_varint(&mut self, value: u64) {
        if value < 0x80
            && let Some(at) = self.at.checked_sub(1)
            && let Some(byte) = self.buffer.get_mut(at)
        {
            *byte = value as u8;
            self.at = at;
        } else {
            self.long_varint(value);
        }
    }

    fn long_varint(&mut self, mut value: u64) {
        if (0x80..0x4000).contains(&value) {
            return self.raw(&[value as u8 | 0x80, (value >> 7) as u8]);
        }
        let mut bytes = [0; 10];
        let mut length = 0;
        loop {
            bytes[length] = value as u8 | 0x80;
            length += 1;
            value >>= 7;
            if value == 0 {
                break;
            }
        }
        bytes[length - 1] &= 0x7f;
        self.raw(&bytes[..length]);
    }

    /// Makes room for at least `additional` bytes.
    #[cold]
    fn grow(&mut self, additional: usize) {
        let length = self.len();
        let size = (length + additional)
            .max(2 * self.buffer.len())
            .max(MIN_ROOM);
        let mut buffer = vec![0; size];
        buffer[size - length..].copy_from_slice(self.written());
        self.at = size - length;
        self.buffer = buffer;
    }
}

/// Copies bytes to a place of the same length: most are few, and a copy of unknown length is a call.
#[inline(always)]
fn copy(bytes: &[u8], place: &mut [u8]) {
    match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        (Some(first), Some(last)) if bytes.len() <= 16 => {
            let behind = bytes.len() - 8;
            place[..8].copy_from_slice(first);
            place[behind..].copy_from_slice(last);
        }
        _ => place.copy_from_slice(bytes),
    }
}

/// Most objects fit.
const MIN_ROOM: usize = 8 << 10;

#[cfg(test)]
mod tests {
    use super::Writer;

    #[test]
    fn what_does_not_fit_makes_room() {
        let mut writer = Writer::new();
        let text = vec![b'x'; 300];
        for _ in 0..100 {
            writer.bytes(1, &text);
        }
        assert_eq!(writer.len(), 100 * (300 + 3));
        let mut rest = writer.written();
        for _ in 0..100 {
            assert_eq!(rest[..3], [0x0a, 0xac, 0x02]);
            assert_eq!(rest[3..303], text);
            rest = &rest[303..];
        }
        writer.clear();
        assert!(writer.is_empty());
    }

    /// The spellings that the protobuf documentation gives: 150 in two bytes, negative numbers in
    /// ten.
    #[test]
    fn numbers_are_spelt_in_groups_of_seven_bits() {
        for (value, spelt) in [
            (0, &b"\x08\x00"[..]),
            (127, b"\x08\x7f"),
            (128, b"\x08\x80\x01"),
            (150, b"\x08\x96\x01"),
            (
                -2_i64 as u64,
                b"\x08\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01",
            ),
        ] {
            let mut writer = Writer::new();
            writer.varint(1, value);
            assert_eq!(writer.written(), spelt);
        }
    }
}
