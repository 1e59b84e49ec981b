//! Discovery: what the server serves, as its clients ask for it.
//!
//! There are two forms. The older one is a document for the groups, and one for each group version.
//! The newer one has everything in one document for `/api` and one for `/apis`.

use std::collections::HashMap;

use bytes::Bytes;
use pintle_codec::{Object, Value, json};

use crate::{
    registry::{Registry, Served, ServedGroup},
    schema::Subresource,
};

/// The discovery documents of a server, made once.
#[derive(Debug)]
pub(crate) struct Discovery {
    core_versions: Bytes,
    groups: Bytes,
    group: HashMap<&'static str, Bytes>,
    resources: HashMap<(&'static str, &'static str), Bytes>,
    aggregated: HashMap<(bool, &'static str), Bytes>,
}

impl Discovery {
    /// The documents for the resources of a registry.
    pub(crate) fn new(registry: &Registry) -> Self {
        let groups: Vec<_> = registry.groups().collect();
        let named = groups.iter().filter(|group| !group.name.is_empty());
        let versions = groups
            .iter()
            .flat_map(|group| group.versions.iter().map(|version| (group.name, *version)));
        let aggregated = [true, false].into_iter().flat_map(|core| {
            ["v2", "v2beta1"].map(|version| {
                let document = aggregated(registry, &groups, core, version);
                ((core, version), document)
            })
        });
        Self {
            core_versions: core_versions(),
            groups: encode([
                ("kind", "APIGroupList".into()),
                ("apiVersion", "v1".into()),
                (
                    "groups",
                    named
                        .clone()
                        .map(|g| group(g).into())
                        .collect::<Vec<_>>()
                        .into(),
                ),
            ]),
            group: named.map(|g| (g.name, group_document(g))).collect(),
            resources: versions
                .map(|version| (version, resource_list(registry, version)))
                .collect(),
            aggregated: aggregated.collect(),
        }
    }

    /// `/api`.
    pub(crate) fn core_versions(&self) -> Bytes {
        self.core_versions.clone()
    }

    /// `/apis`.
    pub(crate) fn groups(&self) -> Bytes {
        self.groups.clone()
    }

    /// `/apis/GROUP`.
    pub(crate) fn group(&self, group: &str) -> Option<Bytes> {
        self.group.get(group).cloned()
    }

    /// The resources of a group version.
    pub(crate) fn resources(&self, group: &str, version: &str) -> Option<Bytes> {
        self.resources.get(&(group, version)).cloned()
    }

    /// Everything of the core group or of all others, in a version of the newer form.
    pub(crate) fn aggregated(&self, core: bool, version: &'static str) -> Bytes {
        let document = self.aggregated.get(&(core, version));
        document.cloned().unwrap_or_default()
    }
}

impl Served {
    /// Whether something can be done with the resource.
    pub(crate) fn offers(&self, verb: &str) -> bool {
        self.facts.verbs.contains(&verb)
    }

    fn subresources(&self) -> impl Iterator<Item = &'static Subresource> {
        let subresources = self.facts.subresources.iter();
        subresources.filter(|sub| matches!(sub.name, "status" | "finalize"))
    }
}

fn core_versions() -> Bytes {
    encode([
        ("kind", "APIVersions".into()),
        ("versions", vec![Value::from("v1")].into()),
        ("serverAddressByClientCIDRs", Vec::new().into()),
    ])
}

fn group(group: &ServedGroup) -> Object {
    let version = |version: &&str| {
        Value::from(Object::from([
            (
                "groupVersion",
                Value::from(format!("{}/{version}", group.name)),
            ),
            ("version", Value::from(*version)),
        ]))
    };
    let versions: Vec<_> = group.versions.iter().map(version).collect();
    let preferred = versions.first().cloned().unwrap_or_default();
    Object::from([
        ("name", Value::from(group.name)),
        ("versions", versions.into()),
        ("preferredVersion", preferred),
    ])
}

fn group_document(of: &ServedGroup) -> Bytes {
    let type_ = [("kind", "APIGroup".into()), ("apiVersion", "v1".into())];
    let mut document = Object::from(type_);
    for (field, value) in group(of).iter() {
        document.insert(field, value.clone());
    }
    let mut text = Vec::new();
    json::write(&document.into(), &mut text);
    text.into()
}

