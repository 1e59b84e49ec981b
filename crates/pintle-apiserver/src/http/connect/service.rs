//! The endpoint that a request for a service goes to.

use std::net::IpAddr;

use pintle_codec::Value;

use super::{
    pod::{number, text},
    proxy::Asked,
};
use crate::{
    http::{Api, api::Call},
    proxy::{Endpoint, is_public},
    quote::Quoted,
    status::Failure,
};

impl Api {
    /// One of the endpoints of a service: a pod that has the address that the endpoint says it has.
    pub(super) fn service(&self, call: &Call<'_>) -> Result<Endpoint, Failure> {
        let asked = Asked::read(call, "service")?;
        let (namespace, name) = (&call.target.namespace, asked.name);
        // A port of the service by its number is the one of its name.
        let mut port = asked.port.to_owned();
        if let Ok(wanted) = asked.port.parse::<i64>() {
            let service = self.find(call, "services", namespace, name)?;
            let mut ports = service.list(&["spec", "ports"]).iter();
            let found = ports.find(|port| number(port, &["port"]) == wanted);
            let Some(found) = found else {
                let name = Quoted(name);
                return Err(Failure::service_unavailable(format!(
                    "no service port {wanted} found for service {name}"
                )));
            };
            port = text(found, &["name"]).to_owned();
        }
        let endpoints = self.find(call, "endpoints", namespace, name)?;
        let none = |id: &str| {
            let id = Quoted(id);
            Failure::service_unavailable(format!("no endpoints available for service {id}"))
        };
        let subsets = endpoints.list(&["subsets"]);
        if subsets.is_empty() {
            return Err(none(name));
        }
        for subset in self.shuffled(subsets) {
            let of = |field: &str| {
                let list = subset.get(field).and_then(Value::as_array);
                list.unwrap_or_default()
            };
            let mut ports = of("ports").iter();
            let Some(port) = ports.find(|found| text(found, &["name"]) == port) else {
                continue;
            };
            let mut addresses = self.shuffled(of("addresses"));
            let address = addresses.find(|address| self.is_pod(call, address));
            if let Some(address) = address {
                let port = number(port, &["port"]).to_string();
                return Ok(asked.at(text(address, &["ip"]), &port));
            }
        }
        Err(none(&call.target.name))
    }

    /// Whether an address of an endpoint is that of a pod in the same namespace, as it says. Whoever
    /// can write endpoints could otherwise reach whatever the server reaches.
    fn is_pod(&self, call: &Call<'_>, address: &Value) -> bool {
        let (ip, namespace) = (text(address, &["ip"]), &call.target.namespace);
        if text(address, &["targetRef", "namespace"]) != namespace {
            return false;
        }
        let name = text(address, &["targetRef", "name"]);
        let Ok(pod) = self.find(call, "pods", namespace, name) else {
            return false;
        };
        let mut addresses = pod.list(&["status", "podIPs"]).iter();
        addresses.any(|address| text(address, &["ip"]) == ip)
            && ip.parse::<IpAddr>().is_ok_and(is_public)
    }

    /// All of them, in their order but for where it begins.
    fn shuffled<'v>(&self, values: &'v [Value]) -> impl Iterator<Item = &'v Value> {
        let start = self.random.below(values.len() as u64);
        let (before, behind) = values.split_at(usize::try_from(start).unwrap_or_default());
        behind.iter().chain(before)
    }
}
