//! [`Reader`], which walks the fields of a message.

use crate::{Error, ErrorKind};

type Result<T> = std::result::Result<T, Error>;

/// Walks the fields of a message in the order in which they come.
///
/// ```
/// use pintle_codec::protobuf::{Payload, Reader};
///
/// let mut reader = Reader::new(b"\x08\x96\x01\x12\x02hi");
/// while let Some((number, payload)) = reader.next_field()? {
///     match (number, payload) {
///         (1, Payload::Varint(value)) => assert_eq!(value, 150),
///         (2, Payload::Bytes(text)) => assert_eq!(text, b"hi"),
///         _ => {}
///     }
/// }
/// # Ok::<(), pintle_codec::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Where in the document the message starts.
    base: usize,
}

/// What a field carries, as the wire tells it apart.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Payload<'a> {
    /// A whole number or a truth value.
    Varint(u64),
    /// Eight bytes, such as a floating-point number.
    Fixed64(u64),
    /// A string, binary data, or a message.
    Bytes(&'a [u8]),
    /// Four bytes, which no field of Kubernetes uses.
    Fixed32(u32),
}

/// How the payload of a field is laid out.
pub(crate) mod wire {
    pub(crate) const VARINT: u8 = 0;
    pub(crate) const FIXED64: u8 = 1;
    pub(crate) const BYTES: u8 = 2;
    pub(crate) const START_GROUP: u8 = 3;
    pub(crate) const END_GROUP: u8 = 4;
    pub(crate) const FIXED32: u8 = 5;
}

impl<'a> Reader<'a> {
    /// A reader of one message.
    pub fn new(message: &'a [u8]) -> Self {
        Self::within(message, 0)
    }

    /// A reader of one message that starts at byte `base` of a document.
    #[inline(always)]
    pub(crate) fn within(message: &'a [u8], base: usize) -> Self {
        Self {
            bytes: message,
            at: 0,
            base,
        }
    }

    /// The next field and its number, or `None` at the end. Groups, which protobuf has given up,
    /// are passed over.
    ///
    /// # Errors
    /// When the message is malformed.
    #[inline(always)]
    pub fn next_field(&mut self) -> Result<Option<(u32, Payload<'a>)>> {
        while !self.is_at_end() {
            let (number, wire) = self.tag()?;
            let payload = match wire {
                wire::VARINT => Payload::Varint(self.varint()?),
                wire::FIXED64 => Payload::Fixed64(self.fixed64()?),
                wire::BYTES => Payload::Bytes(self.payload()?),
                wire::FIXED32 => Payload::Fixed32(self.fixed32()?),
                _ => {
                    self.skip(number, wire)?;
                    continue;
                }
            };
            return Ok(Some((number, payload)));
        }
        Ok(None)
    }

    /// The offset of the next byte.
    #[inline]
    pub fn offset(&self) -> usize {
        self.base + self.at
    }

    #[inline]
    pub(crate) fn is_at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// Reads the number of the next field and how its payload is laid out.
    #[inline(always)]
    pub(crate) fn tag(&mut self) -> Result<(u32, u8)> {
        let start = self.at;
        if let Some(tag @ 8..0x80) = self.bytes.get(start)
            && tag & 7 <= wire::FIXED32
        {
            self.at += 1;
            return Ok((u32::from(tag >> 3), tag & 7));
        }
        let tag = self.varint()?;
        let (number, wire) = (tag >> 3, (tag & 7) as u8);
        if number == 0 || number > MAX_NUMBER || wire > wire::FIXED32 {
            self.at = start;
            return Err(self.malformed("malformed tag of a field"));
        }
        Ok((number as u32, wire))
    }

    #[inline(always)]
    pub(crate) fn varint(&mut self) -> Result<u64> {
        match self.bytes.get(self.at) {
            Some(byte) if *byte < 0x80 => {
                self.at += 1;
                Ok(u64::from(*byte))
            }
            _ => self.long_varint(),
        }
    }

