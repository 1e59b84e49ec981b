//! The columns of services.

use std::collections::BTreeSet;

use pintle_codec::{Object, Value};

use super::{AGE, Column, NAME, NEVER, Table, age::age, integer, join, or_none, text};
use crate::schema::Tree;

pub(super) static SERVICE: Table = Table {
    columns: &[
        NAME,
        Column::text("Type", "How the service is exposed."),
        Column::text(
            "Cluster-IP",
            "The address of the service within the cluster.",
        ),
        Column::text("External-IP", "The addresses of the service from outside."),
        Column::text("Port(s)", "The ports of the service."),
        AGE,
        Column::text("Selector", "The labels by which pods belong to it.").wide(),
    ],
    cells: |service, now| {
        let cluster_ip = service.list(&["spec", "clusterIPs"]).first();
        let cluster_ip = cluster_ip.and_then(Value::as_str).unwrap_or_default();
        let selector = service.at(&["spec", "selector"]).and_then(Value::as_object);
        let selector = selector.into_iter().flat_map(Object::iter);
        let selector =
            selector.map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()));
        vec![
            service.metadata_text("name").into(),
            service.text(&["spec", "type"]).into(),
            or_none(cluster_ip).into(),
            external_ip(service).into(),
            join(service.list(&["spec", "ports"]).iter().map(port)).into(),
            age(service, now).into(),
            join(selector).into(),
        ]
    },
    completed: NEVER,
};

fn external_ip(service: &Tree) -> String {
    let own = service.list(&["spec", "externalIPs"]);
    let own = own.iter().filter_map(Value::as_str).map(str::to_owned);
    match service.text(&["spec", "type"]) {
        "ClusterIP" | "NodePort" => join(own),
        "LoadBalancer" => {
            let ingress = service.list(&["status", "loadBalancer", "ingress"]);
            let ingress: BTreeSet<_> = ingress
                .iter()
                .map(|ingress| match text(ingress, "ip") {
                    "" => text(ingress, "hostname").to_owned(),
                    ip => ip.to_owned(),
                })
                .filter(|address| !address.is_empty())
                .collect();
            let all: Vec<_> = ingress.into_iter().chain(own).collect();
            if all.is_empty() {
                "<pending>".to_owned()
            } else {
                join(all)
            }
        }
        "ExternalName" => service.text(&["spec", "externalName"]).to_owned(),
        _ => "<unknown>".to_owned(),
    }
}

fn port(port: &Value) -> String {
    let (number, protocol) = (integer(port.get("port")), text(port, "protocol"));
    match integer(port.get("nodePort")) {
        1.. => format!("{number}:{}/{protocol}", integer(port.get("nodePort"))),
        _ => format!("{number}/{protocol}"),
    }
}
