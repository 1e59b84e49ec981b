//! The newer form: everything in one document.

use pintle_codec::{Object, Value};

use super::{Group, insert_unless_empty, strings};
use crate::schema::Resource;

/// Groups with everything in them, in a version of the form.
pub(super) fn list<'g>(groups: impl Iterator<Item = &'g Group>, form: &str) -> Object {
    let items = groups.map(|group| Value::from(of_group(group)));
    Object::from([
        ("kind", Value::from("APIGroupDiscoveryList")),
        ("apiVersion", format!("apidiscovery.k8s.io/{form}").into()),
        ("metadata", Object::new().into()),
        ("items", items.collect::<Vec<_>>().into()),
    ])
}

fn of_group(group: &Group) -> Object {
    let versions = group.versions.iter().map(|version| {
        let resources = version.offers.iter();
        let resources = resources.map(|offer| Value::from(resource(offer)));
        Value::from(Object::from([
            ("version", Value::from(version.name)),
            ("resources", resources.collect::<Vec<_>>().into()),
            ("freshness", "Current".into()),
        ]))
    });
    let metadata = match group.name {
        "" => Object::new(),
        name => Object::from([("name", Value::from(name))]),
    };
    Object::from([
        ("metadata", Value::from(metadata)),
        ("versions", versions.collect::<Vec<_>>().into()),
    ])
}

fn resource(facts: &Resource) -> Object {
    let scope = if facts.namespaced {
        "Namespaced"
    } else {
        "Cluster"
    };
    let mut resource = Object::from([
        ("resource", Value::from(facts.resource)),
        ("responseKind", kind("", "", facts.kind)),
        ("scope", scope.into()),
        ("singularResource", facts.singular.into()),
        ("verbs", strings(facts.verbs)),
    ]);
    insert_unless_empty(&mut resource, "shortNames", facts.short_names);
    insert_unless_empty(&mut resource, "categories", facts.categories);
    let subresources = facts.subresources.iter().map(|sub| {
        Value::from(Object::from([
            ("subresource", Value::from(sub.name)),
            ("responseKind", kind(sub.group, sub.version, sub.kind)),
            ("verbs", strings(sub.verbs)),
        ]))
    });
    let subresources: Vec<_> = subresources.collect();
    if !subresources.is_empty() {
        resource.insert("subresources", subresources.into());
    }
    resource
}

/// A kind, its group and version only where they are not the resource's own.
fn kind(group: &str, version: &str, kind: &str) -> Value {
    Value::from(Object::from([
        ("group", Value::from(group)),
        ("version", version.into()),
        ("kind", kind.into()),
    ]))
}
