//! The API services of a new cluster: one for each group version that the server itself serves.

use crate::{
    generated::resources::GROUPS,
    registry::{Mode, Registry},
    schema::Tree,
};

/// Registers the group versions of a registry.
pub(crate) fn register(registry: &Registry) {
    let Some(served) = registry.find(OWN_GROUP, "v1", "apiservices") else {
        return;
    };
    let is_served = |group: &str, version: &str| {
        let mut resources = registry.resources().iter().map(|served| served.facts);
        resources.any(|facts| (facts.group, facts.version) == (group, version))
    };
    for group in GROUPS.iter().filter(|group| group.name != OWN_GROUP) {
        let versions = group.versions.iter().copied();
        for version in versions.filter(|version| is_served(group.name, version)) {
            let mut tree = Tree::zero(served.facts.schema);
            tree.set(&["kind"], served.facts.kind.into());
            tree.set(&["apiVersion"], served.facts.api_version.into());
            let name = format!("{version}.{}", group.name);
            tree.set(&["metadata", "name"], name.into());
            tree.set(&["metadata", "labels", MANAGED], "onstart".into());
            let (group_priority, version_priority) = priorities(group.name, version);
            tree.set(&["spec", "group"], group.name.into());
            tree.set(&["spec", "version"], version.into());
            tree.set(&["spec", "groupPriorityMinimum"], group_priority.into());
            tree.set(&["spec", "versionPriority"], version_priority.into());
            // The cluster is new and the names are good: there is nothing that could be refused.
            let created = registry.create(served, "", tree, Mode::SERVER);
            debug_assert!(created.is_ok(), "{created:?}");
        }
    }
}

/// How much a group is preferred to others, and a version to others of its group. As kube-apiserver.
fn priorities(group: &str, version: &str) -> (i64, i64) {
    let group_priority = match group {
        "" => 18_000,
        "apps" => 17_800,
        "events.k8s.io" => 17_750,
        "authentication.k8s.io" => 17_700,
        "authorization.k8s.io" => 17_600,
        "autoscaling" => 17_500,
        "batch" => 17_400,
        "certificates.k8s.io" => 17_300,
        "networking.k8s.io" => 17_200,
        "policy" => 17_100,
        "rbac.authorization.k8s.io" => 17_000,
        "storage.k8s.io" => 16_800,
        "apiextensions.k8s.io" | "admissionregistration.k8s.io" => 16_700,
        "scheduling.k8s.io" => 16_600,
        "coordination.k8s.io" => 16_500,
        "node.k8s.io" => 16_300,
        "discovery.k8s.io" | "resource.k8s.io" => 16_200,
        "flowcontrol.apiserver.k8s.io" => 16_100,
        "internal.apiserver.k8s.io" => 16_000,
        _ => 15_000,
    };
    let version_priority = match (group, version) {
        ("", "v1") => 1,
        ("autoscaling", "v2") => 30,
        ("flowcontrol.apiserver.k8s.io" | "resource.k8s.io", "v1") => 21,
        (_, "v1") | ("resource.k8s.io", "v1beta2") => 15,
        ("coordination.k8s.io", "v1beta1") => 13,
        ("admissionregistration.k8s.io", "v1beta1") | (_, "v1alpha2") => 12,
        ("resource.k8s.io", "v1alpha3") => 1,
        _ => 9,
    };
    (group_priority, version_priority)
}

/// The group of API services, which is not one of them.
const OWN_GROUP: &str = "apiregistration.k8s.io";
const MANAGED: &str = "kube-aggregator.kubernetes.io/automanaged";
