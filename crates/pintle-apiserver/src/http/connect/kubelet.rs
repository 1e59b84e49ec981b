//! Where a node's kubelet is.

use pintle_codec::Value;

use super::pod::text;
use crate::{
    http::{Api, api::Call},
    proxy::{Endpoint, Trust},
    schema::Tree,
    status::Failure,
};

impl Api {
    /// The kubelet of a node.
    pub(super) fn kubelet(&self, call: &Call<'_>, node: &str) -> Result<Endpoint, Failure> {
        endpoint(&self.find(call, "nodes", "", node)?)
    }
}

fn endpoint(node: &Tree) -> Result<Endpoint, Failure> {
    let addresses = node.list(&["status", "addresses"]);
    let host = PREFERRED.iter().find_map(|preferred| {
        let mut addresses = addresses.iter();
        addresses.find(|address| text(address, &["type"]) == *preferred)
    });
    let Some(host) = host else {
        let shown = |address: &Value| {
            let (kind, address) = (text(address, &["type"]), text(address, &["address"]));
            format!("{{{kind} {address}}}")
        };
        let known: Vec<_> = addresses.iter().map(shown).collect();
        return Err(Failure::internal_plain(format!(
            "no preferred addresses found; known addresses: [{}]",
            known.join(" ")
        )));
    };
    let port = node.at(&["status", "daemonEndpoints", "kubeletEndpoint", "Port"]);
    let port = port.and_then(Value::as_int).filter(|port| *port > 0);
    let port = port.unwrap_or(DEFAULT_PORT).to_string();
    Ok(Endpoint::new(
        text(host, &["address"]),
        port,
        Trust::Kubelet,
    ))
}

/// The kinds of addresses by which a kubelet is reached, the best first. As kube-apiserver.
const PREFERRED: [&str; 5] = [
    "Hostname",
    "InternalDNS",
    "InternalIP",
    "ExternalDNS",
    "ExternalIP",
];
const DEFAULT_PORT: i64 = 10250;
