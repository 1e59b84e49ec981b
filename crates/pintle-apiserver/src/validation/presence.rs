//! What objects have to say, and what they may say: the required fields and the enumerated values that the schema
//! knows of.
//!
//! That a field is required does not say what the real server makes of its absence, and of some it makes nothing.
//! So the table here has every field that was tried on it, and what it answered; what was not tried is not asked
//! for. The scenario `kinds::required_fields_are_asked_for` tries them again.

use std::fmt::Write as _;

use pintle_codec::{Object, Value};

use super::{FieldError, names};
use crate::{
    generated::{
        admissionregistration_v1, apiextensions_v1, apiregistration_v1, apps_v1, autoscaling_v2,
        batch_v1, certificates_v1, core_v1, discovery_v1, flowcontrol_v1, meta_v1, networking_v1,
        node_v1, rbac_v1, resource_v1, storage_v1,
    },
    schema::{Cardinality, Field, Places, Shape, Struct, Tree},
};

/// What is wrong with what an object says and does not say, its metadata and status aside.
pub(crate) fn validate_fields(tree: &Tree) -> Vec<FieldError> {
    let mut checking = Checking {
        path: Vec::new(),
        errors: Vec::new(),
    };
    let schema = tree.schema();
    for (field, value) in schema.fields.iter().zip(schema.values(tree.object())) {
        if !matches!(field.json, "kind" | "apiVersion" | "metadata" | "status") {
            checking.field(value, schema, field);
        }
    }
    checking.errors
}

/// What the real server says of a required field that is not there.
#[derive(Clone, Copy, Debug)]
enum Absent {
    /// That it is required.
    Required,
    /// That it is required, and this.
    Says(&'static str),
    /// That this value is wrong, and why.
    Invalid(&'static str, &'static str),
    /// That nothing is not one of these.
    NoneOf(&'static [&'static str]),
    /// That zero is no port.
    Port,
    /// That nothing is no key of a label.
    LabelKey,
    /// That nothing is no DNS label.
    DnsLabel,
    /// That nothing is no DNS subdomain.
    DnsSubdomain,
}

/// What is looked at, and what was found. The way to it is put into words only where something is wrong.
struct Checking<'t> {
    path: Vec<Step<'t>>,
    errors: Vec<FieldError>,
}

