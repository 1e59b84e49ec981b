//! What every object's metadata has to be.

use pintle_codec::{Object, Value, json};

use super::{FieldError, names};
use crate::quote::Quoted;

/// What the name of an object of some resource may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum NameRule {
    /// A DNS label.
    DnsLabel,
    /// A DNS subdomain: most resources.
    #[default]
    DnsSubdomain,
    /// Whatever a path can have between two slashes.
    PathSegment,
    /// An address, in its canonical form.
    Ip,
}

/// What is wrong with the metadata of an object that is to be created.
pub(crate) fn validate_metadata(
    metadata: &Object,
    namespaced: bool,
    rule: NameRule,
) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let generate_name = text(metadata, "generateName");
    if !generate_name.is_empty() {
        let wrong = rule.check(generate_name, true);
        errors.extend(
            wrong
                .iter()
                .map(|wrong| FieldError::invalid("metadata.generateName", generate_name, wrong)),
        );
    }
    let name = text(metadata, "name");
    if name.is_empty() {
        let detail = "name or generateName is required";
        errors.push(FieldError::required("metadata.name", detail));
    } else {
        let wrong = rule.check(name, false);
        errors.extend(
            wrong
                .iter()
                .map(|wrong| FieldError::invalid("metadata.name", name, wrong)),
        );
    }
    let namespace = text(metadata, "namespace");
    const NAMESPACE: &str = "metadata.namespace";
    match (namespaced, namespace) {
        (true, "") => errors.push(FieldError::required(NAMESPACE, "")),
        (true, namespace) => {
            let wrong = names::dns_label(namespace);
            errors.extend(
                wrong
                    .iter()
                    .map(|wrong| FieldError::invalid(NAMESPACE, namespace, wrong)),
            );
        }
        (false, "") => {}
        (false, _) => errors.push(FieldError::forbidden(NAMESPACE, "not allowed on this type")),
    }
    errors.extend(validate_changeable(metadata));
    errors
}

/// What is wrong with the metadata of an object that is to replace one with the metadata `old`.
pub(crate) fn validate_metadata_update(metadata: &Object, old: &Object) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if old.contains_key("deletionTimestamp") {
        let had = finalizers(old);
        let mut added = finalizers(metadata);
        added.retain(|finalizer| !had.contains(finalizer));
        added.sort_unstable();
        added.dedup();
        if !added.is_empty() {
            let detail = format!(
                "no new finalizers can be added if the object is being deleted, found new \
                 finalizers []string{{{}}}",
                added
                    .iter()
                    .map(|name| Quoted(name).to_string())
                    .collect::<Vec<_>>()
                    .join(", ")
            );
            errors.push(FieldError::forbidden("metadata.finalizers", &detail));
        }
    }
    for field in [
        "name",
        "namespace",
        "uid",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
    ] {
        let (new, old) = (metadata.get(field), old.get(field));
        if new != old {
            let mut shown = Vec::new();
            json::write(new.unwrap_or(&Value::Null), &mut shown);
            let shown = String::from_utf8_lossy(&shown);
            let field = format!("metadata.{field}");
            errors.push(FieldError::invalid_shown(
                field,
                &shown,
                "field is immutable",
            ));
        }
    }
    errors.extend(validate_changeable(metadata));
    errors
}

impl NameRule {
    /// What is wrong with a name, or with the part of it that a generated name starts with.
    pub(crate) fn check(self, name: &str, prefix: bool) -> Vec<String> {
        let whole = if prefix {
            names::without_trailing_dash(name)
        } else {
            name.to_owned()
        };
        match self {
            Self::DnsLabel => names::dns_label(&whole),
            Self::DnsSubdomain => names::dns_subdomain(&whole),
            Self::PathSegment => names::path_segment(name, prefix),
            Self::Ip => names::ip_address(name),
        }
    }
}

/// What is wrong with the parts of metadata that may change.
fn validate_changeable(metadata: &Object) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (key, value) in entries(metadata, "labels") {
        for wrong in names::label_key(key) {
            errors.push(FieldError::invalid("metadata.labels", key, &wrong));
        }
        let value = value.as_str().unwrap_or_default();
        for wrong in names::label_value(value) {
            errors.push(FieldError::invalid("metadata.labels", value, &wrong));
        }
    }
    let mut size = 0;
    for (key, value) in entries(metadata, "annotations") {
        for wrong in names::label_key(&key.to_lowercase()) {
            errors.push(FieldError::invalid("metadata.annotations", key, &wrong));
        }
        size += key.len() + value.as_str().map_or(0, str::len);
    }
    if size > ANNOTATIONS_MAX {
        errors.push(FieldError::too_long(
            "metadata.annotations",
            ANNOTATIONS_MAX,
        ));
    }
    errors.extend(validate_owners(metadata));
    errors.extend(validate_finalizers(&finalizers(metadata)));
    errors
}

