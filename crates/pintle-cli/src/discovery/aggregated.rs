//! The aggregated form of discovery, `APIGroupDiscoveryList`: all groups, versions and resources in
//! one answer.

use pintle_codec::Value;
use pintle_meta::GroupVersion;

use super::{Catalog, ResourceType};

/// Asks for the aggregated form, for its beta of Kubernetes 1.26 to 1.29, and for what else there is.
pub(super) const ACCEPT: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
     application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

/// Whether an answer of this media type is the aggregated form.
pub(super) fn is_media_type(media_type: &str) -> bool {
    media_type
        .split(';')
        .any(|parameter| parameter.trim() == "as=APIGroupDiscoveryList")
}

/// Adds what the list holds. What has no name is passed over.
pub(super) fn read(list: &Value, catalog: &mut Catalog) {
    for group in elements(list, "items") {
        let name = group
            .at(&["metadata", "name"])
            .and_then(Value::as_str)
            .unwrap_or_default();
        for version in elements(group, "versions") {
            let group_version = GroupVersion::new(name, text(version, "version"));
            catalog.add_version(group_version.clone());
            if text(version, "freshness") == "Stale" {
                catalog.add_unavailable(group_version.clone());
            }
            for resource in elements(version, "resources") {
                catalog.add(resource_type(&group_version, resource));
            }
        }
    }
}

fn resource_type(group_version: &GroupVersion, resource: &Value) -> ResourceType {
    let strings = |key| {
        elements(resource, key)
            .iter()
            .filter_map(Value::as_str)
            .map(Into::into)
            .collect()
    };
    ResourceType {
        group_version: group_version.clone(),
        kind: resource
            .at(&["responseKind", "kind"])
            .and_then(Value::as_str)
            .unwrap_or_default()
            .into(),
        plural: text(resource, "resource").into(),
        singular: text(resource, "singularResource").into(),
        short_names: strings("shortNames"),
        namespaced: text(resource, "scope") == "Namespaced",
        verbs: strings("verbs"),
        categories: strings("categories"),
    }
}

fn elements<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).unwrap_or_default()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use pintle_codec::json;

    use super::*;

    #[test]
    fn groups_versions_and_resources_are_read() {
        let list = json::parse(
            br#"{"kind":"APIGroupDiscoveryList","items":[
                {"metadata":{"name":"apps"},"versions":[{"version":"v1","freshness":"Current","resources":[
                    {"resource":"deployments","responseKind":{"group":"","version":"","kind":"Deployment"},
                     "scope":"Namespaced","singularResource":"deployment","shortNames":["deploy"],"verbs":["get"]}]}]},
                {"metadata":{"name":"metrics.k8s.io"},"versions":[{"version":"v1beta1","freshness":"Stale"}]}]}"#,
        )
        .unwrap();
        let mut catalog = Catalog::default();
        read(&list, &mut catalog);
        let deployment = catalog.find("deploy").unwrap();
        assert_eq!(deployment.to_string(), "deployments.apps");
        assert_eq!(deployment.group_version.to_string(), "apps/v1");
        assert!(deployment.namespaced);
        let missing = catalog.find("nodemetrics").unwrap_err();
        assert!(
            missing.hint().contains("metrics.k8s.io/v1beta1"),
            "{}",
            missing.hint()
        );
    }

    #[test]
    fn the_media_type_tells_the_forms_apart() {
        assert!(is_media_type(
            "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
        ));
        assert!(!is_media_type("application/json"));
    }
}
