//! Which requests have answers that go on for as long as both sides like.

use http::Uri;

/// Whether the answer may go on for ever: a watch, or a log that is followed.
pub(crate) fn is_long_running(uri: &Uri) -> bool {
    asks_for(uri, "watch") || asks_for(uri, "follow")
}

/// Whether an option is on: as API servers read it, it is unless it says `false` or `0`.
pub(crate) fn asks_for(uri: &Uri, option: &str) -> bool {
    let query = uri.query().unwrap_or_default();
    let value = query.split('&').find_map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (name == option).then_some(value)
    });
    value.is_some_and(|value| !value.eq_ignore_ascii_case("false") && value != "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn watches_and_logs_that_are_followed_are_told_by_their_options() {
        for (uri, expected) in [
            ("/api/v1/pods", false),
            ("/api/v1/pods?watch=true", true),
            ("/api/v1/pods?limit=5&watch=1", true),
            ("/api/v1/pods?watch", true),
            ("/api/v1/pods?watch=false&limit=5", false),
            ("/api/v1/pods?watch=0", false),
            ("/api/v1/pods?labelSelector=watch%3Dtrue", false),
            ("/x/log?follow=true&container=a", true),
        ] {
            let uri: Uri = uri.parse().unwrap();
            assert_eq!(is_long_running(&uri), expected, "{uri}");
        }
    }
}