fn validate_owners(metadata: &Object) -> Vec<FieldError> {
    const FIELD: &str = "metadata.ownerReferences";
    let mut errors = Vec::new();
    let owners = metadata.get("ownerReferences").and_then(Value::as_array);
    for owner in owners.unwrap_or_default() {
        let text = |field| owner.get(field).and_then(Value::as_str).unwrap_or_default();
        let version = text("apiVersion");
        if version.is_empty() || version.ends_with('/') {
            let field = format!("{FIELD}.apiVersion");
            errors.push(FieldError::invalid(
                field,
                version,
                "version must not be empty",
            ));
        }
        for field in ["kind", "name", "uid"] {
            if text(field).is_empty() {
                let field = format!("{FIELD}.{field}");
                errors.push(FieldError::invalid(field, "", "must not be empty"));
            }
        }
    }
    errors
}

fn validate_finalizers(finalizers: &[&str]) -> Vec<FieldError> {
    const FIELD: &str = "metadata.finalizers";
    const STANDARD: [&str; 3] = ["kubernetes", ORPHAN, FOREGROUND];
    let mut errors = Vec::new();
    for finalizer in finalizers {
        for wrong in names::label_key(finalizer) {
            errors.push(FieldError::invalid(FIELD, finalizer, &wrong));
        }
    }
    if finalizers.contains(&ORPHAN) && finalizers.contains(&FOREGROUND) {
        let shown: Vec<_> = finalizers
            .iter()
            .map(|name| Quoted(name).to_string())
            .collect();
        let shown = format!("[{}]", shown.join(","));
        let detail = format!("finalizer {ORPHAN} and {FOREGROUND} cannot be both set");
        errors.push(FieldError::invalid_shown(FIELD, &shown, &detail));
    }
    for (at, finalizer) in finalizers.iter().enumerate() {
        if !finalizer.contains('/') && !STANDARD.contains(finalizer) {
            let detail = "name is neither a standard finalizer name nor is it fully qualified";
            let field = format!("{FIELD}[{at}]");
            errors.push(FieldError::invalid(field, finalizer, detail));
        }
    }
    errors
}

fn text<'a>(metadata: &'a Object, field: &str) -> &'a str {
    metadata
        .get(field)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn entries<'a>(
    metadata: &'a Object,
    field: &str,
) -> impl Iterator<Item = (&'a str, &'a Value)> + 'a {
    let map = metadata.get(field).and_then(Value::as_object);
    map.into_iter().flat_map(Object::iter)
}

fn finalizers(metadata: &Object) -> Vec<&str> {
    let list = metadata.get("finalizers").and_then(Value::as_array);
    list.unwrap_or_default()
        .iter()
        .filter_map(Value::as_str)
        .collect()
}

const ANNOTATIONS_MAX: usize = 256 << 10;

/// The finalizer of an object whose dependents are to lose their owner.
pub(crate) const ORPHAN: &str = "orphan";
/// The finalizer of an object whose dependents are to go before it.
pub(crate) const FOREGROUND: &str = "foregroundDeletion";

#[cfg(test)]
mod tests {
    use super::*;

    fn object(json: &str) -> Object {
        json::parse(json.as_bytes())
            .unwrap()
            .as_object()
            .unwrap()
            .clone()
    }

    fn check(json: &str) -> Vec<String> {
        let errors = validate_metadata(&object(json), true, NameRule::DnsSubdomain);
        errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn good_metadata_has_no_faults() {
        let good = r#"{"name":"a","namespace":"ns","labels":{"a/b":"c"},"annotations":{"A.com/B":"any thing"},"finalizers":["x.io/y","orphan"]}"#;
        assert_eq!(check(good), [""; 0]);
        assert_eq!(
            check(r#"{"name":"a-x","generateName":"a-","namespace":"ns"}"#),
            [""; 0]
        );
    }

    #[test]
    fn faults_are_found_and_named() {
        assert_eq!(
            check(r#"{"namespace":"ns"}"#),
            ["metadata.name: Required value: name or generateName is required"]
        );
        assert!(check(r#"{"name":"A","namespace":"ns"}"#)[0].starts_with(
            "metadata.name: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist"
        ));
        assert_eq!(
            check(r#"{"name":"a","namespace":"ns","labels":{"a b":"c d"}}"#).len(),
            2
        );
        assert_eq!(
            check(r#"{"name":"a","namespace":"ns","finalizers":["x"]}"#),
            [
                "metadata.finalizers[0]: Invalid value: \"x\": name is neither a standard \
                 finalizer name nor is it fully qualified"
            ]
        );
        let cluster = validate_metadata(
            &object(r#"{"name":"a","namespace":"ns"}"#),
            false,
            NameRule::DnsLabel,
        );
        assert_eq!(
            cluster[0].to_string(),
            "metadata.namespace: Forbidden: not allowed on this type"
        );
    }

    #[test]
    fn an_update_changes_no_identity() {
        let old = object(r#"{"name":"a","uid":"1","deletionTimestamp":"2026-01-01T00:00:00Z"}"#);
        let new = object(
            r#"{"name":"a","uid":"2","deletionTimestamp":"2026-01-01T00:00:00Z","finalizers":["a/b"]}"#,
        );
        let errors = validate_metadata_update(&new, &old);
        assert_eq!(
            errors.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [
                "metadata.finalizers: Forbidden: no new finalizers can be added if the object is \
                 being deleted, found new finalizers []string{\"a/b\"}",
                "metadata.uid: Invalid value: \"2\": field is immutable",
            ]
        );
    }
}
