//! The columns of the addresses behind services.

use pintle_codec::Value;

use super::{
    column::{
        AGE,
        Cell::{Of, Text},
        Column, NAME, Table,
    },
    field::{integer, list, text},
    join::{join_few, or, or_none},
};
use crate::schema::Tree;

pub(super) static ENDPOINTS: Table = Table::new(&[
    NAME,
    Column::new(
        "Endpoints",
        "The addresses and ports that take traffic.",
        Of(|endpoints| addresses(endpoints).into()),
    ),
    AGE,
]);

pub(super) static ENDPOINT_SLICES: Table = Table::new(&[
    NAME,
    Column::new(
        "AddressType",
        "What the addresses are.",
        Text(&["addressType"]),
    ),
    Column::new(
        "Ports",
        "The ports of each endpoint.",
        Of(|slice| {
            let ports = slice.list(&["ports"]).iter().map(port);
            or(&join_few(MOST, ",", ports), "<unset>").into()
        }),
    ),
    Column::new(
        "Endpoints",
        "The addresses of the endpoints.",
        Of(|slice| {
            let endpoints = slice.list(&["endpoints"]).iter();
            let addresses = endpoints.flat_map(|endpoint| list(endpoint, "addresses"));
            let addresses = addresses.filter_map(Value::as_str);
            or(&join_few(MOST, ",", addresses), "<unset>").into()
        }),
    ),
    AGE,
]);

fn addresses(endpoints: &Tree) -> String {
    let subsets = endpoints.list(&["subsets"]);
    if subsets.is_empty() {
        return or_none("").to_owned();
    }
    let shown = subsets.iter().flat_map(|subset| {
        let addresses = || {
            list(subset, "addresses")
                .iter()
                .map(|address| text(address, "ip"))
        };
        match list(subset, "ports") {
            // Without ports for a service that has no address of its own.
            [] => addresses().map(str::to_owned).collect::<Vec<_>>(),
            ports => ports
                .iter()
                .flat_map(|port| {
                    let port = integer(port.get("port"));
                    addresses().map(move |ip| with_port(ip, port))
                })
                .collect(),
        }
    });
    join_few(MOST, ",", shown)
}

fn with_port(ip: &str, port: i64) -> String {
    match ip.contains(':') {
        true => format!("[{ip}]:{port}"),
        false => format!("{ip}:{port}"),
    }
}

/// The number of a port of a slice; its name, or `*` for all, if it has none.
fn port(port: &Value) -> String {
    match port.get("port").and_then(Value::as_int) {
        Some(number) => number.to_string(),
        None => {
            let name = port.get("name").and_then(Value::as_str);
            name.unwrap_or("*").to_owned()
        }
    }
}

/// How many are shown.
const MOST: usize = 3;
