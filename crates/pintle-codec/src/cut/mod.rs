//! Cutting the parts that a [`Prune`] names out of an object's bytes.
//!
//! Whoever keeps objects as bytes leaves out parts of them without decoding the rest: the bytes
//! between the parts are copied as they are, and only the lengths and counts around a part are
//! written anew. What is left decodes to what a [`Decoder`](crate::Decoder) that leaves out the
//! same parts makes of the whole.

mod cbor;
mod edits;
mod json;
mod protobuf;

use crate::decoder::Rules;
use crate::{Error, Message, Prune};

impl Prune {
    /// Cuts the parts out of an object in JSON; `None` if it has none of them.
    ///
    /// Parts are found by name alone, at any depth. The object is checked no further than to find
    /// where its parts end.
    ///
    /// # Errors
    /// When the text is not one value.
    pub fn cut_json(&self, object: &str) -> Result<Option<String>, Error> {
        json::cut(object, Rules::new(Some(self)))
    }

    /// Cuts the parts out of an object in CBOR; `None` if it has none of them.
    ///
    /// Parts are found by name alone, at any depth. The object is checked no further than to find
    /// where its parts end.
    ///
    /// # Errors
    /// When the bytes are not one item.
    pub fn cut_cbor(&self, object: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        cbor::cut(object, Rules::new(Some(self)))
    }

    /// Cuts the parts out of an object in protobuf without an envelope; `None` if it has none of
    /// them.
    ///
    /// Protobuf knows no names, so the description of the object's type is needed: `description` is
    /// a value of the type, whose fields are gone through and may be made present. A field that the
    /// type does not know stays.
    ///
    /// # Errors
    /// When the message is malformed where parts are looked for.
    pub fn cut_protobuf(
        &self,
        object: &[u8],
        description: &mut dyn Message,
    ) -> Result<Option<Vec<u8>>, Error> {
        protobuf::cut(object, description, Rules::new(Some(self)))
    }
}
