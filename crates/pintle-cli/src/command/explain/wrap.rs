//! Lines of a width, broken where kubectl breaks them.

/// Breaks lines longer than `width` characters at white space. What is longer than a line stays
/// whole; line ends that are there stay.
pub(super) fn wrap(width: usize, text: &str) -> String {
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| wrap_line(width, line))
        .collect();
    lines.join("\n")
}

fn wrap_line(width: usize, line: &str) -> String {
    let mut out = String::new();
    let mut used = 0;
    let mut rest = line;
    while !rest.is_empty() {
        let word = rest.trim_start_matches(is_space);
        let (space, after) = rest.split_at(rest.len() - word.len());
        let end = after.find(is_space).unwrap_or(after.len());
        let (word, after) = after.split_at(end);
        let (spaces, letters) = (space.chars().count(), word.chars().count());
        rest = after;
        if letters == 0 {
            // White space at the end of a line, if there is room.
            if used + spaces <= width {
                out.push_str(space);
            }
        } else if breaks(used, spaces, letters, width) {
            out.push('\n');
            out.push_str(word);
            used = letters;
        } else {
            out.push_str(space);
            out.push_str(word);
            used += spaces + letters;
        }
    }
    out
}

/// Whether a word that does not fit goes to a line of its own: one that fits no line is noticed
/// only while its beginning is still shorter than a line.
fn breaks(used: usize, spaces: usize, letters: usize, width: usize) -> bool {
    let noticed = (width + 1).saturating_sub(used + spaces).max(1);
    noticed <= letters && noticed < width
}

fn is_space(char: char) -> bool {
    char.is_whitespace() && char != '\u{a0}' && char != '\u{85}'
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn lines_are_broken_between_words() {
        assert_eq!(wrap(9, "one two three four"), "one two\nthree\nfour");
        assert_eq!(wrap(7, "one two"), "one two");
        assert_eq!(wrap(6, "one two"), "one\ntwo");
        assert_eq!(wrap(80, "a\n\nb\n"), "a\n\nb\n");
    }

    #[test]
    fn a_word_that_fits_no_line_stays_whole() {
        assert_eq!(wrap(4, "abcdefgh"), "abcdefgh");
        assert_eq!(wrap(4, "a bcdefgh i"), "a\nbcdefgh\ni");
    }
}