fn resource_list(registry: &Registry, (group, version): (&str, &str)) -> Bytes {
    let mut resources = Vec::new();
    for served in of_version(registry, group, version) {
        let facts = served.facts;
        let mut resource = Object::from([
            ("name", Value::from(facts.resource)),
            ("singularName", facts.singular.into()),
            ("namespaced", facts.namespaced.into()),
            ("kind", facts.kind.into()),
            ("verbs", strings(served.facts.verbs.iter().copied())),
        ]);
        insert_unless_empty(&mut resource, "shortNames", facts.short_names);
        insert_unless_empty(&mut resource, "categories", facts.categories);
        resources.push(resource.into());
        for sub in served.subresources() {
            let name = format!("{}/{}", facts.resource, sub.name);
            let mut resource = Object::from([
                ("name", Value::from(name)),
                ("singularName", "".into()),
                ("namespaced", facts.namespaced.into()),
            ]);
            for (field, value) in [("group", sub.group), ("version", sub.version)] {
                if !value.is_empty() {
                    resource.insert(field, value.into());
                }
            }
            resource.insert("kind", sub.kind.into());
            resource.insert("verbs", strings(sub.verbs.iter().copied()));
            resources.push(resource.into());
        }
    }
    let group_version = match group {
        "" => version.to_owned(),
        group => format!("{group}/{version}"),
    };
    // The core group's own is older, and says less.
    let api_version = (!group.is_empty()).then_some(("apiVersion", Value::from("v1")));
    let fields = [("kind", Value::from("APIResourceList"))]
        .into_iter()
        .chain(api_version)
        .chain([
            ("groupVersion", group_version.into()),
            ("resources", resources.into()),
        ]);
    let mut text = Vec::new();
    json::write(&fields.collect::<Object>().into(), &mut text);
    text.into()
}

fn aggregated(registry: &Registry, groups: &[ServedGroup], core: bool, form: &str) -> Bytes {
    let groups = groups.iter().filter(|group| group.name.is_empty() == core);
    let items = groups.map(|group| {
        let versions = group.versions.iter().map(|version| {
            let resources = of_version(registry, group.name, version);
            let resources: Vec<_> = resources.map(|served| discovered(&served)).collect();
            Value::from(Object::from([
                ("version", Value::from(*version)),
                ("resources", resources.into()),
                ("freshness", "Current".into()),
            ]))
        });
        let metadata = match group.name {
            "" => Object::new(),
            name => Object::from([("name", Value::from(name))]),
        };
        Value::from(Object::from([
            ("metadata", Value::from(metadata)),
            ("versions", versions.collect::<Vec<_>>().into()),
        ]))
    });
    encode([
        ("kind", "APIGroupDiscoveryList".into()),
        ("apiVersion", format!("apidiscovery.k8s.io/{form}").into()),
        ("metadata", Object::new().into()),
        ("items", items.collect::<Vec<_>>().into()),
    ])
}

fn discovered(served: &Served) -> Value {
    let facts = served.facts;
    let scope = if facts.namespaced {
        "Namespaced"
    } else {
        "Cluster"
    };
    let mut resource = Object::from([
        ("resource", Value::from(facts.resource)),
        ("responseKind", response_kind("", "", facts.kind)),
        ("scope", scope.into()),
        ("singularResource", facts.singular.into()),
        ("verbs", strings(served.facts.verbs.iter().copied())),
    ]);
    insert_unless_empty(&mut resource, "shortNames", facts.short_names);
    insert_unless_empty(&mut resource, "categories", facts.categories);
    let subresources = served.subresources().map(|sub| {
        Value::from(Object::from([
            ("subresource", Value::from(sub.name)),
            (
                "responseKind",
                response_kind(sub.group, sub.version, sub.kind),
            ),
            ("verbs", strings(sub.verbs.iter().copied())),
        ]))
    });
    let subresources: Vec<_> = subresources.collect();
    if !subresources.is_empty() {
        resource.insert("subresources", subresources.into());
    }
    resource.into()
}

/// A kind, its group and version only where they are not the resource's own.
fn response_kind(group: &str, version: &str, kind: &str) -> Value {
    Value::from(Object::from([
        ("group", Value::from(group)),
        ("version", version.into()),
        ("kind", kind.into()),
    ]))
}

fn of_version<'a>(
    registry: &'a Registry,
    group: &'a str,
    version: &'a str,
) -> impl Iterator<Item = Served> + 'a {
    let resources = registry.resources().iter().copied();
    resources.filter(move |served| (served.facts.group, served.facts.version) == (group, version))
}

fn insert_unless_empty(resource: &mut Object, field: &str, values: &[&'static str]) {
    if !values.is_empty() {
        resource.insert(field, strings(values.iter().copied()));
    }
}

fn strings(values: impl Iterator<Item = &'static str>) -> Value {
    Value::Array(values.map(Value::from).collect())
}

fn encode<const N: usize>(document: [(&str, Value); N]) -> Bytes {
    let mut text = Vec::new();
    json::write(&Object::from(document).into(), &mut text);
    text.into()
}
