//! Several texts in one cell.

/// A text, or `<none>`.
pub(super) fn or_none(text: &str) -> &str {
    or(text, "<none>")
}

/// A text, or another one if it is empty.
pub(super) fn or<'t>(text: &'t str, other: &'t str) -> &'t str {
    if text.is_empty() { other } else { text }
}

/// All texts, with commas between them.
pub(super) fn join(texts: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    join_with(",", texts)
}

/// All texts, with a separator between them.
pub(super) fn join_with(
    separator: &str,
    texts: impl IntoIterator<Item = impl AsRef<str>>,
) -> String {
    let mut joined = String::new();
    for (at, text) in texts.into_iter().enumerate() {
        if at > 0 {
            joined.push_str(separator);
        }
        joined.push_str(text.as_ref());
    }
    joined
}

/// The first few texts, and how many there are beside.
pub(super) fn join_few(
    most: usize,
    separator: &str,
    texts: impl IntoIterator<Item = impl AsRef<str>>,
) -> String {
    let mut texts = texts.into_iter();
    let joined = join_with(separator, texts.by_ref().take(most));
    and_more(joined, texts.count())
}

/// A text that says how many more there would be.
pub(super) fn and_more(joined: String, more: usize) -> String {
    match more {
        0 => joined,
        more => format!("{joined} + {more} more..."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_counted() {
        assert_eq!(join_few(3, ",", ["a", "b", "c"]), "a,b,c");
        assert_eq!(
            join_few(3, ",", ["a", "b", "c", "d", "e"]),
            "a,b,c + 2 more..."
        );
        assert_eq!(join_few(2, ", ", ["a", "b", "c"]), "a, b + 1 more...");
        assert_eq!(join_few(2, ",", [""; 0]), "");
    }
}
