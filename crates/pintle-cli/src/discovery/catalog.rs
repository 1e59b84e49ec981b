//! The types of a server, and the rules by which a name finds one.
//!
//! Invariant: types stay in the server's order, which is the order of preference: the core group
//! first, within a group the preferred version first.

use std::collections::HashSet;
use std::fmt;

use pintle_codec::Str;
use pintle_meta::{GroupVersion, GroupVersionKind};

use crate::error::{Error, Kind};

/// All types of a server.
#[derive(Debug, Default)]
pub(crate) struct Catalog {
    types: Vec<ResourceType>,
    versions: Vec<GroupVersion>,
    unavailable: Vec<GroupVersion>,
}

/// A type of objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ResourceType {
    pub(crate) group_version: GroupVersion,
    pub(crate) kind: Str,
    /// The name in paths.
    pub(crate) plural: Str,
    /// Empty where the server does not say.
    pub(crate) singular: Str,
    pub(crate) short_names: Vec<Str>,
    pub(crate) namespaced: bool,
    pub(crate) verbs: Vec<Str>,
    pub(crate) categories: Vec<Str>,
}

impl ResourceType {
    /// How output calls an object's type: `pod`, `deployment.apps`.
    pub(crate) fn object_type(&self) -> String {
        let kind = self.kind.to_lowercase();
        match self.group_version.group.as_str() {
            "" => kind,
            group => format!("{kind}.{group}"),
        }
    }

    fn is_called(&self, name: &str) -> bool {
        // The singular is empty where the server does not say.
        let called = self.plural == name || self.singular == name;
        !name.is_empty() && (called || self.kind.eq_ignore_ascii_case(name))
    }

    fn has_short_name(&self, name: &str) -> bool {
        self.short_names.iter().any(|short| short == name)
    }
}

/// As it is named without doubt: `pods`, `deployments.apps`.
impl fmt::Display for ResourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.group_version.group.as_str() {
            "" => f.write_str(&self.plural),
            group => write!(f, "{}.{group}", self.plural),
        }
    }
}

impl Catalog {
    pub(super) fn add(&mut self, resource: ResourceType) {
        self.types.push(resource);
    }

    /// Notes a group and version, whether or not there are types of it.
    pub(super) fn add_version(&mut self, group_version: GroupVersion) {
        self.versions.push(group_version);
    }

    /// All groups and versions.
    pub(crate) fn versions(&self) -> &[GroupVersion] {
        &self.versions
    }

    /// The types, each in the version that the server prefers.
    pub(crate) fn preferred(&self) -> Vec<&ResourceType> {
        let mut seen = HashSet::new();
        let first = |found: &&ResourceType| {
            let group = found.group_version.group.clone();
            seen.insert((group, found.plural.clone()))
        };
        self.types.iter().filter(first).collect()
    }

    /// Notes a part of the API that the server knows of and cannot describe.
    pub(super) fn add_unavailable(&mut self, group_version: GroupVersion) {
        self.unavailable.push(group_version);
    }

    /// The type that a name means: a plural, a singular, a kind or a short name, optionally with
    /// its group (`deployments.apps`) or with version and group (`deployments.v1.apps`).
    pub(crate) fn find(&self, name: &str) -> Result<&ResourceType, Error> {
        let lower = name.to_lowercase();
        let Some((resource, qualifier)) = lower.split_once('.') else {
            return self
                .search(&lower, |_| true)
                .ok_or_else(|| self.unknown(name, &lower));
        };
        let by_version = || {
            let (version, group) = qualifier.split_once('.').unwrap_or((qualifier, ""));
            let wanted = GroupVersion::new(group, version);
            self.search(resource, |found| found.group_version == wanted)
        };
        let by_group = || self.search(resource, |found| found.group_version.group == qualifier);
        by_version()
            .or_else(by_group)
            .ok_or_else(|| self.unknown(name, resource))
    }

    /// The type of objects that say they are of this kind.
    pub(crate) fn find_kind(&self, wanted: &GroupVersionKind) -> Option<&ResourceType> {
        let group_version = wanted.group_version();
        self.types
            .iter()
            .find(|found| found.kind == wanted.kind && found.group_version == group_version)
    }

    /// The versions that have this kind, such as `apps/v1`.
    pub(crate) fn versions_of_kind(&self, kind: &str) -> Vec<String> {
        let types = self.types.iter().filter(|found| found.kind == kind);
        types.map(|found| found.group_version.to_string()).collect()
    }

    fn search(&self, name: &str, accept: impl Fn(&ResourceType) -> bool) -> Option<&ResourceType> {
        let find = |matches: &dyn Fn(&ResourceType) -> bool| {
            self.types
                .iter()
                .find(|found| matches(found) && accept(found))
        };
        // A whole name wins over a short one, whatever its group.
        find(&|found| found.is_called(name)).or_else(|| find(&|found| found.has_short_name(name)))
    }

