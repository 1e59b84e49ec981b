//! [`Texts`], short texts in one piece of memory.
//!
//! A server keeps a dozen of them beside each of its objects, where an allocation each would take more
//! than the texts themselves, and leave holes that nothing fits into.

use std::iter;

/// Texts in an order, read from the first on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Texts(Box<str>);

/// Puts texts together.
#[derive(Debug, Default)]
pub(super) struct TextsBuilder(String);

impl Texts {
    /// The texts in their order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        let mut rest = &*self.0;
        iter::from_fn(move || {
            let (length, behind) = read_length(rest)?;
            let (text, after) = behind.split_at(length);
            rest = after;
            Some(text)
        })
    }
}

impl TextsBuilder {
    /// Adds a text.
    pub(super) fn push(&mut self, text: &str) {
        write_length(text.len(), &mut self.0);
        self.0.push_str(text);
    }

    /// The texts.
    pub(super) fn build(self) -> Texts {
        Texts(self.0.into())
    }
}

/// A length stands before its text in digits of six bits, the least first, each an ASCII character: so
/// all of it is text, and nothing has to be checked when it is read.
fn write_length(mut length: usize, out: &mut String) {
    while length >= MORE {
        out.push(char::from(((length % MORE) | MORE) as u8));
        length /= MORE;
    }
    out.push(char::from(length as u8));
}

/// The length that a text begins with, and what is behind it; nothing at the end.
fn read_length(text: &str) -> Option<(usize, &str)> {
    let (mut length, mut shift) = (0, 0);
    for (at, digit) in text.bytes().enumerate() {
        let digit = usize::from(digit);
        length |= (digit % MORE) << shift;
        if digit < MORE {
            return Some((length, &text[at + 1..]));
        }
        shift += MORE.trailing_zeros();
    }
    None
}

/// What a digit has if another one follows.
const MORE: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_any_length_come_out_as_they_went_in() {
        let lengths = [0, 1, 63, 64, 65, 4095, 4096, 300_000];
        let mut texts: Vec<String> = lengths.iter().map(|length| "x".repeat(*length)).collect();
        texts.extend(["ü\0\u{7f}".to_owned(), String::new()]);
        let mut builder = TextsBuilder::default();
        for text in &texts {
            builder.push(text);
        }
        let built = builder.build();
        assert!(built.iter().eq(texts.iter().map(String::as_str)));
        assert_eq!(Texts::default().iter().next(), None);
    }
}
