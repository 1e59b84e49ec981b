//! [`ServerVersion`], the version of a server.

use std::fmt;

use pintle_codec::{Str, Value, json};

use crate::Error;

/// The version of a server, as it says it at `/version`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerVersion {
    /// The major version: `1`.
    pub major: Str,
    /// The minor version, such as `36`; of some providers with a `+`.
    pub minor: Str,
    /// The version as it is tagged, such as `v1.36.3`.
    pub git_version: Str,
    /// The commit.
    pub git_commit: Str,
    /// `clean` if nothing but the commit was built.
    pub git_tree_state: Str,
    /// When it was built, in RFC 3339.
    pub build_date: Str,
    /// The version of Go that it was built with.
    pub go_version: Str,
    /// The compiler.
    pub compiler: Str,
    /// The operating system and architecture.
    pub platform: Str,
}

impl ServerVersion {
    pub(crate) fn read(document: &[u8]) -> Result<Self, Error> {
        let tree =
            json::parse(document).map_err(|error| Error::invalid_answer("its version", error))?;
        let text = |name: &str| -> Str {
            let value = tree.get(name).and_then(Value::as_str);
            value.unwrap_or_default().into()
        };
        Ok(Self {
            major: text("major"),
            minor: text("minor"),
            git_version: text("gitVersion"),
            git_commit: text("gitCommit"),
            git_tree_state: text("gitTreeState"),
            build_date: text("buildDate"),
            go_version: text("goVersion"),
            compiler: text("compiler"),
            platform: text("platform"),
        })
    }
}

/// The version as it is tagged.
impl fmt::Display for ServerVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.git_version)
    }
}
