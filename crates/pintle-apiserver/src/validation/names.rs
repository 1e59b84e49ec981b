//! The shapes of names, label keys and label values.

pub(crate) use pintle_meta::names::{dns_label, dns_subdomain, label_key, label_value};

/// The name of an object for which only the first part of it is known: what is appended later
/// begins with a letter or digit, so a trailing dash is no fault.
pub(crate) fn without_trailing_dash(prefix: &str) -> String {
    match prefix.strip_suffix('-') {
        Some(rest) if !rest.is_empty() => format!("{rest}a"),
        _ => prefix.to_owned(),
    }
}
