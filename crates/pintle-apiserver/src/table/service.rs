//! The columns of services.

use std::collections::BTreeSet;

use pintle_codec::Value;

use super::{
    column::{
        AGE,
        Cell::{Labels, Of, Text},
        Column, NAME, Table,
    },
    field::{integer, text},
    join::{join, or, or_none},
    template::SELECTS,
};
use crate::schema::Tree;

pub(super) static SERVICES: Table = Table::new(&[
    NAME,
    Column::new(
        "Type",
        "How the service is exposed.",
        Text(&["spec", "type"]),
    ),
    Column::new(
        "Cluster-IP",
        "The address of the service within the cluster.",
        Of(|service| {
            let first = service.list(&["spec", "clusterIPs"]).first();
            first.and_then(Value::as_str).unwrap_or("<none>").into()
        }),
    ),
    Column::new(
        "External-IP",
        "The addresses of the service from outside.",
        Of(|service| external_ip(service).into()),
    ),
    Column::new(
        "Port(s)",
        "The ports of the service.",
        Of(|service| or_none(&join(service.list(&["spec", "ports"]).iter().map(port))).into()),
    ),
    AGE,
    Column::new("Selector", SELECTS, Labels(&["spec", "selector"])).wide(),
]);

/// The addresses at which a load balancer takes traffic, in the status of a service or an ingress.
pub(super) fn load_balancer(object: &Tree) -> String {
    let ingress = object.list(&["status", "loadBalancer", "ingress"]).iter();
    let addresses: BTreeSet<_> = ingress
        .map(|ingress| or(text(ingress, "ip"), text(ingress, "hostname")))
        .filter(|address| !address.is_empty())
        .collect();
    join(addresses)
}

fn external_ip(service: &Tree) -> String {
    let own = service.list(&["spec", "externalIPs"]).iter();
    let own = join(own.filter_map(Value::as_str));
    match service.text(&["spec", "type"]) {
        "ClusterIP" | "NodePort" => or_none(&own).to_owned(),
        "LoadBalancer" => {
            let all = [load_balancer(service), own];
            let all = join(all.iter().filter(|addresses| !addresses.is_empty()));
            or(&all, "<pending>").to_owned()
        }
        "ExternalName" => service.text(&["spec", "externalName"]).to_owned(),
        _ => "<unknown>".to_owned(),
    }
}

fn port(port: &Value) -> String {
    let (number, protocol) = (integer(port.get("port")), text(port, "protocol"));
    match integer(port.get("nodePort")) {
        node_port @ 1.. => format!("{number}:{node_port}/{protocol}"),
        _ => format!("{number}/{protocol}"),
    }
}
