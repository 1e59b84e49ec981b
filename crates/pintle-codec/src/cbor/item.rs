//! [`Item`], one item of CBOR, from which a scalar is read.

use std::borrow::Cow;
use std::fmt;

use super::reader::{Head, Reader, Spelling};
use super::{transcode, tree};
use crate::decoder::text_of;
use crate::{Error, Value};

/// One well-formed item of CBOR.
#[derive(Clone, Copy)]
pub struct Item<'a>(&'a [u8]);

impl<'a> Item<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The text of a string; nothing if the item is null or undefined. A byte string that is marked as what is
    /// base64 in JSON is that base64.
    ///
    /// # Errors
    /// When the item is no string.
    pub fn text(self) -> Result<Option<Cow<'a, str>>, Error> {
        let mut reader = Reader::new(self.0);
        if reader.undefined()? {
            return Ok(None);
        }
        Ok(reader.text(Spelling::default())?.map(text_of))
    }

    /// The number that the item is.
    ///
    /// # Errors
    /// When the item is no whole number that fits into 64 bits.
    pub fn integer(self) -> Result<i64, Error> {
        let mut reader = Reader::new(self.0);
        reader.tags(Spelling::default())?;
        let start = reader.offset();
        match reader.head()? {
            head @ (Head::Positive(_) | Head::Negative(_)) => head.whole(start),
            other => Err(reader.mismatch(start, "a whole number", other)),
        }
    }

    /// The item as a tree.
    ///
    /// # Errors
    /// When something in it has no form in JSON.
    pub fn to_value(self) -> Result<Value, Error> {
        tree::parse(self.0)
    }

    /// The item as JSON text, the keys of objects in alphabetical order.
    ///
    /// # Errors
    /// When something in it has no form in JSON.
    pub fn to_json(self) -> Result<String, Error> {
        let mut text = Vec::new();
        transcode::to_json(&mut Reader::new(self.0), &mut text)?;
        Ok(String::from_utf8(text).expect("JSON is UTF-8"))
    }
}

/// Says how long the item is: what is in it may be a secret.
impl fmt::Debug for Item<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Item({} bytes)", self.0.len())
    }
}
