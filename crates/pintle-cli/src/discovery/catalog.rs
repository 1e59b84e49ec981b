//! The types of a server, and which of them a name means.
//!
//! Invariant: types stay in the server's order, which is the order of preference: the core group
//! first.

use std::fmt;

use pintle_codec::Str;
use pintle_discovery::{Discovered, RestMapper};
use pintle_meta::v1::APIResource;
use pintle_meta::{GroupVersion, GroupVersionKind};

use crate::error::{Error, Kind};

/// All types of a server.
#[derive(Debug)]
pub(crate) struct Catalog {
    types: Vec<ResourceType>,
    discovered: Discovered,
    mapper: RestMapper,
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

    /// A type, if it is none of parts of others.
    fn new(group_version: &GroupVersion, resource: &APIResource) -> Option<Self> {
        // The name of such a part is `pods/status`.
        (!resource.name.contains('/')).then(|| Self {
            group_version: group_version.clone(),
            kind: resource.kind.clone(),
            plural: resource.name.clone(),
            singular: resource.singular_name.clone(),
            short_names: resource.short_names.iter().cloned().collect(),
            namespaced: resource.namespaced,
            verbs: resource.verbs.iter().cloned().collect(),
            categories: resource.categories.iter().cloned().collect(),
        })
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
    pub(super) fn new(discovered: &Discovered) -> Self {
        Self {
            types: types(discovered),
            discovered: discovered.clone(),
            mapper: RestMapper::new(discovered),
        }
    }

    /// All groups and versions.
    pub(crate) fn versions(&self) -> Vec<String> {
        let groups = self.discovered.groups().iter();
        let versions = groups.flat_map(|group| &group.versions);
        versions
            .map(|version| version.group_version.to_string())
            .collect()
    }

    /// The types, each in the version that the server prefers.
    pub(crate) fn preferred(&self) -> Vec<ResourceType> {
        types(&self.discovered.preferred())
    }

    /// The type that a name means, as kubectl understands it: a plural, a singular, a kind or a short
    /// name, optionally with its group (`deployments.apps`) or with version and group
    /// (`deployments.v1.apps`).
    pub(crate) fn find(&self, name: &str) -> Result<&ResourceType, Error> {
        let found = match self.mapper.lookup(name) {
            Ok(mapping) => self.types.iter().find(|it| {
                let wanted = &mapping.resource;
                it.plural == wanted.resource && it.group_version == wanted.group_version()
            }),
            Err(error) if error.is_ambiguous() => {
                return Err(Error::of(Kind::Usage, error).with_hint("name it with its group"));
            }
            Err(_) => None,
        };
        found.ok_or_else(|| self.unknown(name))
    }

    /// Whether all of these names mean something.
    pub(crate) fn knows<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> bool {
        names.into_iter().all(|name| self.find(name).is_ok())
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

    fn unknown(&self, name: &str) -> Error {
        let lower = name.to_lowercase();
        let resource = lower.split('.').next().unwrap_or_default();
        let error = Error::new(
            Kind::NotFound,
            format!("the server doesn't have a resource type {name:?}"),
        );
        if let Some(similar) = self.similar(resource) {
            return error.with_hint(format!("did you mean {similar:?}?"));
        }
        let unavailable = self.discovered.failed();
        if !unavailable.is_empty() {
            let list: Vec<String> = unavailable.keys().map(ToString::to_string).collect();
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

fn types(discovered: &Discovered) -> Vec<ResourceType> {
    let resources = discovered.resources();
    resources
        .filter_map(|(group_version, resource)| ResourceType::new(group_version, resource))
        .collect()
}

const ALMOST_EQUAL: f64 = 0.85;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;
    use http::{Request, Response};
    use pintle_client::Client;
    use pintle_discovery::{Discovery as _, DiscoveryClient};
    use pintle_transport::{Body, Transport};

    use super::*;

    /// That of a server with these types, of each a group, version, kind, plural and short name; and with a
    /// group that somebody else serves, who is down.
    async fn catalog() -> Catalog {
        let answer = |request: Request<Body>| async move {
            let body = match request.uri().path() {
                "/api" => list(&[group("", &["v1"], &[("v1", "Pod", "pods", "po"), ("v1", "Event", "events", "ev")])]),
                _ => list(&[
                    group("apps", &["v1"], &[("v1", "Deployment", "deployments", "deploy")]),
                    group("events.k8s.io", &["v1"], &[("v1", "Event", "events", "ev")]),
                    group("example.org", &["v2", "v1"], &[
                        ("v2", "Deployment", "deployments", "d"),
                        ("v1", "Deployment", "deployments", "d"),
                        // Called as the short name of another.
                        ("v1", "Po", "po", ""),
                    ]),
                    r#"{"metadata":{"name":"metrics.k8s.io"},"versions":[{"version":"v1beta1","freshness":"Stale"}]}"#.to_owned(),
                ]),
            };
            let media_type = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
            let answer = Response::builder().header("content-type", media_type);
            let answer = answer.body(http_body_util::Full::new(Bytes::from(body)));
            Ok::<_, pintle_transport::Error>(answer.unwrap())
        };
        let transport = Transport::from_service(tower::service_fn(answer));
        let client = Client::from_transport(transport, "default");
        let discovery: Arc<dyn pintle_discovery::Discovery> =
            Arc::new(DiscoveryClient::new(&client));
        Catalog::new(&discovery.all().await.unwrap())
    }

    fn list(groups: &[String]) -> String {
        let groups = groups.join(",");
        format!(
            r#"{{"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","items":[{groups}]}}"#
        )
    }

    fn group(name: &str, versions: &[&str], types: &[(&str, &str, &str, &str)]) -> String {
        let versions = versions.iter().map(|version| {
            let types = types.iter().filter(|(of, ..)| of == version);
            let types = types.map(|(_, kind, plural, short)| {
                let (singular, short) = (kind.to_lowercase(), match *short {
                    "" => String::new(),
                    short => format!("{short:?}"),
                });
                format!(r#"{{"resource":"{plural}","responseKind":{{"kind":"{kind}"}},"scope":"Namespaced","singularResource":"{singular}","shortNames":[{short}],"verbs":["get"]}}"#)
            });
            let types = types.collect::<Vec<_>>().join(",");
            format!(r#"{{"version":"{version}","freshness":"Current","resources":[{types}]}}"#)
        });
        let versions = versions.collect::<Vec<_>>().join(",");
        format!(r#"{{"metadata":{{"name":"{name}"}},"versions":[{versions}]}}"#)
    }

    fn found(catalog: &Catalog, name: &str) -> String {
        match catalog.find(name) {
            Ok(found) => format!("{} {}", found.group_version, found.plural),
            Err(error) => format!("{error}; {}", error.hint()),
        }
    }

    #[tokio::test]
    async fn a_type_is_found_by_any_of_its_names() {
        let catalog = catalog().await;
        for name in ["pods", "pod", "Pod", "PODS", "pods.v1."] {
            assert_eq!(found(&catalog, name), "v1 pods", "{name}");
        }
        assert_eq!(found(&catalog, "deploy"), "apps/v1 deployments");
    }

    #[tokio::test]
    async fn of_several_the_servers_first_is_meant_unless_a_group_is_named() {
        let catalog = catalog().await;
        for (name, expected) in [
            ("events", "v1 events"),
            ("events.events.k8s.io", "events.k8s.io/v1 events"),
            ("ev.events.k8s.io", "events.k8s.io/v1 events"),
            ("deployments", "apps/v1 deployments"),
            ("deployments.example.org", "example.org/v2 deployments"),
            ("deployments.example", "example.org/v2 deployments"),
            ("deployments.v1.example.org", "example.org/v1 deployments"),
        ] {
            assert_eq!(found(&catalog, name), expected, "{name}");
        }
    }

    #[tokio::test]
    async fn a_whole_name_wins_over_a_short_one() {
        assert_eq!(found(&catalog().await, "po"), "example.org/v1 po");
    }

    #[tokio::test]
    async fn an_unknown_type_is_named_with_the_one_that_was_meant() {
        let catalog = catalog().await;
        assert_eq!(
            found(&catalog, "deploymnets"),
            r#"the server doesn't have a resource type "deploymnets"; did you mean "deployments.apps"?"#
        );
        // It may be of what could not be asked for.
        let missing = found(&catalog, "nodemetrics");
        assert!(missing.contains("metrics.k8s.io/v1beta1"), "{missing}");
        assert!(!catalog.knows(["pods", "nodemetrics"]));
        assert!(catalog.knows(["pods", "ev"]));
    }

    #[tokio::test]
    async fn a_kind_is_found_in_its_version_only() {
        let catalog = catalog().await;
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
