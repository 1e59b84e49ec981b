//! The `Accept` header, taken apart.

use http::{HeaderMap, header};

/// One of the things that a client takes.
#[derive(Debug)]
pub(super) struct Clause<'a> {
    /// The media type, in lower case.
    pub(super) media_type: String,
    parameters: Vec<(&'a str, &'a str)>,
}

impl Clause<'_> {
    /// Whether a media type is among what it means.
    pub(super) fn takes(&self, media_type: &str) -> bool {
        match self.media_type.strip_suffix("/*") {
            Some("*") => true,
            Some(kind) => media_type.split('/').next() == Some(kind),
            None => self.media_type == media_type,
        }
    }

    /// Whether it has a parameter.
    pub(super) fn has(&self, name: &str) -> bool {
        self.parameters.iter().any(|(known, _)| *known == name)
    }

    /// The value of a parameter; empty if it has none.
    pub(super) fn parameter(&self, name: &str) -> &str {
        let named = self.parameters.iter().find(|(known, _)| *known == name);
        named.map_or("", |(_, value)| value)
    }
}

/// What a client takes, what it likes best first; nothing if it does not say.
pub(super) fn clauses(headers: &HeaderMap) -> Option<Vec<Clause<'_>>> {
    let accept = headers.get(header::ACCEPT)?;
    // What is no text matches nothing.
    let accept = accept.to_str().unwrap_or("?");
    let mut clauses: Vec<_> = accept.split(',').map(clause).collect();
    // What is named stands before what is meant by a wildcard.
    let wildcards = |clause: &Clause<'_>| clause.media_type.matches('*').count();
    clauses.sort_by(|(a, one), (b, other)| {
        b.total_cmp(a)
            .then_with(|| wildcards(one).cmp(&wildcards(other)))
    });
    let clauses = clauses.into_iter().map(|(_, clause)| clause);
    (!accept.is_empty()).then(|| clauses.collect())
}

fn clause(text: &str) -> (f64, Clause<'_>) {
    let mut parts = text.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default().to_ascii_lowercase();
    let parameters = parts.map(|part| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (name.trim(), value.trim())
    });
    let clause = Clause {
        media_type,
        parameters: parameters.collect(),
    };
    let quality = clause.parameter("q").parse().unwrap_or(1.0);
    (quality, clause)
}
