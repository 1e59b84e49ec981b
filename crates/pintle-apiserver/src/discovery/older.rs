//! The older form: a document for the groups, and one for each group version.

use pintle_codec::{Object, Value};

use super::{Group, Version, insert_unless_empty, storage, strings};
use crate::schema::{Resource, Subresource};

/// The versions of the core group.
pub(super) fn core_versions(address: Option<&str>) -> Object {
    let everybody = address.map(|address| {
        Value::from(Object::from([
            ("clientCIDR", Value::from("0.0.0.0/0")),
            ("serverAddress", address.into()),
        ]))
    });
    Object::from([
        ("kind", Value::from("APIVersions")),
        ("versions", vec![Value::from("v1")].into()),
        (
            "serverAddressByClientCIDRs",
            everybody.into_iter().collect::<Vec<_>>().into(),
        ),
    ])
}

/// The other groups.
pub(super) fn groups<'g>(groups: impl Iterator<Item = &'g Group>) -> Object {
    let groups = groups.map(|group| of_group(group).into());
    Object::from([
        ("kind", Value::from("APIGroupList")),
        ("apiVersion", "v1".into()),
        ("groups", groups.collect::<Vec<_>>().into()),
    ])
}

/// One group.
pub(super) fn group(group: &Group) -> Object {
    let type_ = [("kind", "APIGroup".into()), ("apiVersion", "v1".into())];
    let mut document = Object::from(type_);
    for (field, value) in of_group(group).into_entries() {
        document.insert(field, value);
    }
    document
}

/// The resources of a group version.
pub(super) fn resources(group: &str, version: &Version) -> Object {
    let mut resources = Vec::new();
    for facts in &version.offers {
        resources.push(resource(facts).into());
        let below = facts.subresources.iter();
        resources.extend(below.map(|sub| subresource(facts, sub).into()));
    }
    let group_version = match group {
        "" => version.name.to_owned(),
        group => format!("{group}/{}", version.name),
    };
    // The core group's own is older, and says less.
    let api_version = (!group.is_empty()).then_some(("apiVersion", Value::from("v1")));
    [("kind", Value::from("APIResourceList"))]
        .into_iter()
        .chain(api_version)
        .chain([
            ("groupVersion", group_version.into()),
            ("resources", resources.into()),
        ])
        .collect()
}

fn of_group(group: &Group) -> Object {
    let version = |version: &Version| {
        let group_version = format!("{}/{}", group.name, version.name);
        Value::from(Object::from([
            ("groupVersion", Value::from(group_version)),
            ("version", Value::from(version.name)),
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

fn resource(facts: &Resource) -> Object {
    let mut resource = Object::from([
        ("name", Value::from(facts.resource)),
        ("singularName", facts.singular.into()),
        ("namespaced", facts.namespaced.into()),
        ("kind", facts.kind.into()),
        ("verbs", strings(facts.verbs)),
    ]);
    insert_unless_empty(&mut resource, "shortNames", facts.short_names);
    insert_unless_empty(&mut resource, "categories", facts.categories);
    if let Some(hash) = storage::hash(facts) {
        resource.insert("storageVersionHash", hash.into());
    }
    resource
}

fn subresource(facts: &Resource, sub: &Subresource) -> Object {
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
    resource.insert("verbs", strings(sub.verbs));
    resource
}
