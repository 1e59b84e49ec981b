//! Values that write themselves in a form of their own.

use crate::{List, Str};

/// Kept as it was written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Quantity(pub Str);

#[derive(Clone, Debug, PartialEq)]
pub enum IntOrString {
    Int(i32),
    String(Str),
}

impl Default for IntOrString {
    fn default() -> Self {
        IntOrString::Int(0)
    }
}

/// One JSON value, unparsed: `FieldsV1`. Copied exactly sized.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RawJson(List<u8>);

impl RawJson {
    pub fn copy_of(bytes: &[u8]) -> Self {
        let mut copy = List::default();
        copy.extend_from_slice(bytes);
        RawJson(copy)
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}
