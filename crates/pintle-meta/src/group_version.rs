//! The names of API types: group, version, kind, resource.

use std::fmt;
use std::str::FromStr;

use pintle_codec::Str;

/// An API group and its version, such as `apps/v1`, or `v1` for the core group.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupVersion {
    /// The group; empty for the core group.
    pub group: Str,
    /// The version.
    pub version: Str,
}

/// A kind within an API group and version, such as `apps/v1, Kind=Deployment`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupVersionKind {
    /// The group; empty for the core group.
    pub group: Str,
    /// The version.
    pub version: Str,
    /// The kind.
    pub kind: Str,
}

/// A resource within an API group and version, such as `apps/v1, Resource=deployments`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupVersionResource {
    /// The group; empty for the core group.
    pub group: Str,
    /// The version.
    pub version: Str,
    /// The resource: the lower-case plural that stands in paths.
    pub resource: Str,
}

/// Text that is not `group/version` or `version`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError(String);

impl GroupVersion {
    /// A version of a group.
    pub fn new(group: impl Into<Str>, version: impl Into<Str>) -> Self {
        Self {
            group: group.into(),
            version: version.into(),
        }
    }

    /// A version of the core group, the one without a name.
    pub fn core(version: impl Into<Str>) -> Self {
        Self::new("", version)
    }

    /// A kind of this group and version.
    pub fn with_kind(&self, kind: impl Into<Str>) -> GroupVersionKind {
        GroupVersionKind {
            group: self.group.clone(),
            version: self.version.clone(),
            kind: kind.into(),
        }
    }

    /// A resource of this group and version.
    pub fn with_resource(&self, resource: impl Into<Str>) -> GroupVersionResource {
        GroupVersionResource {
            group: self.group.clone(),
            version: self.version.clone(),
            resource: resource.into(),
        }
    }
}

impl GroupVersionKind {
    /// The group and version.
    pub fn group_version(&self) -> GroupVersion {
        GroupVersion {
            group: self.group.clone(),
            version: self.version.clone(),
        }
    }
}

impl GroupVersionResource {
    /// The group and version.
    pub fn group_version(&self) -> GroupVersion {
        GroupVersion {
            group: self.group.clone(),
            version: self.version.clone(),
        }
    }
}

impl fmt::Display for GroupVersion {
    /// As in `apiVersion`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.group.is_empty() {
            return f.write_str(&self.version);
        }
        write!(f, "{}/{}", self.group, self.version)
    }
}

impl fmt::Display for GroupVersionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, Kind={}", self.group_version(), self.kind)
    }
}

impl fmt::Display for GroupVersionResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, Resource={}", self.group_version(), self.resource)
    }
}

impl FromStr for GroupVersion {
    type Err = ParseError;

    /// Reads an `apiVersion`.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (group, version) = text.split_once('/').unwrap_or(("", text));
        let without_group = text.starts_with('/');
        if version.is_empty() || version.contains('/') || without_group {
            return Err(ParseError(text.to_owned()));
        }
        Ok(Self::new(group, version))
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is not an API version such as v1 or apps/v1",
            self.0
        )
    }
}

impl std::error::Error for ParseError {}

#[cfg(test)]
mod tests {
    use super::GroupVersion;

    #[test]
    fn reads_and_prints_an_api_version() {
        for text in ["v1", "apps/v1", "example.org/v1alpha1"] {
            assert_eq!(text.parse::<GroupVersion>().unwrap().to_string(), text);
        }
        assert_eq!("v1".parse(), Ok(GroupVersion::core("v1")));
        for text in ["", "/", "/v1", "apps/", "a/b/c"] {
            assert!(text.parse::<GroupVersion>().is_err(), "{text}");
        }
    }
}