#[derive(Clone, Copy)]
enum Step<'t> {
    Field(&'static str),
    Index(usize),
    Key(&'t str),
}

impl<'t> Checking<'t> {
    fn structure(&mut self, object: &'t Object, schema: &'static Struct) {
        let (values, set) = schema.values_and_places(object);
        for place in Places::new(set | schema.unset.required) {
            self.field(values[place], schema, &schema.fields[place]);
        }
    }

    fn field(&mut self, value: Option<&'t Value>, schema: &'static Struct, field: &'static Field) {
        if value.is_none() && !field.rules.required {
            return;
        }
        self.path.push(Step::Field(field.json));
        let missing = field.rules.required && says_nothing(value, field);
        match missing.then(|| absent(schema, field)).flatten() {
            Some(absent) => self.complain(absent),
            None => self.value(value.unwrap_or(&Value::Null), schema, field),
        }
        self.path.pop();
    }

    fn value(&mut self, value: &'t Value, schema: &'static Struct, field: &'static Field) {
        match (field.cardinality, value) {
            (Cardinality::One, value) => self.one(value, schema, field),
            (Cardinality::List, Value::Array(elements)) => {
                for (at, element) in elements.iter().enumerate() {
                    self.within(Step::Index(at), element, schema, field);
                }
            }
            (Cardinality::Map, Value::Object(entries)) => {
                for (key, value) in entries.iter() {
                    self.within(Step::Key(key), value, schema, field);
                }
            }
            _ => {}
        }
    }

    fn within(
        &mut self,
        step: Step<'t>,
        value: &'t Value,
        schema: &'static Struct,
        field: &'static Field,
    ) {
        self.path.push(step);
        self.one(value, schema, field);
        self.path.pop();
    }

    fn one(&mut self, value: &'t Value, schema: &'static Struct, field: &'static Field) {
        match (field.shape, value) {
            (Shape::Struct(below), Value::Object(object)) => self.structure(object, below),
            (Shape::String, Value::String(text)) if !text.is_empty() => {
                self.text(text, schema, field);
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str, schema: &'static Struct, field: &'static Field) {
        let mut worded = WORDED.iter();
        if let Some((.., allowed, why)) = worded.find(|(of, name, ..)| is(schema, of, field, name))
        {
            if !allowed.contains(&text) {
                let path = self.path_of(field);
                self.errors.push(FieldError::invalid(path, text, why));
            }
            return;
        }
        // Admission looks at it, not validation.
        let is_admitted = is(schema, &core_v1::POD_SPEC, field, "preemptionPolicy");
        let mut ordered = ORDERED.iter();
        let ordered = ordered.find(|(of, name, _)| is(schema, of, field, name));
        let allowed = ordered.map_or(field.rules.values, |(.., allowed)| allowed);
        if !is_admitted && !allowed.is_empty() && !allowed.contains(&text) {
            let path = self.path_of(field);
            self.errors
                .push(FieldError::not_supported(path, text, allowed));
        }
    }

    /// The path of a text.
    fn path_of(&self, field: &Field) -> String {
        match self.path.split_last() {
            // The real server does not say which of them.
            Some((Step::Index(_), list)) if field.json == "accessModes" => worded(list),
            _ => worded(&self.path),
        }
    }

    fn complain(&mut self, absent: Absent) {
        let path = || worded(&self.path);
        let invalid = |faults: Vec<String>| -> Vec<FieldError> {
            let faults = faults.iter();
            faults
                .map(|fault| FieldError::invalid(path(), "", fault))
                .collect()
        };
        let errors = match absent {
            Absent::Required => vec![FieldError::required(path(), "")],
            Absent::Says(what) => vec![FieldError::required(path(), what)],
            Absent::Invalid(value, why) => vec![FieldError::invalid_shown(path(), value, why)],
            Absent::NoneOf(allowed) => vec![FieldError::not_supported(path(), "", allowed)],
            Absent::Port => {
                const WHY: &str = "must be between 1 and 65535, inclusive";
                vec![FieldError::invalid_shown(path(), "0", WHY)]
            }
            Absent::LabelKey => invalid(names::label_key("")),
            Absent::DnsLabel => invalid(names::dns_label("")),
            Absent::DnsSubdomain => invalid(names::dns_subdomain("")),
        };
        self.errors.extend(errors);
    }
}

/// A path in the words of a message.
fn worded(path: &[Step<'_>]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Field(name) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(name);
            }
            // Writing to a string does not fail.
            Step::Index(at) => _ = write!(text, "[{at}]"),
            Step::Key(key) => _ = write!(text, "[{key}]"),
        }
    }
    text
}

/// Whether Go would see a zero value.
fn says_nothing(value: Option<&Value>, field: &Field) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.is_empty(),
        Some(Value::Int(number)) => *number == 0 && !field.pointer,
        Some(Value::Array(elements)) => elements.is_empty(),
        Some(Value::Object(object)) => {
            let is_value = field.cardinality != Cardinality::One
                || matches!(field.shape, Shape::Struct(_)) && !field.pointer;
            object.is_empty() && is_value
        }
        Some(Value::Bool(_) | Value::Float(_)) => false,
    }
}

fn absent(schema: &'static Struct, field: &Field) -> Option<Absent> {
    let mut rules = REQUIRED.iter();
    let found = rules.find(|(of, name, _)| is(schema, of, field, name));
    found.map(|(.., absent)| *absent)
}

/// Whether a field of a struct is this one. Structs are the same if they are one.
fn is(schema: &'static Struct, other: &'static Struct, field: &Field, name: &str) -> bool {
    std::ptr::eq(schema, other) && field.json == name
}