    fn unknown(&self, name: &str, resource: &str) -> Error {
        let error = Error::new(
            Kind::NotFound,
            format!("the server doesn't have a resource type {name:?}"),
        );
        if let Some(similar) = self.similar(resource) {
            return error.with_hint(format!("did you mean {similar:?}?"));
        }
        if !self.unavailable.is_empty() {
            let list: Vec<String> = self.unavailable.iter().map(ToString::to_string).collect();
            return error.with_hint(format!(
                "the server cannot describe {} at present; if the type is of these, try again",
                list.join(", ")
            ));
        }
        error.with_hint(
            "check the spelling; a custom resource needs its CustomResourceDefinition in the cluster",
        )
    }

    /// The name of a type that was probably meant.
    fn similar(&self, name: &str) -> Option<String> {
        let closeness = |found: &ResourceType| {
            let to = |other: &str| strsim::jaro_winkler(other, name);
            to(&found.plural).max(to(&found.singular))
        };
        // Of equals `max_by` takes the last; the server's first is meant.
        let scored = self
            .types
            .iter()
            .rev()
            .map(|found| (closeness(found), found));
        scored
            .filter(|(closeness, _)| *closeness > ALMOST_EQUAL)
            .max_by(|(a, _), (b, _)| a.total_cmp(b))
            .map(|(_, found)| found.to_string())
    }
}

const ALMOST_EQUAL: f64 = 0.85;

#[cfg(test)]
mod tests {
    use super::*;

    fn catalog() -> Catalog {
        let mut catalog = Catalog::default();
        for (group, version, kind, plural, short) in [
            ("", "v1", "Pod", "pods", "po"),
            ("", "v1", "Event", "events", "ev"),
            ("apps", "v1", "Deployment", "deployments", "deploy"),
            ("events.k8s.io", "v1", "Event", "events", "ev"),
            ("example.org", "v2", "Deployment", "deployments", "d"),
            ("example.org", "v1", "Deployment", "deployments", "d"),
            // Called as the short name of another.
            ("example.org", "v1", "Po", "po", ""),
        ] {
            catalog.add(ResourceType {
                group_version: GroupVersion::new(group, version),
                kind: kind.into(),
                plural: plural.into(),
                singular: kind.to_lowercase().into(),
                short_names: vec![short.into()],
                namespaced: true,
                verbs: vec!["get".into()],
                categories: Vec::new(),
            });
        }
        catalog
    }

    fn found(name: &str) -> String {
        match catalog().find(name) {
            Ok(found) => format!("{} {}", found.group_version, found.plural),
            Err(error) => format!("{error}; {}", error.hint()),
        }
    }

    #[test]
    fn a_type_is_found_by_any_of_its_names() {
        for name in ["pods", "pod", "Pod", "PODS"] {
            assert_eq!(found(name), "v1 pods", "{name}");
        }
        assert_eq!(found("deploy"), "apps/v1 deployments");
        assert_eq!(found("pods.v1"), "v1 pods");
        assert_eq!(found("pods.v1."), "v1 pods");
    }

    #[test]
    fn of_several_the_servers_first_is_meant_unless_a_group_is_named() {
        assert_eq!(found("events"), "v1 events");
        assert_eq!(found("events.events.k8s.io"), "events.k8s.io/v1 events");
        assert_eq!(found("ev.events.k8s.io"), "events.k8s.io/v1 events");
        assert_eq!(found("deployments"), "apps/v1 deployments");
        assert_eq!(
            found("deployments.example.org"),
            "example.org/v2 deployments"
        );
        assert_eq!(
            found("deployments.v1.example.org"),
            "example.org/v1 deployments"
        );
    }

    #[test]
    fn a_whole_name_wins_over_a_short_one() {
        assert_eq!(found("po"), "example.org/v1 po");
    }

    #[test]
    fn an_unknown_type_is_named_with_the_one_that_was_meant() {
        assert_eq!(
            found("deploymnets"),
            r#"the server doesn't have a resource type "deploymnets"; did you mean "deployments.apps"?"#
        );
        assert!(found("widgets").contains("CustomResourceDefinition"));
        assert!(found("deployments.v3.apps").starts_with("the server doesn't have"));
    }

    #[test]
    fn a_kind_is_found_in_its_version_only() {
        let catalog = catalog();
        let find = |version: &str, kind: &str| {
            let version: GroupVersion = version.parse().unwrap();
            catalog.find_kind(&version.with_kind(kind)).is_some()
        };
        assert!(find("apps/v1", "Deployment"));
        assert!(!find("apps/v2", "Deployment"));
        assert!(!find("apps/v1", "deployment"));
        assert_eq!(
            catalog.versions_of_kind("Deployment"),
            ["apps/v1", "example.org/v2", "example.org/v1"]
        );
    }
}