    fn long_varint(&mut self) -> Result<u64> {
        // Most lengths that do not fit into one byte fit into two.
        if let Some([low, high @ ..0x80]) = self.bytes.get(self.at..self.at + 2) {
            self.at += 2;
            return Ok(u64::from(low & 0x7f) | u64::from(*high) << 7);
        }
        let mut number = 0;
        for (index, byte) in self.bytes[self.at..].iter().enumerate() {
            if index == 10 || (index == 9 && *byte > 1) {
                return Err(self.malformed("a number of more than 64 bits"));
            }
            number |= u64::from(byte & 0x7f) << (7 * index);
            if *byte < 0x80 {
                self.at += index + 1;
                return Ok(number);
            }
        }
        Err(self.cut_off())
    }

    /// Reads the payload if it is zero or empty.
    #[inline(always)]
    pub(crate) fn zero(&mut self, wire: u8) -> bool {
        let zero =
            self.bytes.get(self.at) == Some(&0) && matches!(wire, wire::VARINT | wire::BYTES);
        self.at += usize::from(zero);
        zero
    }

    pub(crate) fn fixed64(&mut self) -> Result<u64> {
        match self.bytes.get(self.at..).and_then(<[u8]>::first_chunk) {
            Some(bytes) => {
                self.at += 8;
                Ok(u64::from_le_bytes(*bytes))
            }
            None => Err(self.cut_off()),
        }
    }

    fn fixed32(&mut self) -> Result<u32> {
        match self.bytes.get(self.at..).and_then(<[u8]>::first_chunk) {
            Some(bytes) => {
                self.at += 4;
                Ok(u32::from_le_bytes(*bytes))
            }
            None => Err(self.cut_off()),
        }
    }

    /// Reads a length and as many bytes.
    #[inline(always)]
    pub(crate) fn payload(&mut self) -> Result<&'a [u8]> {
        let length = self.varint()?;
        let left = &self.bytes[self.at..];
        match usize::try_from(length)
            .ok()
            .and_then(|length| left.get(..length))
        {
            Some(payload) => {
                self.at += payload.len();
                Ok(payload)
            }
            None => Err(self.cut_off()),
        }
    }

    /// Reads the tag that comes next, if it is this one.
    #[inline(always)]
    pub(crate) fn next_is(&mut self, number: u32, wire: u8) -> Result<bool> {
        if self.is_at_end() {
            return Ok(false);
        }
        let before = self.at;
        let comes = self.tag()? == (number, wire);
        if !comes {
            self.at = before;
        }
        Ok(comes)
    }

    /// Passes over a payload.
    pub(crate) fn skip(&mut self, number: u32, wire: u8) -> Result<()> {
        match wire {
            wire::VARINT => self.varint().map(drop),
            wire::FIXED64 => self.fixed64().map(drop),
            wire::BYTES => self.payload().map(drop),
            wire::FIXED32 => self.fixed32().map(drop),
            wire::START_GROUP => self.skip_group(number),
            _ => Err(self.malformed("the end of a group that did not begin")),
        }
    }

    /// Passes over the fields of a group, and of groups within it, without recursion.
    fn skip_group(&mut self, number: u32) -> Result<()> {
        let mut open = vec![number];
        while let Some(group) = open.last() {
            match self.tag()? {
                (number, wire::START_GROUP) => open.push(number),
                (number, wire::END_GROUP) if number == *group => drop(open.pop()),
                (_, wire::END_GROUP) => return Err(self.malformed("the end of another group")),
                (number, wire) => self.skip(number, wire)?,
            }
        }
        Ok(())
    }

    #[cold]
    pub(crate) fn malformed(&self, detail: &'static str) -> Error {
        Error::new(ErrorKind::Syntax, self.offset(), detail)
    }

    #[cold]
    fn cut_off(&self) -> Error {
        Error::new(
            ErrorKind::UnexpectedEnd,
            self.offset(),
            "the message ends in the middle of a field",
        )
    }
}

/// The largest number that protobuf allows a field.
const MAX_NUMBER: u64 = (1 << 29) - 1;
