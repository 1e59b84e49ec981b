//! What a client sent, as an object of the resource that it was sent to.

use pintle_codec::Str;

use super::{Registry, Served};
use crate::{
    quote::Quoted,
    schema::{Tree, decode, type_meta},
    status::Failure,
};

/// An object that a client sent.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    /// The object.
    pub(crate) tree: Tree,
    /// What the client should be told about it.
    pub(crate) warnings: Vec<String>,
}

/// What happens to fields that are unknown or repeated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum FieldValidation {
    /// They are dropped.
    Ignore,
    /// They are dropped, and the client is told.
    #[default]
    Warn,
    /// They are an error.
    Strict,
}

impl Registry {
    /// Reads an object of `served` from JSON.
    pub(crate) fn read(
        &self,
        served: Served,
        body: &[u8],
        validation: FieldValidation,
    ) -> Result<Input, Failure> {
        let facts = served.facts;
        let found = type_meta(body).map_err(|error| {
            Failure::bad_request(format!(
                "the object provided is unrecognized (must be of type {}): couldn't get \
                 version/kind; json parse error: {error} ({})",
                facts.kind,
                summary(body)
            ))
        })?;
        let api_version = facts.api_version;
        let kind = or(found.kind, facts.kind);
        let found_version = or(found.api_version, api_version);
        let short_version = found_version.rsplit('/').next().unwrap_or_default();
        let refuse = |why: &dyn std::fmt::Display| {
            Failure::bad_request(format!(
                "{kind} in version {} cannot be handled as a {}: {why}",
                Quoted(short_version),
                facts.kind
            ))
        };
        if (kind.as_str(), found_version.as_str()) != (facts.kind, api_version) {
            let known = self.resources().iter().any(|other| {
                other.facts.kind == kind.as_str()
                    && other.facts.api_version == found_version.as_str()
            });
            return Err(if known {
                let group = if facts.group.is_empty() {
                    "core"
                } else {
                    facts.group
                };
                refuse(&format!(
                    "converting ({short_version}.{kind}) to ({group}.{}): unknown conversion",
                    facts.kind
                ))
            } else {
                refuse(&format!(
                    "no kind {} is registered for version {} in scheme \
                     \"pkg/runtime/scheme.go:111\"",
                    Quoted(&kind),
                    Quoted(&found_version)
                ))
            });
        }
        let decoded = decode(body, facts.schema).map_err(|error| refuse(&error))?;
        if validation == FieldValidation::Strict && !decoded.excess.is_empty() {
            let excess = decoded.excess.join(", ");
            return Err(refuse(&format!("strict decoding error: {excess}")));
        }
        let mut tree = Tree::new(decoded.object, facts.schema);
        tree.set(&["kind"], facts.kind.into());
        tree.set(&["apiVersion"], api_version.into());
        Ok(Input {
            tree,
            warnings: match validation {
                FieldValidation::Warn => decoded.excess,
                _ => Vec::new(),
            },
        })
    }
}

fn or(found: Str, default: &str) -> Str {
    if found.is_empty() {
        default.into()
    } else {
        found
    }
}

/// The beginning of what was sent: as text if it looks like JSON, else in hexadecimal.
fn summary(body: &[u8]) -> String {
    const SHOWN: usize = 30;
    let (shown, more) = match body {
        [] => return "<empty>".to_owned(),
        body if body.len() > SHOWN => (&body[..SHOWN], " ..."),
        body => (body, ""),
    };
    if body[0] == b'{' {
        format!("{}{more}", String::from_utf8_lossy(shown))
    } else {
        let digits: String = shown.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{digits}{more}")
    }
}
