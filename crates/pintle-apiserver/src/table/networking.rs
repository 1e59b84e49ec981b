//! The columns of what lets traffic in, and of the addresses that services have.

use pintle_codec::Value;

use super::{
    class::{class, named},
    column::{
        AGE, AGE_CELL,
        Cell::{Of, Selector, Text, TextOr},
        Column, NAME, Table,
    },
    field::text,
    join::{and_more, join},
    service::load_balancer,
};
use crate::schema::Tree;

pub(super) static INGRESSES: Table = Table::new(&[
    NAME,
    Column::new(
        "Class",
        "The class that says who serves it.",
        TextOr(&["spec", "ingressClassName"], "<none>"),
    ),
    Column::new(
        "Hosts",
        "The hosts that it serves.",
        Of(|ingress| hosts(ingress).into()),
    ),
    Column::new(
        "Address",
        "Where the load balancer takes traffic.",
        Of(|ingress| load_balancer(ingress).into()),
    ),
    Column::new(
        "Ports",
        "The ports on which traffic comes.",
        Of(|ingress| match ingress.list(&["spec", "tls"]) {
            [] => "80".into(),
            _ => "80, 443".into(),
        }),
    ),
    AGE,
]);

pub(super) static INGRESS_CLASSES: Table = Table::new(&[
    class(|class| named(class, &["ingressclass.kubernetes.io/is-default-class"])),
    Column::new(
        "Controller",
        "Who serves the ingresses of the class.",
        Text(&["spec", "controller"]),
    ),
    Column::new(
        "Parameters",
        "The object with more that the controller needs to know.",
        Of(|class| parameters(class).into()),
    ),
    AGE,
]);

pub(super) static NETWORK_POLICIES: Table = Table::new(&[
    NAME,
    Column::new(
        "Pod-Selector",
        "The labels of the pods that it is for.",
        Selector(&["spec", "podSelector"]),
    ),
    AGE,
]);

pub(super) static SERVICE_CIDRS: Table = Table::new(&[
    NAME,
    Column::new(
        "CIDRs",
        "The ranges of addresses that services are given.",
        Of(|cidr| {
            join(
                cidr.list(&["spec", "cidrs"])
                    .iter()
                    .filter_map(Value::as_str),
            )
            .into()
        }),
    ),
    AGE,
]);

pub(super) static IP_ADDRESSES: Table = Table::new(&[
    NAME,
    Column::new(
        "ParentRef",
        "What has the address.",
        Of(|address| parent(address).into()),
    ),
])
// The real server sends an age and has no column for it.
.with_surplus(&[AGE_CELL]);

/// The first three hosts, or `*` if there is none. Whatever is behind the rule with the third counts
/// as more, whether it has a host or not, and so does a rule without one before it.
fn hosts(ingress: &Tree) -> String {
    const MOST: usize = 3;
    let rules = ingress.list(&["spec", "rules"]);
    let mut hosts = Vec::new();
    let mut more = 0;
    for rule in rules {
        if hosts.len() == MOST {
            more = rules.len() - MOST;
            break;
        }
        hosts.extend(Some(text(rule, "host")).filter(|host| !host.is_empty()));
    }
    match hosts.as_slice() {
        [] => "*".to_owned(),
        hosts => and_more(join(hosts), more),
    }
}

fn parameters(class: &Tree) -> String {
    let Some(parameters) = class.at(&["spec", "parameters"]) else {
        return "<none>".to_owned();
    };
    let (kind, name) = (text(parameters, "kind"), text(parameters, "name"));
    match parameters.get("apiGroup").and_then(Value::as_str) {
        Some(group) => format!("{kind}.{group}/{name}"),
        None => format!("{kind}/{name}"),
    }
}

/// `resource.group/namespace/name`, without what is empty.
fn parent(address: &Tree) -> String {
    let Some(parent) = address.at(&["spec", "parentRef"]) else {
        return "<none>".to_owned();
    };
    let resource = match (text(parent, "resource"), text(parent, "group")) {
        (resource, "") => resource.to_lowercase(),
        (resource, group) => format!("{resource}.{group}").to_lowercase(),
    };
    match (text(parent, "namespace"), text(parent, "name")) {
        ("", name) => format!("{resource}/{name}"),
        (namespace, name) => format!("{resource}/{namespace}/{name}"),
    }
}
