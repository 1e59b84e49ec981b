//! [`Writer`], which spells CBOR as Go's encoder does.

use super::{float16, transcode};
use crate::{Message, json};

/// The tag that says "this is CBOR", which begins a whole document.
pub const MAGIC: &[u8; 3] = b"\xd9\xd9\xf7";

/// Appends CBOR to a buffer.
///
/// Every item is as short as it can be, and what has elements says how many. The caller brings
/// them: after [`Writer::begin_map`] as many keys and values as were announced.
#[derive(Debug)]
pub struct Writer<'a> {
    out: &'a mut Vec<u8>,
}

impl<'a> Writer<'a> {
    /// A writer that appends to `out`.
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out }
    }

    /// Writes `null`.
    pub fn null(&mut self) {
        self.out.push(0xf6);
    }

    /// Writes a truth value.
    pub fn boolean(&mut self, truth: bool) {
        self.out.push(0xf4 | u8::from(truth));
    }

    /// Writes a whole number.
    pub fn integer(&mut self, number: i64) {
        match u64::try_from(number) {
            Ok(number) => self.head(POSITIVE, number),
            Err(_) => self.head(NEGATIVE, !number as u64),
        }
    }

    /// Writes a number that need not be whole; one that is not finite, which Kubernetes cannot
    /// say, as `null`.
    pub fn float(&mut self, number: f64) {
        if !number.is_finite() {
            return self.null();
        }
        if let Some(bits) = float16::narrow(number) {
            self.out.push(0xf9);
            self.out.extend_from_slice(&bits.to_be_bytes());
        } else if f64::from(number as f32) == number {
            self.out.push(0xfa);
            self.out.extend_from_slice(&(number as f32).to_be_bytes());
        } else {
            self.out.push(0xfb);
            self.out.extend_from_slice(&number.to_be_bytes());
        }
    }

    /// Writes a string: as bytes, since Go does not check that its strings are text.
    #[inline]
    pub fn string(&mut self, text: &str) {
        self.head(BYTES, text.len() as u64);
        self.out.extend_from_slice(text.as_bytes());
    }

    /// Writes binary data, marked as what is base64 in JSON.
    pub fn bytes(&mut self, data: &[u8]) {
        self.head(TAG, 22);
        self.head(BYTES, data.len() as u64);
        self.out.extend_from_slice(data);
    }

    /// Begins a list of so many elements.
    pub fn begin_array(&mut self, elements: usize) {
        self.head(ARRAY, elements as u64);
    }

    /// Begins a map of so many keys, each with its value.
    pub fn begin_map(&mut self, pairs: usize) {
        self.head(MAP, pairs as u64);
    }

    /// Writes the value of a JSON document; of one that is malformed, `null`.
    pub fn json(&mut self, document: &[u8]) {
        let start = self.out.len();
        let written = json::Reader::new(document).and_then(|mut reader| {
            transcode::from_json(&mut reader, self.out)?;
            reader.finish()
        });
        if written.is_err() {
            self.out.truncate(start);
            self.null();
        }
    }

    /// Writes a message as a map.
    pub fn message(&mut self, message: &dyn Message) {
        super::encode::encode_message(message, self);
    }

    /// Writes what `write` appends, which is to be one item.
    ///
    /// # Errors
    /// What `write` fails with.
    pub fn append<E>(
        &mut self,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        write(self.out)
    }

    /// Begins a list or a map that is not counted yet; [`Writer::end_array`] or [`Writer::end_map`]
    /// takes what this returns.
    #[inline]
    pub(super) fn begin_uncounted(&mut self) -> usize {
        self.out.push(0);
        self.out.len() - 1
    }

    pub(super) fn end_array(&mut self, start: usize, elements: usize) {
        self.end(start, ARRAY, elements);
    }

    #[inline]
    pub(super) fn end_map(&mut self, start: usize, pairs: usize) {
        self.end(start, MAP, pairs);
    }

    #[inline]
    fn end(&mut self, start: usize, major: u8, count: usize) {
        if count < 24 {
            self.out[start] = major << 5 | count as u8;
            return;
        }
        let end = self.out.len();
        self.head(major, count as u64);
        let head = self.out.split_off(end);
        self.out.splice(start..=start, head);
    }

    #[inline]
    fn head(&mut self, major: u8, argument: u64) {
        let major = major << 5;
        if argument < 24 {
            return self.out.push(major | argument as u8);
        }
        let bytes = argument.to_be_bytes();
        let (info, unused) = match argument.leading_zeros() {
            56.. => (24, 7),
            48.. => (25, 6),
            32.. => (26, 4),
            _ => (27, 0),
        };
        self.out.push(major | info);
        self.out.extend_from_slice(&bytes[unused..]);
    }
}

/// The types of items, in the upper three bits of the first byte.
const POSITIVE: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const TAG: u8 = 6;
