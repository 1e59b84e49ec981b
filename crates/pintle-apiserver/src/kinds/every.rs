//! Every kind that is not plain.
//!
//! The scenario `kinds::kinds_behave_each_in_its_own_way` tries them all, on the real server too.

use super::{
    Dependents, Generation, Kind, MetadataByStatus, SelectableField, api_service,
    certificate_request, custom_resource_definition, event, job, namespace, pod, role_binding,
    secret, service, service_account, volume,
};
use crate::{schema::Resource, validation::NameRule};

impl Kind {
    /// The behaviour of a resource, whatever its version.
    pub(crate) fn of(resource: &Resource) -> &'static Self {
        let named = (resource.group, resource.resource);
        let found = EVERY
            .iter()
            .find(|(group, name, _)| (*group, *name) == named);
        found.map_or(&Self::PLAIN, |(_, _, kind)| kind)
    }

    /// One whose generation counts what changes besides metadata and status.
    pub(super) const COUNTED: Self = Self {
        generation: Generation::Content,
        ..Self::PLAIN
    };

    /// One that need not be there to be updated.
    const CREATED_BY_UPDATE: Self = Self {
        update_creates: true,
        ..Self::PLAIN
    };

    /// One of which an update must say the revision.
    const CONDITIONAL: Self = Self {
        unconditional_update: false,
        ..Self::PLAIN
    };

    /// One whose name may be anything that a path can have.
    const FREELY_NAMED: Self = Self {
        name: NameRule::PathSegment,
        ..Self::PLAIN
    };

    /// One of the rules about who may do what.
    const ACCESS: Self = Self {
        update_creates: true,
        ..Self::FREELY_NAMED
    };

    /// One whose change of status changes nothing else.
    const STATUS_ALONE: Self = Self {
        metadata_by_status: MetadataByStatus::Nothing,
        ..Self::PLAIN
    };

    /// One of what looks at requests.
    const ADMISSION: Self = Self {
        unconditional_update: false,
        metadata_by_status: MetadataByStatus::Nothing,
        ..Self::COUNTED
    };
}

const ADMISSION: &str = "admissionregistration.k8s.io";
const COORDINATION: &str = "coordination.k8s.io";
const FLOW_CONTROL: &str = "flowcontrol.apiserver.k8s.io";
const NETWORKING: &str = "networking.k8s.io";
const RBAC: &str = "rbac.authorization.k8s.io";
const RESOURCE: &str = "resource.k8s.io";
const STORAGE: &str = "storage.k8s.io";

