//! Warnings, the headers in which a client is told what was not quite right with a request that went
//! well.
//!
//! Invariant: whatever a client sends, its warnings fit into the headers of a response. As in
//! kube-apiserver, all are told in full if they are short enough together, and else the beginnings of
//! the first ones.

use http::{HeaderMap, HeaderValue, header};

/// The values of the `Warning` headers.
pub(super) fn headers(warnings: &[String]) -> Vec<HeaderValue> {
    let length: usize = warnings.iter().map(|warning| warning.chars().count()).sum();
    let longest = if length > TOTAL_MAX {
        EACH_MAX
    } else {
        TOTAL_MAX
    };
    let mut written = 0;
    let mut headers = Vec::new();
    for warning in warnings {
        if written >= TOTAL_MAX {
            break;
        }
        written += warning.chars().take(longest).count();
        let text: String = warning.chars().take(longest).map(shown).collect();
        let text = text.replace('\\', "\\\\").replace('"', "\\\"");
        // Without control characters any text can be in a header.
        headers.extend(HeaderValue::try_from(format!("299 - \"{text}\"")));
    }
    headers
}

/// Puts a warning before those that there are.
pub(super) fn put_first(warning: Option<String>, into: &mut HeaderMap) {
    let Some(warning) = warning else {
        return;
    };
    let others: Vec<_> = into.get_all(header::WARNING).iter().cloned().collect();
    into.remove(header::WARNING);
    for value in headers(&[warning]).into_iter().chain(others) {
        into.append(header::WARNING, value);
    }
}

/// A control character would end the header, or have to be left out.
fn shown(character: char) -> char {
    if character.is_control() {
        ' '
    } else {
        character
    }
}

/// In characters, as kube-apiserver.
const EACH_MAX: usize = 256;
const TOTAL_MAX: usize = 4 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(warnings: &[String]) -> Vec<String> {
        let text = |value: HeaderValue| String::from_utf8(value.as_bytes().to_vec()).unwrap();
        headers(warnings).into_iter().map(text).collect()
    }

    #[test]
    fn a_warning_is_quoted_and_has_no_control_characters() {
        assert_eq!(
            shown(&["a \"b\" \\ c\r\nX: y\0\u{85}\u{fc}".to_owned()]),
            ["299 - \"a \\\"b\\\" \\\\ c  X: y  \u{fc}\""]
        );
    }

    #[test]
    fn warnings_that_fit_together_are_told_in_full() {
        let long = "\u{fc}".repeat(TOTAL_MAX - 1);
        let told = shown(&[long.clone(), "b".to_owned()]);
        assert_eq!(
            told,
            [format!("299 - \"{long}\""), "299 - \"b\"".to_owned()]
        );
    }

    #[test]
    fn of_too_many_warnings_the_first_are_told_by_their_beginnings() {
        let warnings = vec!["\u{fc}".repeat(1000); 100];
        let told = shown(&warnings);
        assert_eq!(told.len(), TOTAL_MAX / EACH_MAX);
        let beginning = "\u{fc}".repeat(EACH_MAX);
        assert!(
            told.iter()
                .all(|text| *text == format!("299 - \"{beginning}\""))
        );
    }
}
