//! The addresses and ports that services have for themselves.

use std::{collections::HashSet, net::Ipv4Addr};

use pintle_codec::Value;

use super::{
    BALANCER_PORTS, CLUSTER_IP, CLUSTER_IPS, HEALTH_CHECK_PORT, NONE, PORTS, defaults,
    has_cluster_ip, has_health_check, is_external, node_port, shown,
};
use crate::{
    registry::{ClaimError, NODE_PORTS, Reservation},
    schema::Tree,
    validation::FieldError,
};

/// The one address stands for all: who changes it alone means the others too.
pub(super) fn change_all_with_one(new: &mut Tree, old: &Tree) {
    if new.at(&CLUSTER_IPS) != old.at(&CLUSTER_IPS) {
        return;
    }
    match new.text(&CLUSTER_IP).to_owned() {
        one if one == old.text(&CLUSTER_IP) => {}
        one if one.is_empty() => drop(new.remove(&CLUSTER_IPS)),
        one => new.set(&CLUSTER_IPS, vec![one.into()].into()),
    }
}

/// What a service was given before and does not say again stays its own.
pub(super) fn keep(new: &mut Tree, old: &Tree) {
    if has_cluster_ip(old) && has_cluster_ip(new) {
        if new.text(&CLUSTER_IP).is_empty() {
            new.copy_from(old, &CLUSTER_IP);
        }
        if new.list(&CLUSTER_IPS).is_empty() {
            new.copy_from(old, &CLUSTER_IPS);
        }
    }
    if has_node_ports(old) && has_node_ports(new) {
        let name = |port: &Value| port.get("name").and_then(Value::as_str).map(str::to_owned);
        let ports = |tree: &Tree| -> Vec<_> {
            let ports = tree.list(&PORTS).iter();
            ports.map(|port| (name(port), node_port(port))).collect()
        };
        let (had, has) = (ports(old), ports(new));
        let has: HashSet<i64> = has.into_iter().map(|(_, port)| port).collect();
        defaults::change_ports(new, |port| {
            let own = Value::Object(port.object().clone());
            let before = had.iter().find(|(known, _)| *known == name(&own));
            if let Some((_, before)) = before
                && node_port(&own) == 0
                && *before != 0
                && !has.contains(before)
            {
                port.set(&["nodePort"], (*before).into());
            }
        });
    }
    if has_health_check(old) && has_health_check(new) && new.at(&HEALTH_CHECK_PORT).is_none() {
        new.copy_from(old, &HEALTH_CHECK_PORT);
    }
}

/// Reserves what a service says and needs, and says what it was given.
pub(super) fn reserve(service: &mut Tree, reservation: &mut Reservation<'_>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if has_cluster_ip(service) && service.text(&CLUSTER_IP) != NONE {
        reserve_address(service, reservation, &mut errors);
    }
    if has_node_ports(service) {
        reserve_ports(service, reservation, &mut errors);
    }
    if has_health_check(service) {
        let wanted = service.at(&HEALTH_CHECK_PORT).and_then(Value::as_int);
        match reserve_port(wanted.unwrap_or_default(), reservation) {
            Ok(port) => service.set(&HEALTH_CHECK_PORT, port.into()),
            Err(why) => {
                let wanted = wanted.unwrap_or_default().to_string();
                let field = "spec.healthCheckNodePort";
                errors.push(FieldError::invalid_shown(field, &wanted, &why));
            }
        }
    }
    errors
}

fn reserve_address(
    service: &mut Tree,
    reservation: &mut Reservation<'_>,
    errors: &mut Vec<FieldError>,
) {
    let wanted = service.text(&CLUSTER_IP).to_owned();
    let address = if wanted.is_empty() {
        reservation.any_address()
    } else if let Ok(address) = wanted.parse::<Ipv4Addr>() {
        reservation.address(address).map(|()| address)
    } else {
        const WHY: &str = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
        errors.push(FieldError::invalid("spec.clusterIPs[0]", &wanted, WHY));
        return;
    };
    match address {
        Ok(address) => {
            service.set(&CLUSTER_IP, address.to_string().into());
            service.set(&CLUSTER_IPS, vec![address.to_string().into()].into());
        }
        Err(error) => {
            let why = match error {
                ClaimError::Taken => "provided IP is already allocated",
                ClaimError::OutOfRange => "the provided network does not match the current range",
                ClaimError::Exhausted => "range is full",
            };
            let shown = shown(service.at(&CLUSTER_IPS));
            let why = format!("failed to allocate IP {wanted}: {why}");
            errors.push(FieldError::invalid_shown("spec.clusterIPs", &shown, &why));
        }
    }
}

fn reserve_ports(
    service: &mut Tree,
    reservation: &mut Reservation<'_>,
    errors: &mut Vec<FieldError>,
) {
    let mut at = 0;
    defaults::change_ports(service, |port| {
        let wanted = port.get("nodePort").and_then(Value::as_int);
        let wanted = wanted.unwrap_or_default();
        match reserve_port(wanted, reservation) {
            Ok(number) => port.set(&["nodePort"], number.into()),
            Err(why) => {
                let field = format!("spec.ports[{at}].nodePort");
                errors.push(FieldError::invalid_shown(field, &wanted.to_string(), &why));
            }
        }
        at += 1;
    });
}

/// A port: this one, or any if it is none.
fn reserve_port(wanted: i64, reservation: &mut Reservation<'_>) -> Result<i64, String> {
    let reserved = match wanted {
        0 => reservation.any_port(),
        wanted => match u16::try_from(wanted) {
            Ok(port) => reservation.port(port).map(|()| port),
            Err(_) => Err(ClaimError::OutOfRange),
        },
    };
    reserved.map(i64::from).map_err(|error| match error {
        ClaimError::Taken => "provided port is already allocated".to_owned(),
        ClaimError::Exhausted => "range is full".to_owned(),
        ClaimError::OutOfRange => format!(
            "provided port is not in the valid range. The range of valid ports is {}-{}",
            NODE_PORTS.start(),
            NODE_PORTS.end()
        ),
    })
}

/// Whether a service has ports of its own on every node.
fn has_node_ports(service: &Tree) -> bool {
    let declines = service.at(&BALANCER_PORTS).and_then(Value::as_bool) == Some(false);
    is_external(service) && !(service.text(&super::TYPE) == "LoadBalancer" && declines)
}
