//! [`Block`], 64 bytes of JSON at a glance: which of them are quotes, backslashes and brackets.

use wide::u8x16;

/// 64 bytes, a bit for each in every set, the first byte's the lowest.
pub(super) struct Block<'a>(&'a [u8; BLOCK]);

/// What is in strings.
pub(super) struct Strings {
    /// What is between quotes, the first of them included.
    pub(super) inside: u64,
    /// The block ends within a string.
    pub(super) in_string: bool,
    /// The byte behind the block belongs to an escape.
    pub(super) escaped: bool,
}

/// Brackets of either sort.
pub(super) struct Brackets {
    pub(super) open: u64,
    pub(super) close: u64,
}

impl<'a> Block<'a> {
    /// The block at `at`, if there is a whole one.
    #[inline]
    pub(super) fn at(text: &'a [u8], at: usize) -> Option<Self> {
        text.get(at..)?.first_chunk().map(Self)
    }

    /// Which bytes are in strings, where the block before ended like this; `None` if a backslash is
    /// out of place, in none of them.
    #[inline]
    pub(super) fn strings(&self, in_string: bool, escaped: bool) -> Option<Strings> {
        let quotes = self.positions(|bytes| bytes.simd_eq(u8x16::splat(b'"')));
        let backslashes = self.positions(|bytes| bytes.simd_eq(u8x16::splat(b'\\')));
        let mut hidden = u64::from(escaped);
        let mut escaped = false;
        // Each hides the byte behind it, which may be another one.
        let mut left = backslashes & !hidden;
        while left != 0 {
            let at = left.trailing_zeros();
            // Nothing if that is in the next block.
            let behind = 2_u64 << at;
            escaped = behind == 0;
            hidden |= behind;
            left &= !(1 << at | behind);
        }
        // Each byte is the sum of the quotes up to it, which is odd in a string.
        let mut inside = quotes & !hidden;
        for distance in [1, 2, 4, 8, 16, 32] {
            inside ^= inside << distance;
        }
        if in_string {
            inside = !inside;
        }
        let strings = Strings {
            inside,
            in_string: inside >> 63 == 1,
            escaped,
        };
        (backslashes & !inside == 0).then_some(strings)
    }

    /// The brackets, wherever they are.
    #[inline]
    pub(super) fn brackets(&self) -> Brackets {
        // A bracket and a brace differ in one bit, by which no other byte becomes one of them.
        let lower = u8x16::splat(0x20);
        Brackets {
            open: self.positions(|bytes| (bytes | lower).simd_eq(u8x16::splat(b'{'))),
            close: self.positions(|bytes| (bytes | lower).simd_eq(u8x16::splat(b'}'))),
        }
    }

    /// Where `mark` has marked a byte.
    #[inline]
    fn positions(&self, mark: impl Fn(u8x16) -> u8x16) -> u64 {
        let (parts, _) = self.0.as_chunks::<16>();
        let mut all = 0;
        for (at, part) in parts.iter().enumerate() {
            let marks = mark(u8x16::new(*part)).to_bitmask();
            all |= u64::from(marks) << (16 * at);
        }
        all
    }
}

/// How many bytes a block has.
pub(super) const BLOCK: usize = 64;

#[cfg(test)]
mod tests {
    use super::{BLOCK, Block};

    #[test]
    fn every_byte_is_told_at_every_place() {
        for byte in 0..=u8::MAX {
            for at in [0, 1, 7, 8, 31, 62, 63] {
                let mut text = [b'a'; BLOCK];
                text[at] = byte;
                let block = Block::at(&text, 0).unwrap();
                let here = |is_it: bool| u64::from(is_it) << at;
                let brackets = block.brackets();
                assert_eq!(brackets.open, here(matches!(byte, b'[' | b'{')), "{byte}");
                assert_eq!(brackets.close, here(matches!(byte, b']' | b'}')), "{byte}");
                let in_none = block.strings(false, false);
                assert_eq!(in_none.is_none(), byte == b'\\');
                let inside = in_none.map_or(0, |strings| strings.inside);
                assert_eq!(inside, if byte == b'"' { u64::MAX << at } else { 0 });
                let in_one = block.strings(true, false).unwrap();
                assert_eq!(in_one.in_string, byte != b'"');
                assert_eq!(in_one.escaped, byte == b'\\' && at == 63);
            }
        }
        assert!(Block::at(&[b'a'; BLOCK + 1], 1).is_some());
        assert!(Block::at(&[b'a'; BLOCK + 1], 2).is_none());
    }
}
