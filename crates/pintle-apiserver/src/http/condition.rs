//! Whether a client has a document already: `If-None-Match`.

use http::{HeaderMap, header};

/// Whether the client has what has this tag, which is quoted.
pub(super) fn has(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.get_all(header::IF_NONE_MATCH).iter();
    let known = known.filter_map(|value| value.to_str().ok());
    let mut known = known.flat_map(|value| value.split(',')).map(str::trim);
    known.any(|known| known.strip_prefix("W/").unwrap_or(known) == tag || known == "*")
}
