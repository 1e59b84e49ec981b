//! Which columns the objects of a resource have.

use super::{
    Table, admission, autoscaling, batch, certificates, control_plane, coordination, data,
    endpoints, event, flowcontrol, namespace, networking, node, plain, pod, policy, quota, rbac,
    resource_claims, scheduling, service, storage, volumes, workloads,
};
use crate::schema::{Resource, Subresource};

/// How what is below objects is printed, where it has a kind of its own.
pub(crate) fn below(of: &Subresource) -> &'static Table {
    match of.kind {
        "Scale" => &autoscaling::SCALES,
        _ => &plain::PLAIN,
    }
}

/// How the objects of a resource are printed, from the form in which they are stored.
pub(crate) fn of(resource: &Resource) -> &'static Table {
    match (resource.group, resource.resource) {
        ("", "componentstatuses") => &control_plane::COMPONENT_STATUSES,
        ("", "configmaps") => &data::CONFIG_MAPS,
        ("", "endpoints") => &endpoints::ENDPOINTS,
        ("" | "events.k8s.io", "events") => &event::EVENTS,
        ("", "namespaces") => &namespace::NAMESPACES,
        ("", "nodes") => &node::NODES,
        ("", "persistentvolumeclaims") => &volumes::PERSISTENT_VOLUME_CLAIMS,
        ("", "persistentvolumes") => &volumes::PERSISTENT_VOLUMES,
        ("", "pods") => &pod::PODS,
        ("", "podtemplates") => &workloads::POD_TEMPLATES,
        ("", "replicationcontrollers") => &workloads::REPLICATION_CONTROLLERS,
        ("", "resourcequotas") => &quota::RESOURCE_QUOTAS,
        ("", "secrets") => &data::SECRETS,
        ("", "serviceaccounts") => &plain::AGED,
        ("", "services") => &service::SERVICES,
        (
            "admissionregistration.k8s.io",
            "mutatingadmissionpolicybindings" | "validatingadmissionpolicybindings",
        ) => &admission::POLICY_BINDINGS,
        ("admissionregistration.k8s.io", "mutatingadmissionpolicies") => {
            &admission::MUTATING_ADMISSION_POLICIES
        }
        ("admissionregistration.k8s.io", "validatingadmissionpolicies") => {
            &admission::VALIDATING_ADMISSION_POLICIES
        }
        (
            "admissionregistration.k8s.io",
            "mutatingwebhookconfigurations" | "validatingwebhookconfigurations",
        ) => &admission::WEBHOOK_CONFIGURATIONS,
        ("apiregistration.k8s.io", "apiservices") => &control_plane::API_SERVICES,
        ("apps", "controllerrevisions") => &workloads::CONTROLLER_REVISIONS,
        ("apps", "daemonsets") => &workloads::DAEMON_SETS,
        ("apps", "deployments") => &workloads::DEPLOYMENTS,
        ("apps", "replicasets") => &workloads::REPLICA_SETS,
        ("apps", "statefulsets") => &workloads::STATEFUL_SETS,
        ("autoscaling", "horizontalpodautoscalers") => &autoscaling::HORIZONTAL_POD_AUTOSCALERS,
        ("batch", "cronjobs") => &batch::CRON_JOBS,
        ("batch", "jobs") => &batch::JOBS,
        ("certificates.k8s.io", "certificatesigningrequests") => {
            &certificates::CERTIFICATE_SIGNING_REQUESTS
        }
        ("coordination.k8s.io", "leasecandidates") => &coordination::LEASE_CANDIDATES,
        ("coordination.k8s.io", "leases") => &coordination::LEASES,
        ("discovery.k8s.io", "endpointslices") => &endpoints::ENDPOINT_SLICES,
        ("flowcontrol.apiserver.k8s.io", "flowschemas") => &flowcontrol::FLOW_SCHEMAS,
        ("flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations") => {
            &flowcontrol::PRIORITY_LEVELS
        }
        ("internal.apiserver.k8s.io", "storageversions") => &control_plane::STORAGE_VERSIONS,
        ("networking.k8s.io", "ingressclasses") => &networking::INGRESS_CLASSES,
        ("networking.k8s.io", "ingresses") => &networking::INGRESSES,
        ("networking.k8s.io", "ipaddresses") => &networking::IP_ADDRESSES,
        ("networking.k8s.io", "networkpolicies") => &networking::NETWORK_POLICIES,
        ("networking.k8s.io", "servicecidrs") => &networking::SERVICE_CIDRS,
        ("node.k8s.io", "runtimeclasses") => &node::RUNTIME_CLASSES,
        ("policy", "poddisruptionbudgets") => &policy::POD_DISRUPTION_BUDGETS,
        ("rbac.authorization.k8s.io", "clusterrolebindings" | "rolebindings") => {
            &rbac::ROLE_BINDINGS
        }
        ("resource.k8s.io", "deviceclasses") => &plain::AGED,
        ("resource.k8s.io", "devicetaintrules") => &resource_claims::DEVICE_TAINT_RULES,
        ("resource.k8s.io", "resourceclaims") => &resource_claims::RESOURCE_CLAIMS,
        ("resource.k8s.io", "resourceclaimtemplates") => &plain::AGED,
        ("resource.k8s.io", "resourcepoolstatusrequests") => {
            &resource_claims::RESOURCE_POOL_STATUS_REQUESTS
        }
        ("resource.k8s.io", "resourceslices") => &resource_claims::RESOURCE_SLICES,
        ("scheduling.k8s.io", "priorityclasses") => &scheduling::PRIORITY_CLASSES,
        ("storage.k8s.io", "csidrivers") => &storage::CSI_DRIVERS,
        ("storage.k8s.io", "csinodes") => &storage::CSI_NODES,
        ("storage.k8s.io", "storageclasses") => &storage::STORAGE_CLASSES,
        ("storage.k8s.io", "volumeattachments") => &storage::VOLUME_ATTACHMENTS,
        ("storage.k8s.io", "volumeattributesclasses") => &storage::VOLUME_ATTRIBUTES_CLASSES,
        _ => &plain::PLAIN,
    }
}
