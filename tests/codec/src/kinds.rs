//! The kinds that pintle's types are of, by the names that files and frames call them.

use pintle_api::scheme::{self, Registered};

/// A kind that documents can be of.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// One of the API's kinds.
    Registered(&'static Registered),
    /// A frame of a watch. It does not say what it is, so no scheme has it, but it has a type.
    WatchEvent,
}

impl Kind {
    /// The kind of that name; `core` or nothing stands for the core group.
    pub(crate) fn find(group: &str, version: &str, kind: &str) -> Option<Self> {
        let group = if group == "core" { "" } else { group };
        if (group, version, kind) == ("", "v1", "WatchEvent") {
            return Some(Self::WatchEvent);
        }
        scheme::find(group, version, kind).map(Self::Registered)
    }

    /// The kind of that name: `v1/Pod`, `apps/v1/Deployment`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let (api_version, kind) = name.rsplit_once('/')?;
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Self::find(group, version, kind)
    }
}

/// The names of all kinds, as [`Kind::named`] reads them.
pub(crate) fn names() -> impl Iterator<Item = String> {
    let registered = scheme::kinds().iter().map(|kind| {
        let type_meta = kind.type_meta();
        format!("{}/{}", type_meta.api_version, type_meta.kind)
    });
    registered.chain(["v1/WatchEvent".to_owned()])
}
