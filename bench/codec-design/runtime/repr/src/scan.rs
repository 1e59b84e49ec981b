//! Eight bytes at a time: how far a string goes on without a byte that needs care.

/// The index, from `at` on, of the first quote, backslash or control character, or the length.
#[inline]
pub(crate) fn end_of_plain(bytes: &[u8], mut at: usize) -> usize {
    while let Some(word) = word_at(bytes, at) {
        let found = (equal(word, b'"') | equal(word, b'\\') | below_space(word)) & HIGH;
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while let Some(&byte) = bytes.get(at) {
        if byte == b'"' || byte == b'\\' || byte < b' ' {
            break;
        }
        at += 1;
    }
    at
}

/// Whether Go writes all of these bytes as they are: no quote, backslash, control, `<`, `>`, `&`,
/// and nothing outside ASCII (two of those characters are escaped).
#[inline]
pub(crate) fn is_plain_output(bytes: &[u8]) -> bool {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut found = 0;
    for &word in words {
        found |= needs_care(u64::from_le_bytes(word));
    }
    if !rest.is_empty() {
        let mut last = [b'a'; 8];
        for (to, &from) in last.iter_mut().zip(rest) {
            *to = from;
        }
        found |= needs_care(u64::from_le_bytes(last));
    }
    found & HIGH == 0
}

#[inline]
fn needs_care(word: u64) -> u64 {
    // `<` and `>` differ in one bit, `"` and `&` in another.
    word | below_space(word)
        | equal(word, b'\\')
        | equal(word | splat(2), b'>')
        | equal(word | splat(4), b'&')
}

#[inline]
fn word_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes
        .get(at..)?
        .first_chunk()
        .copied()
        .map(u64::from_le_bytes)
}

/// The high bit of the lowest byte equal to `byte` is set, and of none before it.
#[inline]
fn equal(word: u64, byte: u8) -> u64 {
    let zero_where_equal = word ^ splat(byte);
    zero_where_equal.wrapping_sub(splat(1)) & !zero_where_equal
}

#[inline]
fn below_space(word: u64) -> u64 {
    word.wrapping_sub(splat(b' ')) & !word
}

const fn splat(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

const HIGH: u64 = splat(0x80);
