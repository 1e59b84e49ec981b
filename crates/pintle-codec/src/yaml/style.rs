//! In which style a string is written: plain, in quotes, or as a block of lines.

use super::resolve::{Meaning, is_sexagesimal, meaning};

/// How a string is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    /// A block, line by line.
    Literal,
}

/// The style that Go's YAML chooses for a string. A key that stands before a colon is on one line.
///
/// Of two things Go's choice is not followed, since not everybody reads them back: U+2028 and
/// U+2029, which end a line in YAML 1.1 only, and `<<` as a key, which is taken for a merge.
pub(super) fn style(text: &str, is_key: bool) -> Style {
    let allowed = Allowed::in_block(text);
    let plain = match meaning(text) {
        Meaning::Text => !is_sexagesimal(text),
        Meaning::Merge => !is_key,
        _ => false,
    };
    if text.contains('\n') {
        return match allowed.literal && !is_key {
            true => Style::Literal,
            false => Style::DoubleQuoted,
        };
    }
    if !plain {
        return Style::DoubleQuoted;
    }
    if allowed.plain {
        Style::Plain
    } else if allowed.single_quoted {
        Style::SingleQuoted
    } else {
        Style::DoubleQuoted
    }
}

/// Whether a character can stand in YAML as it is. Go's YAML does not let those beyond 16 bits.
pub(super) fn is_printable(character: char) -> bool {
    matches!(
        character,
        '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}'
    )
}

/// Whether YAML 1.1 ends a line here.
pub(super) fn is_break(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_space(character: char) -> bool {
    is_break(character) || matches!(character, ' ' | '\t' | '\0')
}

/// The styles in which a text comes back as it is.
struct Allowed {
    plain: bool,
    single_quoted: bool,
    literal: bool,
}

impl Allowed {
    /// Outside of braces and brackets.
    fn in_block(text: &str) -> Self {
        let is_special =
            |character| !is_printable(character) || matches!(character, '\u{2028}' | '\u{2029}');
        let special = text.contains(is_special) || text.contains(" \n");
        let trailing_space = text.ends_with(' ');
        let space_begins_line = text.contains("\n ");
        let framed = text.starts_with([' ', '\n']) || trailing_space || text.ends_with('\n');
        Self {
            plain: !special && !framed && !text.contains('\n') && !has_indicator(text),
            single_quoted: !special && !space_begins_line,
            literal: !special && !trailing_space && !text.is_empty(),
        }
    }
}

/// Whether something in the text would mean something if it were plain.
fn has_indicator(text: &str) -> bool {
    if text.starts_with("---") || text.starts_with("...") {
        return true;
    }
    let is_blank = |character: Option<char>| matches!(character, None | Some(' ' | '\t'));
    let mut characters = text.chars();
    match characters.next() {
        Some(
            '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%'
            | '@' | '`',
        ) => return true,
        Some('?' | ':' | '-') if is_blank(characters.clone().next()) => return true,
        _ => {}
    }
    let mut before = text.chars().next();
    while let Some(character) = characters.next() {
        match character {
            ':' if is_blank(characters.clone().next()) => return true,
            '#' if before.is_some_and(is_space) => return true,
            _ => {}
        }
        before = Some(character);
    }
    false
}