/// Enumerated texts of which the real server says in its own words that they are wrong.
#[rustfmt::skip] // A field a line.
static WORDED: &[(&Struct, &str, &[&str], &str)] = &[
    (&apps_v1::STATEFUL_SET_SPEC, "podManagementPolicy", &["OrderedReady", "Parallel"], "must be 'OrderedReady' or 'Parallel'"),
    (&core_v1::NODE_SELECTOR_REQUIREMENT, "operator", &["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"], "not a valid selector operator"),
    (&meta_v1::LABEL_SELECTOR_REQUIREMENT, "operator", &["In", "NotIn", "Exists", "DoesNotExist"], "not a valid selector operator"),
];

/// Enumerated texts that the real server lists in an order of its own, or of which it takes fewer than it says.
#[rustfmt::skip] // A field a line.
static ORDERED: &[(&Struct, &str, &[&str])] = &[
    (&admissionregistration_v1::MUTATING_WEBHOOK, "sideEffects", &["None", "NoneOnDryRun"]),
    (&admissionregistration_v1::VALIDATING_WEBHOOK, "sideEffects", &["None", "NoneOnDryRun"]),
    (&batch_v1::JOB_SPEC, "completionMode", &["NonIndexed", "Indexed"]),
    (&core_v1::CONTAINER, "terminationMessagePolicy", &["File", "FallbackToLogsOnError"]),
    (&core_v1::POD_SPEC, "dnsPolicy", &["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"]),
    (&core_v1::POD_SPEC, "restartPolicy", &["Always", "OnFailure", "Never"]),
    (&core_v1::TOLERATION, "effect", &["NoSchedule", "PreferNoSchedule", "NoExecute"]),
    (&core_v1::TOLERATION, "operator", &["Equal", "Exists"]),
    (&networking_v1::NETWORK_POLICY_PORT, "protocol", &["TCP", "UDP", "SCTP"]),
    (&networking_v1::NETWORK_POLICY_SPEC, "policyTypes", &["Ingress", "Egress"]),
    (&storage_v1::STORAGE_CLASS, "reclaimPolicy", &["Delete", "Retain"]),
];

