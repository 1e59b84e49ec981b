//! DER, the encoding of X.509, as far as writing a certificate needs it.

/// A constructed value: the given encodings, one after the other.
pub(crate) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    value(0x30, &parts.concat())
}

/// A set with one member. (Larger ones would have to be sorted.)
pub(crate) fn set_of_one(member: &[u8]) -> Vec<u8> {
    value(0x31, member)
}

/// `[number] EXPLICIT`.
pub(crate) fn explicit(number: u8, content: &[u8]) -> Vec<u8> {
    value(0xa0 | number, content)
}

/// `[number] IMPLICIT` of a primitive type.
pub(crate) fn implicit(number: u8, content: &[u8]) -> Vec<u8> {
    value(0x80 | number, content)
}

pub(crate) fn boolean(content: bool) -> Vec<u8> {
    value(0x01, &[if content { 0xff } else { 0x00 }])
}

/// An integer from its big-endian bytes, which must be the shortest ones for a number that is not negative.
pub(crate) fn unsigned_integer(bytes: &[u8]) -> Vec<u8> {
    debug_assert!(bytes[0] < 0x80 && (bytes.len() == 1 || bytes[0] != 0));
    value(0x02, bytes)
}

/// A bit string whose last byte leaves some bits unused.
pub(crate) fn bit_string(unused_bits: u8, bytes: &[u8]) -> Vec<u8> {
    value(0x03, &[&[unused_bits], bytes].concat())
}

pub(crate) fn octet_string(bytes: &[u8]) -> Vec<u8> {
    value(0x04, bytes)
}

/// An object identifier, from its encoded content.
pub(crate) fn object_identifier(content: &[u8]) -> Vec<u8> {
    value(0x06, content)
}

pub(crate) fn utf8_string(text: &str) -> Vec<u8> {
    value(0x0c, text.as_bytes())
}

pub(crate) fn utc_time(text: &str) -> Vec<u8> {
    value(0x17, text.as_bytes())
}

pub(crate) fn generalized_time(text: &str) -> Vec<u8> {
    value(0x18, text.as_bytes())
}

/// Tag, length, content.
fn value(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len() + 6);
    out.push(tag);
    match content.len() {
        short @ 0..0x80 => out.push(short as u8),
        long => {
            let bytes = long.to_be_bytes();
            let skipped = bytes.iter().take_while(|&&b| b == 0).count();
            out.push(0x80 | (bytes.len() - skipped) as u8);
            out.extend_from_slice(&bytes[skipped..]);
        }
    }
    out.extend_from_slice(content);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_take_as_few_bytes_as_they_can() {
        assert_eq!(octet_string(&[7; 0x7f])[..2], [0x04, 0x7f]);
        assert_eq!(octet_string(&[7; 0x80])[..3], [0x04, 0x81, 0x80]);
        assert_eq!(octet_string(&[7; 0x1_00])[..4], [0x04, 0x82, 0x01, 0x00]);
        assert_eq!(
            octet_string(&[7; 0x1_00_00])[..5],
            [0x04, 0x83, 0x01, 0x00, 0x00]
        );
    }
}
