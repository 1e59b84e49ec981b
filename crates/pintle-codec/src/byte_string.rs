//! [`ByteString`], the binary data of API types.

use std::fmt;
use std::ops::Deref;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use crate::{Error, ErrorKind};

/// Binary data of an API object, exactly sized; base64 in JSON.
///
/// `Debug` prints the length only: the data of a Secret travels in this type.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteString(Box<[u8]>);

impl Deref for ByteString {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for ByteString {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes.into_boxed_slice())
    }
}

impl From<&[u8]> for ByteString {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }
}

impl From<&str> for ByteString {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().into())
    }
}

impl fmt::Debug for ByteString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

/// Data from base64 as Go reads it; the text stands at byte `start`.
pub(crate) fn from_base64(text: &[u8], start: usize) -> Result<ByteString, Error> {
    let is_break = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let decoded = if text.iter().any(is_break) {
        let joined: Vec<u8> = text
            .iter()
            .copied()
            .filter(|byte| !is_break(byte))
            .collect();
        BASE64.decode(joined)
    } else {
        BASE64.decode(text)
    };
    match decoded {
        Ok(bytes) => Ok(bytes.into()),
        Err(_) => Err(Error::new(
            ErrorKind::InvalidValue,
            start,
            "malformed base64",
        )),
    }
}

/// As Go's `StdEncoding`, which does not mind bits that no byte needs.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);
