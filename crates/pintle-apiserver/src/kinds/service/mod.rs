//! Services: they are given addresses and ports of the cluster, which stay theirs while they need them.
//!
//! - `defaults`: what a service is that says nothing else.
//! - `allocation`: the addresses and ports.

mod allocation;
mod defaults;

use pintle_codec::Value;

use super::{Kind, Occasion, Part, SelectableField};
use crate::{
    schema::Tree,
    validation::{FieldError, NameRule},
};

pub(super) const KIND: Kind = Kind {
    name: NameRule::DnsLabel,
    fields: &[
        SelectableField::of("spec.clusterIP"),
        SelectableField::of("spec.type"),
    ],
    on_create: |service, _| defaults::complete(service),
    on_update,
    validate,
    reserve: Some(allocation::reserve),
    update_creates: true,
    ..Kind::PLAIN
};

fn on_update(new: &mut Tree, old: &Tree, part: Part, _: &Occasion<'_>) {
    if part == Part::Whole {
        allocation::change_all_with_one(new, old);
        defaults::complete(new);
        defaults::drop_what_the_type_has_not(new, old);
        allocation::keep(new, old);
    }
}

fn validate(service: &Tree, old: Option<&Tree>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let ports = service.list(&PORTS);
    let is_headless = service.text(&CLUSTER_IP) == NONE;
    if ports.is_empty() && !is_headless && has_cluster_ip(service) {
        errors.push(FieldError::required("spec.ports", ""));
    }
    if let Some(old) = old
        && has_cluster_ip(old)
        && has_cluster_ip(service)
        && old.list(&CLUSTER_IPS).first() != service.list(&CLUSTER_IPS).first()
    {
        let shown = shown(service.at(&CLUSTER_IPS));
        let why = "may not change once set";
        errors.push(FieldError::invalid_shown("spec.clusterIPs[0]", &shown, why));
    }
    if service.text(&TYPE) == "ClusterIP" {
        for (at, port) in ports.iter().enumerate() {
            if node_port(port) != 0 {
                let field = format!("spec.ports[{at}].nodePort");
                let why = "may not be used when `type` is 'ClusterIP'";
                errors.push(FieldError::forbidden(field, why));
            }
        }
    }
    errors
}

/// Whether a service has an address of the cluster, though it may be headless.
fn has_cluster_ip(service: &Tree) -> bool {
    service.text(&TYPE) != "ExternalName"
}

/// Whether a service is reached from outside, so that it has ports on every node.
fn is_external(service: &Tree) -> bool {
    matches!(service.text(&TYPE), "NodePort" | "LoadBalancer")
}

/// Whether nodes answer whether they have endpoints of a service.
fn has_health_check(service: &Tree) -> bool {
    service.text(&TYPE) == "LoadBalancer" && service.text(&EXTERNAL_POLICY) == "Local"
}

fn node_port(port: &Value) -> i64 {
    let number = port.get("nodePort").and_then(Value::as_int);
    number.unwrap_or_default()
}

fn shown(value: Option<&Value>) -> String {
    let mut json = Vec::new();
    pintle_codec::json::write(value.unwrap_or(&Value::Null), &mut json);
    String::from_utf8_lossy(&json).into_owned()
}

const TYPE: [&str; 2] = ["spec", "type"];
const PORTS: [&str; 2] = ["spec", "ports"];
const CLUSTER_IP: [&str; 2] = ["spec", "clusterIP"];
const CLUSTER_IPS: [&str; 2] = ["spec", "clusterIPs"];
const FAMILIES: [&str; 2] = ["spec", "ipFamilies"];
const FAMILY_POLICY: [&str; 2] = ["spec", "ipFamilyPolicy"];
const EXTERNAL_POLICY: [&str; 2] = ["spec", "externalTrafficPolicy"];
const INTERNAL_POLICY: [&str; 2] = ["spec", "internalTrafficPolicy"];
const HEALTH_CHECK_PORT: [&str; 2] = ["spec", "healthCheckNodePort"];
const BALANCER_PORTS: [&str; 2] = ["spec", "allocateLoadBalancerNodePorts"];

/// The address of a service that has none.
const NONE: &str = "None";
