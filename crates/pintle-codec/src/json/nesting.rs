//! [`Nesting`], which finds the end of a value in text that is still arriving.

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
        if self.escaped && !text.is_empty() {
            self.escaped = false;
            at = 1;
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
                Role::Open => self.depth += 1,
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
