//! The shapes of names, label keys and label values.

use std::net::IpAddr;

pub(crate) use pintle_meta::names::{dns_label, dns_subdomain, label_key, label_value};

/// The name of an object for which only the first part of it is known: what is appended later
/// begins with a letter or digit, so a trailing dash is no fault.
pub(crate) fn without_trailing_dash(prefix: &str) -> String {
    match prefix.strip_suffix('-') {
        Some(rest) if !rest.is_empty() => format!("{rest}a"),
        _ => prefix.to_owned(),
    }
}

/// What cannot stand between two slashes of a path.
pub(crate) fn path_segment(name: &str, prefix: bool) -> Vec<String> {
    if !prefix && matches!(name, "." | "..") {
        return vec![format!("may not be '{name}'")];
    }
    let illegal = ["/", "%"].into_iter().filter(|part| name.contains(part));
    illegal
        .map(|part| format!("may not contain '{part}'"))
        .collect()
}

/// What is no address in its canonical form.
pub(crate) fn ip_address(name: &str) -> Vec<String> {
    match name.parse::<IpAddr>() {
        Ok(address) if address.to_string() == name => Vec::new(),
        Ok(address) => vec![format!("must be in canonical form (\"{address}\")")],
        Err(_) => vec!["must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)".to_owned()],
    }
}
