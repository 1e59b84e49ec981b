//! Aggregated discovery: all groups, versions and resources in one document.
//!
//! Its versions v2 and v2beta1 name the same fields, so one reader serves both.

use std::collections::BTreeMap;
use std::sync::Arc;

use pintle_api::apidiscovery::v2::{
    APIGroupDiscovery, APIGroupDiscoveryList, APIResourceDiscovery, APIVersionDiscovery,
    DiscoveryFreshness, ResourceScope,
};
use pintle_codec::{Decoder, List};
use pintle_meta::GroupVersion;
use pintle_meta::v1::{
    APIGroup, APIResource, APIResourceList, GroupVersionForDiscovery, GroupVersionKind,
};

use crate::{Error, Groups};

/// Whether the type of an answer is that of aggregated discovery, in a version that is understood.
/// The order of its parameters, and further ones, do not matter: proxies change both.
pub(crate) fn is_aggregated(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let json = parts
        .next()
        .is_some_and(|base| base.eq_ignore_ascii_case("application/json"));
    let (mut group, mut version, mut form) = ("", "", "");
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let value = value.trim().trim_matches('"');
        match name.trim().to_ascii_lowercase().as_str() {
            "g" => group = value,
            "v" => version = value,
            "as" => form = value,
            _ => {}
        }
    }
    json && group == "apidiscovery.k8s.io"
        && matches!(version, "v2" | "v2beta1")
        && form == "APIGroupDiscoveryList"
}

/// The groups and resources that a document lists.
pub(crate) fn read(document: &[u8]) -> Result<Groups, Error> {
    let mut list = APIGroupDiscoveryList::default();
    Decoder::new()
        .decode_json(document, &mut list)
        .map_err(|error| Error::invalid_answer("its groups", error))?;
    let mut groups = Groups {
        resources: Some(BTreeMap::new()),
        ..Groups::default()
    };
    for group in &list.items {
        let group = add(group, &mut groups);
        groups.groups.push(group);
    }
    Ok(groups)
}

/// Adds the resources of a group, and returns the group itself.
fn add(group: &APIGroupDiscovery, into: &mut Groups) -> APIGroup {
    let mut result = APIGroup {
        name: group.metadata.name.clone(),
        ..APIGroup::default()
    };
    for version in &group.versions {
        let group_version = GroupVersion::new(result.name.clone(), version.version.clone());
        if version.freshness == DiscoveryFreshness::STALE {
            let error = Error::stale(&group_version);
            into.failed.insert(group_version, error);
            continue;
        }
        let named = GroupVersionForDiscovery {
            group_version: group_version.to_string().into(),
            version: version.version.clone(),
        };
        // The server names versions in its order of preference.
        if result.preferred_version.version.is_empty() {
            result.preferred_version = named.clone();
        }
        let list = APIResourceList {
            group_version: named.group_version.clone(),
            resources: resources(version),
        };
        result.versions.push(named);
        let resources = into.resources.get_or_insert_default();
        resources.insert(group_version, Arc::new(list));
    }
    result
}

fn resources(version: &APIVersionDiscovery) -> List<APIResource> {
    let mut resources = List::new();
    for listed in &version.resources {
        let whole = whole(listed);
        let subresources = listed.subresources.iter().filter_map(|part| {
            let kind = known(part.response_kind.as_deref())?;
            Some(APIResource {
                name: format!("{}/{}", listed.resource, part.subresource).into(),
                singular_name: listed.singular_resource.clone(),
                namespaced: whole.namespaced,
                group: kind.group.clone(),
                version: kind.version.clone(),
                kind: kind.kind.clone(),
                verbs: part.verbs.clone(),
                ..APIResource::default()
            })
        });
        let subresources: Vec<_> = subresources.collect();
        // Without a kind it is there for its subresources only.
        if known(listed.response_kind.as_deref()).is_some() {
            resources.push(whole);
        }
        resources.extend(subresources);
    }
    resources
}

fn whole(listed: &APIResourceDiscovery) -> APIResource {
    let kind = listed.response_kind.as_deref().cloned().unwrap_or_default();
    APIResource {
        name: listed.resource.clone(),
        singular_name: listed.singular_resource.clone(),
        namespaced: listed.scope == ResourceScope::NAMESPACED,
        group: kind.group,
        version: kind.version,
        kind: kind.kind,
        verbs: listed.verbs.clone(),
        short_names: listed.short_names.clone(),
        categories: listed.categories.clone(),
        ..APIResource::default()
    }
}

/// The kind, if it says anything.
fn known(kind: Option<&GroupVersionKind>) -> Option<&GroupVersionKind> {
    let says_something = |kind: &&GroupVersionKind| {
        [&kind.group, &kind.version, &kind.kind]
            .iter()
            .any(|it| !it.is_empty())
    };
    kind.filter(says_something)
}

#[cfg(test)]
mod tests {
    use super::is_aggregated;

    #[test]
    fn the_type_of_an_answer_is_told_from_its_parameters_in_any_order() {
        for aggregated in [
            "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
            "application/json; as=APIGroupDiscoveryList;v=v2beta1; g=apidiscovery.k8s.io;charset=utf-8",
            "application/json;g=apidiscovery.k8s.io;v=\"v2\";as=APIGroupDiscoveryList;profile=nopeer",
        ] {
            assert!(is_aggregated(aggregated), "{aggregated}");
        }
        for other in [
            "",
            "application/json",
            "application/json;charset=UTF-8",
            "application/yaml;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
            "application/json;g=apidiscovery.k8s.io;v=v3;as=APIGroupDiscoveryList",
            "application/json;g=apidiscovery.k8s.io;v=v2",
        ] {
            assert!(!is_aggregated(other), "{other}");
        }
    }
}
