//! Which paths are served.

use super::Refusal;

/// The paths that are served: all, unless some are named.
///
/// Invariant: what is compared is the path as it came. A path that is spelt otherwise, with escapes,
/// is none of those that are named, whatever it means.
#[derive(Debug, Default)]
pub(super) struct Served(Vec<Pattern>);

/// The segments of a path, of which `*` is any one and, at the end, `**` all that follow.
#[derive(Debug)]
struct Pattern {
    segments: Vec<String>,
    is_open: bool,
}

impl Served {
    pub(super) fn new(patterns: &[String]) -> Self {
        Self(patterns.iter().map(|text| Pattern::new(text)).collect())
    }

    pub(super) fn check(&self, path: &str) -> Result<(), Refusal> {
        let is_served = self.0.is_empty() || self.0.iter().any(|pattern| pattern.matches(path));
        match is_served {
            true => Ok(()),
            false => Err(Refusal {
                status: http::StatusCode::FORBIDDEN,
                message: "the gateway does not serve this path; allow it with --allow-path",
            }),
        }
    }
}

impl Pattern {
    fn new(text: &str) -> Self {
        let mut segments: Vec<String> = segments(text).map(str::to_owned).collect();
        let is_open = segments.last().is_some_and(|last| last == "**");
        if is_open {
            segments.pop();
        }
        Self { segments, is_open }
    }

    fn matches(&self, path: &str) -> bool {
        let mut path = segments(path);
        let begins = self.segments.iter().all(|wanted| {
            let found = path.next();
            found.is_some_and(|found| wanted == "*" || wanted == found)
        });
        begins && (self.is_open || path.next().is_none())
    }
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.strip_prefix('/').unwrap_or(path).split('/')
}
