//! What a service is that says nothing else.

use pintle_codec::{Object, Value};

use super::{
    BALANCER_PORTS, CLUSTER_IP, CLUSTER_IPS, EXTERNAL_POLICY, FAMILIES, FAMILY_POLICY,
    HEALTH_CHECK_PORT, INTERNAL_POLICY, NONE, PORTS, TYPE, has_cluster_ip, has_health_check,
    is_external, node_port,
};
use crate::{generated::core_v1::SERVICE_PORT, schema::Tree};

/// Says what a service leaves out.
pub(super) fn complete(service: &mut Tree) {
    const AFFINITY: [&str; 2] = ["spec", "sessionAffinity"];
    const AFFINITY_CONFIG: [&str; 2] = ["spec", "sessionAffinityConfig"];
    const TIMEOUT: [&str; 4] = [
        "spec",
        "sessionAffinityConfig",
        "clientIP",
        "timeoutSeconds",
    ];
    /// Three hours.
    const TIMEOUT_SECONDS: i64 = 10_800;
    default(service, &AFFINITY, "None".into());
    match service.text(&AFFINITY) {
        "None" => drop(service.remove(&AFFINITY_CONFIG)),
        "ClientIP" => default(service, &TIMEOUT, TIMEOUT_SECONDS.into()),
        _ => {}
    }
    default(service, &TYPE, "ClusterIP".into());
    change_ports(service, |port| {
        default(port, &["protocol"], "TCP".into());
        let target = port.get("targetPort");
        if target
            .is_none_or(|target| matches!(target, Value::Int(0)) || target.as_str() == Some(""))
        {
            port.copy_within("port", "targetPort");
        }
    });
    if is_external(service) || !service.list(&["spec", "externalIPs"]).is_empty() {
        default(service, &EXTERNAL_POLICY, "Cluster".into());
    }
    if matches!(
        service.text(&TYPE),
        "ClusterIP" | "NodePort" | "LoadBalancer"
    ) {
        default(
            service,
            &["spec", "internalTrafficPolicy"],
            "Cluster".into(),
        );
    }
    if service.text(&TYPE) == "LoadBalancer" {
        default(service, &BALANCER_PORTS, true.into());
    }
    complete_addresses(service);
}

/// Addresses are of one family, but for those of a headless service whose endpoints anybody may add.
fn complete_addresses(service: &mut Tree) {
    if !has_cluster_ip(service) {
        return;
    }
    let one = service.text(&CLUSTER_IP).to_owned();
    if !one.is_empty() && service.list(&CLUSTER_IPS).is_empty() {
        service.set(&CLUSTER_IPS, vec![one.as_str().into()].into());
    }
    let selects = service.at(&["spec", "selector"]).and_then(Value::as_object);
    let is_open = one == NONE && selects.is_none_or(Object::is_empty);
    let (policy, families) = match is_open {
        true => ("RequireDualStack", &["IPv4", "IPv6"][..]),
        false => ("SingleStack", &["IPv4"][..]),
    };
    default(service, &FAMILY_POLICY, policy.into());
    if service.list(&FAMILIES).is_empty() {
        let families = families.iter().map(|family| Value::from(*family)).collect();
        service.set(&FAMILIES, Value::Array(families));
    }
}

/// A service that becomes one of another type loses what came with the old one, unless the client
/// changes that too.
pub(super) fn drop_what_the_type_has_not(new: &mut Tree, old: &Tree) {
    let same = |new: &Tree, path: &[&str]| new.at(path) == old.at(path);
    if has_cluster_ip(old) && !has_cluster_ip(new) {
        if same(new, &CLUSTER_IP) && same(new, &CLUSTER_IPS) {
            new.remove(&CLUSTER_IP);
            new.remove(&CLUSTER_IPS);
        }
        for field in [FAMILIES, FAMILY_POLICY, INTERNAL_POLICY] {
            if same(new, &field) {
                new.remove(&field);
            }
        }
    }
    if is_external(old) && !is_external(new) {
        let had: Vec<i64> = old.list(&PORTS).iter().map(node_port).collect();
        let keeps = |port: &Value| node_port(port) == 0 || had.contains(&node_port(port));
        if new.list(&PORTS).iter().all(keeps) {
            change_ports(new, |port| drop(port.remove(&["nodePort"])));
        }
        if same(new, &EXTERNAL_POLICY) && new.list(&["spec", "externalIPs"]).is_empty() {
            new.remove(&EXTERNAL_POLICY);
        }
    }
    if has_health_check(old) && !has_health_check(new) && same(new, &HEALTH_CHECK_PORT) {
        new.remove(&HEALTH_CHECK_PORT);
    }
    if old.text(&TYPE) == "LoadBalancer" && new.text(&TYPE) != "LoadBalancer" {
        for field in [BALANCER_PORTS, ["spec", "loadBalancerClass"]] {
            if same(new, &field) {
                new.remove(&field);
            }
        }
    }
    if new.text(&TYPE) != "LoadBalancer" {
        new.set(&["status", "loadBalancer"], Object::new().into());
    }
}

/// Changes each port of a service.
pub(super) fn change_ports(service: &mut Tree, mut change: impl FnMut(&mut Tree)) {
    let ports = service.list(&PORTS).iter().map(|port| {
        let port = port.as_object().cloned().unwrap_or_default();
        let mut port = Tree::new(port, &SERVICE_PORT);
        change(&mut port);
        Value::Object(port.object().clone())
    });
    let ports: Vec<_> = ports.collect();
    if !ports.is_empty() {
        service.set(&PORTS, Value::Array(ports));
    }
}

/// Sets what is not there or says nothing.
fn default(tree: &mut Tree, path: &[&str], value: Value) {
    let says = tree.at(path);
    if says.is_none_or(|says| says.is_null() || says.as_str() == Some("")) {
        tree.set(path, value);
    }
}
