//! Paths that mean one thing to everybody.

use percent_encoding::percent_decode_str;

use super::Refusal;

/// Refuses a path that another server could take for another: with steps upwards, slashes in
/// disguise, or escapes of escapes.
pub(super) fn check(path: &str) -> Result<(), Refusal> {
    let valid = path.starts_with('/') && path.split('/').all(is_plain);
    match valid {
        true => Ok(()),
        false => Err(Refusal::bad_request(
            "the path could mean more than one thing",
        )),
    }
}

/// Whether no segment is empty either, but for the last: the API server would tidy such a path.
pub(crate) fn is_unambiguous(path: &str) -> bool {
    let inner = path.strip_prefix('/').unwrap_or(path);
    let inner = inner.strip_suffix('/').unwrap_or(inner);
    !inner.split('/').any(str::is_empty)
}

fn is_plain(segment: &str) -> bool {
    if !escapes_are_whole(segment) {
        return false;
    }
    let Ok(decoded) = percent_decode_str(segment).decode_utf8() else {
        return false;
    };
    let forbidden = |char: char| char.is_control() || matches!(char, '/' | '\\' | '%');
    decoded != "." && decoded != ".." && !decoded.contains(forbidden)
}

fn escapes_are_whole(segment: &str) -> bool {
    let mut after = segment.split('%').skip(1);
    after.all(|text| text.len() >= 2 && text.bytes().take(2).all(|byte| byte.is_ascii_hexdigit()))
}
