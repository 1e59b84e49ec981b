//! [`Nesting`], which finds the end of a value in text that is still arriving.

use super::block::{BLOCK, Block, Brackets, Strings};
use super::reader::find_special;

/// How deep in a value a scan is that stopped where the text did.
///
/// Brackets are counted and strings are passed over; whether the value is well-formed is for
/// whoever reads it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Nesting {
    depth: usize,
    in_string: bool,
    /// The next byte belongs to an escape.
    escaped: bool,
}

impl Nesting {
    /// Goes on through `text`, which begins at the opening bracket or quote of the value or where
    /// the last `text` ended. Returns where the value ends if it does.
    pub(crate) fn end(&mut self, text: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < text.len() {
            // Without a bracket around it, a string ends with its quote.
            if self.depth > 0
                && let Some(block) = Block::at(text, at)
            {
                let end = match block.strings(self.in_string, self.escaped) {
                    Some(strings) => self.block(&block, &strings).map(|end| at + end),
                    None => self.bytes(&text[..at + BLOCK], at),
                };
                if end.is_some() {
                    return end;
                }
                at += BLOCK;
                continue;
            }
            // To the first bracket, or through what is left.
            at = self.bytes(text, at)?;
            if self.depth == 0 {
                return Some(at);
            }
        }
        None
    }

    /// Goes on through a block; returns where in it the value ends if it does.
    #[inline]
    fn block(&mut self, block: &Block<'_>, strings: &Strings) -> Option<usize> {
        (self.in_string, self.escaped) = (strings.in_string, strings.escaped);
        if strings.inside == u64::MAX {
            return None;
        }
        let Brackets { open, close } = block.brackets();
        let (open, close) = (open & !strings.inside, close & !strings.inside);
        if self.depth > close.count_ones() as usize {
            self.depth += open.count_ones() as usize;
            self.depth -= close.count_ones() as usize;
            return None;
        }
        let mut left = open | close;
        while left != 0 {
            let at = left.trailing_zeros();
            if open >> at & 1 == 1 {
                self.depth += 1;
            } else {
                self.depth -= 1;
                if self.depth == 0 {
                    self.in_string = false;
                    self.escaped = false;
                    return Some(at as usize + 1);
                }
            }
            left &= left - 1;
        }
        None
    }

    /// Goes on byte by byte, up to the first bracket that is not within another, or to the end of the
    /// value; `None` if the text ends before.
    fn bytes(&mut self, text: &[u8], mut at: usize) -> Option<usize> {
        if self.escaped {
            self.escaped = false;
            at += 1;
        }
        if self.in_string {
            at = self.string(text, at)?;
            if self.depth == 0 {
                return Some(at);
            }
        }
        while let Some(byte) = text.get(at) {
            at += 1;
            match ROLE[usize::from(*byte)] {
                Role::Other => {}
                Role::Quote => {
                    self.in_string = true;
                    at = self.string(text, at)?;
                    if self.depth == 0 {
                        return Some(at);
                    }
                }
                Role::Open => {
                    self.depth += 1;
                    if self.depth == 1 {
                        return Some(at);
                    }
                }
                Role::Close => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Some(at);
                    }
                }
            }
        }
        None
    }

    /// Goes on through the string that `at` lies in; returns where it ends if it does.
    #[inline]
    fn string(&mut self, text: &[u8], mut at: usize) -> Option<usize> {
        loop {
            at = find_special(text, at);
            match text.get(at) {
                None => return None,
                Some(b'"') => {
                    self.in_string = false;
                    return Some(at + 1);
                }
                Some(b'\\') => {
                    at += 2;
                    if at > text.len() {
                        self.escaped = true;
                        return None;
                    }
                }
                // A control character, which has no place in a string: for the reader to refuse.
                Some(_) => at += 1,
            }
        }
    }
}

/// What a byte outside of strings means for nesting.
#[derive(Clone, Copy)]
enum Role {
    Other,
    Quote,
    Open,
    Close,
}

static ROLE: [Role; 256] = {
    let mut roles = [Role::Other; 256];
    roles[b'"' as usize] = Role::Quote;
    roles[b'{' as usize] = Role::Open;
    roles[b'[' as usize] = Role::Open;
    roles[b'}' as usize] = Role::Close;
    roles[b']' as usize] = Role::Close;
    roles
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Nesting;

    /// What of a value comes in pieces too short for a block is gone through byte by byte.
    fn end_in_pieces(text: &[u8], length: usize) -> Option<usize> {
        let (mut nesting, mut before) = (Nesting::default(), 0);
        for piece in text.chunks(length) {
            if let Some(end) = nesting.end(piece) {
                return Some(before + end);
            }
            before += piece.len();
        }
        None
    }

    #[test]
    fn strings_hide_brackets_and_escapes_hide_quotes() {
        let long = "x".repeat(70);
        for value in [
            r#"{}"#.to_owned(),
            r#"["]"]"#.to_owned(),
            r#"{"a":"\\"}"#.to_owned(),
            r#"{"a":"\\\"}"}"#.to_owned(),
            format!(r#"{{"{long}":["{long}]","\"{long}"]}}"#),
            format!(r#"{{"a":"{}\"}}"}}"#, r"\\".repeat(100)),
            format!("[{}]", "[]".repeat(200)),
            format!("{}{}", "[".repeat(200), "]".repeat(200)),
            format!(r#""{long}\"{long}""#),
            // Out of place, a backslash hides nothing.
            r#"{\}"#.to_owned(),
            format!(r#"{{"{long}":\[\"]"\]\}}"#),
        ] {
            let text = value.clone() + r"}]\";
            for length in [1, 3, 63, 64, 65, 100, text.len()] {
                let end = end_in_pieces(text.as_bytes(), length);
                assert_eq!(end, Some(value.len()), "{value} in pieces of {length}");
            }
            let cut = &value.as_bytes()[..value.len() - 1];
            assert_eq!(end_in_pieces(cut, 64), None, "{value}");
        }
    }

    proptest! {
        /// Of anything, sense or not.
        #[test]
        fn blocks_and_bytes_find_the_same_end(
            text in proptest::collection::vec(
                prop_oneof![8 => prop::sample::select(&br#"\"{}[]a,"#[..]), 1 => any::<u8>()],
                0..600,
            ),
            length in 64..300_usize,
        ) {
            let text = [b"[".as_slice(), &text].concat();
            let by_bytes = end_in_pieces(&text, 1);
            prop_assert_eq!(end_in_pieces(&text, length), by_bytes);
            prop_assert_eq!(Nesting::default().end(&text), by_bytes);
        }
    }
}
