//! Paths and queries as Go handles and writes them, since that is what kubelets and pods get from the
//! real server.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

/// Joins two paths into one without `.`, `..` and empty parts. The slash at the end of the second one
/// is kept. Nothing joined to nothing is nothing.
pub(crate) fn clean_join(first: &str, second: &str) -> String {
    let both = [first, second];
    let parts: Vec<&str> = both.into_iter().filter(|part| !part.is_empty()).collect();
    if parts.is_empty() {
        return String::new();
    }
    let mut path = clean(&parts.join("/"));
    let slash = parts.last().is_some_and(|last| last.ends_with('/'));
    if slash && !path.ends_with('/') {
        path.push('/');
    }
    path
}

/// The shortest path to the same place.
fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut kept: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if kept.last().is_some_and(|last| *last != "..") => drop(kept.pop()),
            // There is nothing above the root.
            ".." if rooted => {}
            part => kept.push(part),
        }
    }
    let path = kept.join("/");
    match (rooted, path.is_empty()) {
        (true, _) => format!("/{path}"),
        (false, true) => ".".to_owned(),
        (false, false) => path,
    }
}

/// A path as it stands in a URL.
pub(crate) fn escape_path(path: &str) -> String {
    percent_encode(path.as_bytes(), PATH).to_string()
}

/// Parameters as a query, in this order.
pub(crate) fn escape_query<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut query = String::new();
    for (key, value) in parameters {
        if !query.is_empty() {
            query.push('&');
        }
        for (text, end) in [(key, "="), (value, "")] {
            let escaped = percent_encode(text.as_bytes(), QUERY).to_string();
            query.push_str(&escaped.replace("%20", "+"));
            query.push_str(end);
        }
    }
    query
}

const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');
const PATH: &AsciiSet = &QUERY
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b',')
    .remove(b'/')
    .remove(b':')
    .remove(b';')
    .remove(b'=')
    .remove(b'@');

#[cfg(test)]
mod tests {
    use super::*;

    // Every expectation is what Go's path.Join and url.URL make of it.
    #[test]
    fn paths_are_joined_as_in_go() {
        for (first, second, joined) in [
            ("", "", ""),
            ("", "/", "/"),
            ("", "/a/b", "/a/b"),
            ("", "/a//b/", "/a/b/"),
            ("", "/a/../b/./c", "/b/c"),
            ("", "/../..", "/"),
            ("", "/../a/", "/a/"),
            ("/x", "/", "/x/"),
            ("/x/proxy/", "/a", "/x/proxy/a"),
            ("/x/../..", "", "/"),
            ("a", "../..", ".."),
            ("a", "..", "."),
        ] {
            assert_eq!(clean_join(first, second), joined, "{first:?} {second:?}");
        }
    }

    #[test]
    fn paths_are_escaped_as_in_go() {
        for (path, escaped) in [
            ("/a/b", "/a/b"),
            ("/c d?e%#", "/c%20d%3Fe%25%23"),
            (
                "/€/~!*'()$&+,:;=@[]",
                "/%E2%82%AC/~%21%2A%27%28%29$&+,:;=@%5B%5D",
            ),
        ] {
            assert_eq!(escape_path(path), escaped);
        }
    }

    #[test]
    fn queries_are_escaped_as_in_go() {
        let parameters = [("command", "a b"), ("command", "c&d=%41+é~"), ("tty", "1")];
        assert_eq!(
            escape_query(parameters),
            "command=a+b&command=c%26d%3D%2541%2B%C3%A9~&tty=1"
        );
        assert_eq!(escape_query([]), "");
    }
}
