//! [`PartialResource`], a resource as far as it was named; [`Mapping`], what it turned out to be.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use pintle_codec::Str;
use pintle_meta::{GroupVersionKind, GroupVersionResource};

/// A resource as far as somebody named it: `deployments`, `deploy.apps`, `deployments.v1.apps`.
///
/// The name may be that of the plural or of the singular, in any case; a group may be the beginning of
/// one (`ingresses.networking`).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartialResource {
    /// The group, or the beginning of it; empty if any will do.
    pub group: Str,
    /// The version; empty if any will do.
    pub version: Str,
    /// The resource.
    pub resource: Str,
}

/// A resource of a group, whatever its version.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupResource {
    /// The group; empty for the core group.
    pub group: Str,
    /// The lower-case plural.
    pub resource: Str,
}

/// A resource, the kind of its objects and whether they live in namespaces.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mapping {
    /// The resource.
    pub resource: GroupVersionResource,
    /// The kind.
    pub kind: GroupVersionKind,
    /// Whether objects live in namespaces.
    pub namespaced: bool,
}

impl PartialResource {
    /// A resource of any group and version.
    pub fn new(resource: impl Into<Str>) -> Self {
        Self {
            resource: resource.into(),
            ..Self::default()
        }
    }

    /// Of a group, or of one that begins like this.
    #[must_use]
    pub fn group(mut self, group: impl Into<Str>) -> Self {
        self.group = group.into();
        self
    }

    /// Of a version.
    #[must_use]
    pub fn version(mut self, version: impl Into<Str>) -> Self {
        self.version = version.into();
        self
    }

    /// As kubectl takes it, `RESOURCE.VERSION.GROUP`, if it has three parts.
    pub(super) fn with_version(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        let (resource, version, group) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self::new(resource).version(version).group(group))
    }

    /// The same, with its resource in lower case, as resources are.
    pub(super) fn lowered(&self) -> Self {
        let mut lowered = self.clone();
        if lowered.resource.chars().any(char::is_uppercase) {
            lowered.resource = lowered.resource.to_lowercase().into();
        }
        lowered
    }
}

/// Reads `RESOURCE` or `RESOURCE.GROUP`.
impl FromStr for PartialResource {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let (resource, group) = text.split_once('.').unwrap_or((text, ""));
        Ok(Self::new(resource).group(group))
    }
}

impl From<&GroupVersionResource> for PartialResource {
    fn from(resource: &GroupVersionResource) -> Self {
        Self {
            group: resource.group.clone(),
            version: resource.version.clone(),
            resource: resource.resource.clone(),
        }
    }
}

impl fmt::Display for PartialResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.resource)?;
        for part in [&self.version, &self.group] {
            if !part.is_empty() {
                write!(f, ".{part}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for GroupResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.resource)?;
        if self.group.is_empty() {
            return Ok(());
        }
        write!(f, ".{}", self.group)
    }
}