/// What becomes of required fields that are not there.
#[rustfmt::skip] // A field a line.
static REQUIRED: &[(&Struct, &str, Absent)] = &[
(&admissionregistration_v1::AUDIT_ANNOTATION, "valueExpression", Absent::Says("valueExpression is not specified")),
    (&admissionregistration_v1::MATCH_CONDITION, "expression", Absent::Required),
    (&admissionregistration_v1::MATCH_CONDITION, "name", Absent::Required),
    (&admissionregistration_v1::MUTATING_WEBHOOK, "admissionReviewVersions", Absent::Says("must specify one of v1, v1beta1")),
    (&admissionregistration_v1::MUTATING_WEBHOOK, "clientConfig", Absent::Says("exactly one of url or service is required")),
    (&admissionregistration_v1::MUTATING_WEBHOOK, "name", Absent::Required),
    (&admissionregistration_v1::MUTATING_WEBHOOK, "sideEffects", Absent::Says("must specify one of None, NoneOnDryRun")),
    (&admissionregistration_v1::VALIDATING_ADMISSION_POLICY_BINDING_SPEC, "policyName", Absent::Required),
    (&admissionregistration_v1::VALIDATING_ADMISSION_POLICY_BINDING_SPEC, "validationActions", Absent::Says("at least one validation action is required")),
    (&admissionregistration_v1::VALIDATING_WEBHOOK, "admissionReviewVersions", Absent::Says("must specify one of v1, v1beta1")),
    (&admissionregistration_v1::VALIDATING_WEBHOOK, "clientConfig", Absent::Says("exactly one of url or service is required")),
    (&admissionregistration_v1::VALIDATING_WEBHOOK, "name", Absent::Required),
    (&admissionregistration_v1::VALIDATING_WEBHOOK, "sideEffects", Absent::Says("must specify one of None, NoneOnDryRun")),
    (&admissionregistration_v1::VALIDATION, "expression", Absent::Says("expression is not specified")),
    (&admissionregistration_v1::VARIABLE, "expression", Absent::Says("expression is not specified")),
    (&admissionregistration_v1::VARIABLE, "name", Absent::Says("name is not specified")),
    (&apiextensions_v1::CUSTOM_RESOURCE_CONVERSION, "strategy", Absent::Required),
    (&apiextensions_v1::CUSTOM_RESOURCE_DEFINITION_NAMES, "kind", Absent::Required),
    (&apiextensions_v1::CUSTOM_RESOURCE_DEFINITION_NAMES, "plural", Absent::Required),
    (&apiextensions_v1::CUSTOM_RESOURCE_DEFINITION_SPEC, "group", Absent::Required),
    (&apiextensions_v1::CUSTOM_RESOURCE_DEFINITION_SPEC, "scope", Absent::Required),
    (&apiregistration_v1::API_SERVICE_SPEC, "groupPriorityMinimum", Absent::Invalid("0", "must be positive and less than 20000")),
    (&apiregistration_v1::API_SERVICE_SPEC, "versionPriority", Absent::Invalid("0", "must be positive and less than 1000")),
    (&apps_v1::DEPLOYMENT_SPEC, "selector", Absent::Required),
    (&apps_v1::REPLICA_SET_SPEC, "selector", Absent::Required),
    (&apps_v1::STATEFUL_SET_SPEC, "selector", Absent::Required),
    (&autoscaling_v2::CONTAINER_RESOURCE_METRIC_SOURCE, "container", Absent::Says("must specify a container")),
    (&autoscaling_v2::CONTAINER_RESOURCE_METRIC_SOURCE, "name", Absent::Says("must specify a resource name")),
    (&autoscaling_v2::CROSS_VERSION_OBJECT_REFERENCE, "kind", Absent::Required),
    (&autoscaling_v2::CROSS_VERSION_OBJECT_REFERENCE, "name", Absent::Required),
    (&autoscaling_v2::HPA_SCALING_POLICY, "periodSeconds", Absent::Invalid("0", "must be greater than zero")),
    (&autoscaling_v2::HPA_SCALING_POLICY, "type", Absent::NoneOf(&["Percent", "Pods"])),
    (&autoscaling_v2::HPA_SCALING_POLICY, "value", Absent::Invalid("0", "must be greater than zero")),
    (&autoscaling_v2::HORIZONTAL_POD_AUTOSCALER_SPEC, "maxReplicas", Absent::Says("must be set and greater than 0")),
    (&autoscaling_v2::METRIC_IDENTIFIER, "name", Absent::Says("must specify a metric name")),
    (&autoscaling_v2::METRIC_SPEC, "type", Absent::Says("must specify a metric source type")),
    (&autoscaling_v2::METRIC_TARGET, "type", Absent::Says("must specify a metric target type")),
    (&autoscaling_v2::RESOURCE_METRIC_SOURCE, "name", Absent::Says("must specify a resource name")),
    (&batch_v1::CRON_JOB_SPEC, "schedule", Absent::Required),
    (&batch_v1::POD_FAILURE_POLICY_ON_EXIT_CODES_REQUIREMENT, "operator", Absent::Says("valid values: [\"In\" \"NotIn\"]")),
    (&batch_v1::POD_FAILURE_POLICY_ON_EXIT_CODES_REQUIREMENT, "values", Absent::Invalid("null", "at least one value is required")),
    (&batch_v1::POD_FAILURE_POLICY_ON_POD_CONDITIONS_PATTERN, "type", Absent::LabelKey),
    (&batch_v1::POD_FAILURE_POLICY_RULE, "action", Absent::Says("valid values: [\"Count\" \"FailIndex\" \"FailJob\" \"Ignore\"]")),
    (&certificates_v1::CERTIFICATE_SIGNING_REQUEST_SPEC, "request", Absent::Invalid("null", "PEM block type must be CERTIFICATE REQUEST")),
    (&certificates_v1::CERTIFICATE_SIGNING_REQUEST_SPEC, "signerName", Absent::Required),
    (&core_v1::AWS_ELASTIC_BLOCK_STORE_VOLUME_SOURCE, "volumeID", Absent::Required),
    (&core_v1::AZURE_DISK_VOLUME_SOURCE, "diskName", Absent::Required),
    (&core_v1::AZURE_DISK_VOLUME_SOURCE, "diskURI", Absent::Required),
    (&core_v1::AZURE_FILE_VOLUME_SOURCE, "secretName", Absent::Required),
    (&core_v1::AZURE_FILE_VOLUME_SOURCE, "shareName", Absent::Required),
    (&core_v1::CSI_VOLUME_SOURCE, "driver", Absent::Required),
    (&core_v1::CEPH_FS_VOLUME_SOURCE, "monitors", Absent::Required),
    (&core_v1::CINDER_VOLUME_SOURCE, "volumeID", Absent::Required),
    (&core_v1::CONFIG_MAP_KEY_SELECTOR, "key", Absent::Required),
    (&core_v1::CONTAINER, "name", Absent::Required),
    (&core_v1::CONTAINER_PORT, "containerPort", Absent::Required),
    (&core_v1::ENDPOINT_PORT, "port", Absent::Port),
    (&core_v1::ENV_VAR, "name", Absent::Required),
    (&core_v1::FLEX_VOLUME_SOURCE, "driver", Absent::Required),
    (&core_v1::GRPC_ACTION, "port", Absent::Port),
    (&core_v1::GIT_REPO_VOLUME_SOURCE, "repository", Absent::Required),
    (&core_v1::GLUSTERFS_VOLUME_SOURCE, "endpoints", Absent::Required),
    (&core_v1::GLUSTERFS_VOLUME_SOURCE, "path", Absent::Required),
    (&core_v1::HTTP_GET_ACTION, "port", Absent::Port),
    (&core_v1::HOST_ALIAS, "ip", Absent::Invalid("\"\"", "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")),
    (&core_v1::HOST_PATH_VOLUME_SOURCE, "path", Absent::Required),
    (&core_v1::ISCSI_VOLUME_SOURCE, "iqn", Absent::Required),
    (&core_v1::ISCSI_VOLUME_SOURCE, "targetPortal", Absent::Required),
    (&core_v1::KEY_TO_PATH, "key", Absent::Required),
    (&core_v1::KEY_TO_PATH, "path", Absent::Required),
    (&core_v1::LIMIT_RANGE_ITEM, "type", Absent::LabelKey),
    (&core_v1::LOCAL_VOLUME_SOURCE, "path", Absent::Required),
    (&core_v1::NFS_VOLUME_SOURCE, "path", Absent::Required),
    (&core_v1::NFS_VOLUME_SOURCE, "server", Absent::Required),
    (&core_v1::NODE_SELECTOR, "nodeSelectorTerms", Absent::Says("must have at least one node selector term")),
    (&core_v1::NODE_SELECTOR_REQUIREMENT, "key", Absent::LabelKey),
    (&core_v1::NODE_SELECTOR_REQUIREMENT, "operator", Absent::Invalid("\"\"", "not a valid selector operator")),
    (&core_v1::PERSISTENT_VOLUME_CLAIM_VOLUME_SOURCE, "claimName", Absent::Required),
    (&core_v1::PHOTON_PERSISTENT_DISK_VOLUME_SOURCE, "pdID", Absent::Required),
    (&core_v1::POD_AFFINITY_TERM, "topologyKey", Absent::Says("can not be empty")),
    (&core_v1::POD_OS, "name", Absent::Required),
    (&core_v1::POD_READINESS_GATE, "conditionType", Absent::LabelKey),
    (&core_v1::POD_SPEC, "containers", Absent::Required),
    (&core_v1::PORTWORX_VOLUME_SOURCE, "volumeID", Absent::Required),
    (&core_v1::PREFERRED_SCHEDULING_TERM, "weight", Absent::Invalid("0", "must be in the range 1-100")),
    (&core_v1::QUOBYTE_VOLUME_SOURCE, "registry", Absent::Says("must be a host:port pair or multiple pairs separated by commas")),
    (&core_v1::QUOBYTE_VOLUME_SOURCE, "volume", Absent::Required),
    (&core_v1::RBD_VOLUME_SOURCE, "image", Absent::Required),
    (&core_v1::RBD_VOLUME_SOURCE, "monitors", Absent::Required),
    (&core_v1::RESOURCE_FIELD_SELECTOR, "resource", Absent::Required),
    (&core_v1::SCALE_IO_VOLUME_SOURCE, "gateway", Absent::Required),
    (&core_v1::SCALE_IO_VOLUME_SOURCE, "system", Absent::Required),
    (&core_v1::SECCOMP_PROFILE, "type", Absent::Says("type is required when seccompProfile is set")),
    (&core_v1::SECRET_KEY_SELECTOR, "key", Absent::Required),
    (&core_v1::SYSCTL, "name", Absent::Required),
    (&core_v1::TCP_SOCKET_ACTION, "port", Absent::Port),
    (&core_v1::TOPOLOGY_SELECTOR_LABEL_REQUIREMENT, "key", Absent::LabelKey),
    (&core_v1::TOPOLOGY_SELECTOR_LABEL_REQUIREMENT, "values", Absent::Required),
    (&core_v1::TOPOLOGY_SPREAD_CONSTRAINT, "maxSkew", Absent::Invalid("0", "must be greater than zero")),
    (&core_v1::TOPOLOGY_SPREAD_CONSTRAINT, "topologyKey", Absent::Says("can not be empty")),
    (&core_v1::TOPOLOGY_SPREAD_CONSTRAINT, "whenUnsatisfiable", Absent::NoneOf(&["DoNotSchedule", "ScheduleAnyway"])),
    (&core_v1::TYPED_LOCAL_OBJECT_REFERENCE, "kind", Absent::Required),
    (&core_v1::TYPED_LOCAL_OBJECT_REFERENCE, "name", Absent::Required),
    (&core_v1::VOLUME, "name", Absent::Required),
    (&core_v1::VOLUME_DEVICE, "devicePath", Absent::Required),
    (&core_v1::VOLUME_DEVICE, "name", Absent::Required),
    (&core_v1::VOLUME_MOUNT, "mountPath", Absent::Required),
    (&core_v1::VOLUME_MOUNT, "name", Absent::Required),
    (&core_v1::VSPHERE_VIRTUAL_DISK_VOLUME_SOURCE, "volumePath", Absent::Required),
    (&core_v1::WEIGHTED_POD_AFFINITY_TERM, "weight", Absent::Invalid("0", "must be in the range 1-100")),
    (&discovery_v1::ENDPOINT, "addresses", Absent::Says("must contain at least 1 address")),
    (&discovery_v1::ENDPOINT_SLICE, "addressType", Absent::Required),
    (&flowcontrol_v1::GROUP_SUBJECT, "name", Absent::Required),
    (&flowcontrol_v1::LIMIT_RESPONSE, "type", Absent::Required),
    (&flowcontrol_v1::NON_RESOURCE_POLICY_RULE, "nonResourceURLs", Absent::Says("nonResourceURLs must contain at least one value")),
    (&flowcontrol_v1::NON_RESOURCE_POLICY_RULE, "verbs", Absent::Says("verbs must contain at least one value")),
    (&flowcontrol_v1::POLICY_RULES_WITH_SUBJECTS, "subjects", Absent::Says("subjects must contain at least one value")),
    (&flowcontrol_v1::PRIORITY_LEVEL_CONFIGURATION_REFERENCE, "name", Absent::Says("must reference a priority level")),
    (&flowcontrol_v1::PRIORITY_LEVEL_CONFIGURATION_SPEC, "type", Absent::Required),
    (&flowcontrol_v1::RESOURCE_POLICY_RULE, "apiGroups", Absent::Says("resource rules must supply at least one api group")),
    (&flowcontrol_v1::RESOURCE_POLICY_RULE, "resources", Absent::Says("resource rules must supply at least one resource")),
    (&flowcontrol_v1::RESOURCE_POLICY_RULE, "verbs", Absent::Says("verbs must contain at least one value")),
    (&flowcontrol_v1::SERVICE_ACCOUNT_SUBJECT, "name", Absent::Required),
    (&flowcontrol_v1::SERVICE_ACCOUNT_SUBJECT, "namespace", Absent::Says("must specify namespace for service account")),
    (&flowcontrol_v1::SUBJECT, "kind", Absent::NoneOf(&["Group", "ServiceAccount", "User"])),
    (&flowcontrol_v1::USER_SUBJECT, "name", Absent::Required),
    (&meta_v1::LABEL_SELECTOR_REQUIREMENT, "key", Absent::LabelKey),
    (&meta_v1::LABEL_SELECTOR_REQUIREMENT, "operator", Absent::Invalid("\"\"", "not a valid selector operator")),
    (&networking_v1::HTTP_INGRESS_PATH, "backend", Absent::Invalid("\"\"", "resource or service backend is required")),
    (&networking_v1::HTTP_INGRESS_PATH, "pathType", Absent::Says("pathType must be specified")),
    (&networking_v1::HTTP_INGRESS_RULE_VALUE, "paths", Absent::Required),
    (&networking_v1::IP_BLOCK, "cidr", Absent::Required),
    (&networking_v1::INGRESS_CLASS_PARAMETERS_REFERENCE, "kind", Absent::Required),
    (&networking_v1::INGRESS_CLASS_PARAMETERS_REFERENCE, "name", Absent::Required),
    (&networking_v1::INGRESS_SERVICE_BACKEND, "name", Absent::Required),
    (&node_v1::RUNTIME_CLASS, "handler", Absent::Required),
    (&rbac_v1::POLICY_RULE, "verbs", Absent::Says("verbs must contain at least one value")),
    (&rbac_v1::ROLE_REF, "name", Absent::Required),
    (&rbac_v1::SUBJECT, "kind", Absent::NoneOf(&["ServiceAccount", "User", "Group"])),
    (&rbac_v1::SUBJECT, "name", Absent::Required),
    (&resource_v1::DEVICE, "name", Absent::DnsLabel),
    (&resource_v1::DEVICE_REQUEST, "name", Absent::DnsLabel),
    (&resource_v1::DEVICE_SUB_REQUEST, "deviceClassName", Absent::Required),
    (&resource_v1::DEVICE_SUB_REQUEST, "name", Absent::DnsLabel),
    (&resource_v1::EXACT_DEVICE_REQUEST, "deviceClassName", Absent::Required),
    (&resource_v1::OPAQUE_DEVICE_CONFIGURATION, "driver", Absent::Required),
    (&resource_v1::OPAQUE_DEVICE_CONFIGURATION, "parameters", Absent::Required),
    (&resource_v1::RESOURCE_POOL, "name", Absent::Required),
    (&resource_v1::RESOURCE_POOL, "resourceSliceCount", Absent::Invalid("0", "must be greater than zero")),
    (&resource_v1::RESOURCE_SLICE_SPEC, "driver", Absent::Required),
    (&storage_v1::CSI_NODE_DRIVER, "name", Absent::Required),
    (&storage_v1::CSI_NODE_DRIVER, "nodeID", Absent::Required),
    (&storage_v1::CSI_STORAGE_CAPACITY, "storageClassName", Absent::DnsSubdomain),
    (&storage_v1::STORAGE_CLASS, "provisioner", Absent::Required),
    (&storage_v1::VOLUME_ATTACHMENT_SPEC, "attacher", Absent::Required),
    (&storage_v1::VOLUME_ATTACHMENT_SPEC, "nodeName", Absent::DnsSubdomain),
    (&storage_v1::VOLUME_ATTACHMENT_SPEC, "source", Absent::Says("must specify exactly one of inlineVolumeSpec and persistentVolumeName")),
    (&storage_v1::VOLUME_ATTRIBUTES_CLASS, "driverName", Absent::Required),
];