#[rustfmt::skip] // A kind a line, where that suffices.
static EVERY: &[(&str, &str, Kind)] = &[
    ("", "endpoints", Kind::CREATED_BY_UPDATE),
    ("", "events", event::KIND),
    ("", "limitranges", Kind {
        on_create: |range, occasion| {
            // One that nobody named.
            if range.metadata_text("name").is_empty() {
                range.set(&["metadata", "name"], occasion.uid().into());
            }
        },
        ..Kind::CREATED_BY_UPDATE
    }),
    ("", "namespaces", namespace::KIND),
    ("", "nodes", Kind {
        fields: &[SelectableField::or("spec.unschedulable", "false")],
        keeps_new_status: true,
        ..Kind::PLAIN
    }),
    ("", "persistentvolumeclaims", volume::CLAIM),
    ("", "persistentvolumes", volume::VOLUME),
    ("", "pods", pod::KIND),
    ("", "podtemplates", Kind::COUNTED),
    ("", "replicationcontrollers", Kind {
        fields: &[SelectableField::or("status.replicas", "0")],
        dependents: Dependents::Orphaned,
        ..Kind::COUNTED
    }),
    ("", "secrets", secret::KIND),
    ("", "serviceaccounts", service_account::KIND),
    ("", "services", service::KIND),
    (ADMISSION, "mutatingadmissionpolicies", Kind::ADMISSION),
    (ADMISSION, "mutatingadmissionpolicybindings", Kind::ADMISSION),
    (ADMISSION, "mutatingwebhookconfigurations", Kind::ADMISSION),
    (ADMISSION, "validatingadmissionpolicies", Kind::ADMISSION),
    (ADMISSION, "validatingadmissionpolicybindings", Kind::ADMISSION),
    (ADMISSION, "validatingwebhookconfigurations", Kind::ADMISSION),
    ("apiextensions.k8s.io", "customresourcedefinitions", custom_resource_definition::KIND),
    ("apiregistration.k8s.io", "apiservices", api_service::KIND),
    ("apps", "daemonsets", Kind::COUNTED),
    ("apps", "deployments", Kind {
        generation: Generation::ContentAndAnnotations,
        metadata_by_status: MetadataByStatus::AllButLabels,
        ..Kind::PLAIN
    }),
    ("apps", "replicasets", Kind::COUNTED),
    ("apps", "statefulsets", Kind { name: NameRule::DnsLabel, ..Kind::COUNTED }),
    ("batch", "cronjobs", job::CRON_JOB),
    ("batch", "jobs", job::JOB),
    ("certificates.k8s.io", "certificatesigningrequests", certificate_request::KIND),
    (COORDINATION, "leasecandidates", Kind { update_creates: true, ..Kind::CONDITIONAL }),
    (COORDINATION, "leases", Kind { update_creates: true, ..Kind::CONDITIONAL }),
    ("discovery.k8s.io", "endpointslices", Kind {
        generation: Generation::ContentAndLabels,
        ..Kind::PLAIN
    }),
    ("events.k8s.io", "events", event::LATER_KIND),
    (FLOW_CONTROL, "flowschemas", Kind { metadata_by_status: MetadataByStatus::Nothing, ..Kind::COUNTED }),
    (FLOW_CONTROL, "prioritylevelconfigurations", Kind { metadata_by_status: MetadataByStatus::Nothing, ..Kind::COUNTED }),
    ("internal.apiserver.k8s.io", "storageversions", Kind { unconditional_update: false, ..Kind::STATUS_ALONE }),
    (NETWORKING, "ingressclasses", Kind::COUNTED),
    (NETWORKING, "ingresses", Kind::COUNTED),
    (NETWORKING, "ipaddresses", Kind { name: NameRule::Ip, ..Kind::PLAIN }),
    (NETWORKING, "networkpolicies", Kind::COUNTED),
    (NETWORKING, "servicecidrs", Kind::STATUS_ALONE),
    ("node.k8s.io", "runtimeclasses", Kind { update_creates: true, ..Kind::CONDITIONAL }),
    ("policy", "poddisruptionbudgets", Kind {
        name: NameRule::PathSegment,
        unconditional_update: false,
        ..Kind::COUNTED
    }),
    (RBAC, "clusterrolebindings", role_binding::CLUSTER_BINDING),
    (RBAC, "clusterroles", Kind::ACCESS),
    (RBAC, "rolebindings", role_binding::BINDING),
    (RBAC, "roles", Kind::ACCESS),
    (RESOURCE, "deviceclasses", Kind::COUNTED),
    (RESOURCE, "devicetaintrules", Kind { metadata_by_status: MetadataByStatus::Nothing, ..Kind::COUNTED }),
    (RESOURCE, "resourceclaims", Kind::STATUS_ALONE),
    (RESOURCE, "resourcepoolstatusrequests", Kind { unconditional_update: false, ..Kind::STATUS_ALONE }),
    (RESOURCE, "resourceslices", Kind {
        fields: &[SelectableField::of("spec.nodeName"), SelectableField::of("spec.driver")],
        ..Kind::COUNTED
    }),
    ("scheduling.k8s.io", "priorityclasses", Kind { generation: Generation::First, ..Kind::PLAIN }),
    (STORAGE, "csidrivers", Kind {
        generation: Generation::ContentLater,
        ..Kind::CONDITIONAL
    }),
    (STORAGE, "csinodes", Kind::CONDITIONAL),
    (STORAGE, "csistoragecapacities", Kind::CONDITIONAL),
    (STORAGE, "volumeattachments", Kind { unconditional_update: false, ..Kind::STATUS_ALONE }),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generated::resources::RESOURCES;

    #[test]
    fn every_kind_is_one_of_a_resource() {
        for (group, resource, _) in EVERY {
            let mut known = RESOURCES.iter();
            let found = known.any(|facts| (facts.group, facts.resource) == (*group, *resource));
            assert!(found, "{resource}.{group}");
        }
    }
}
