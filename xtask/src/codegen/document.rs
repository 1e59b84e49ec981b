//! Documentation of generated types: facts, and where upstream describes them.

use super::facts::{Facts, Field, Package};
use super::kinds;

/// The group and version as people write them.
pub(super) fn group_version(package: &Package) -> String {
    let group = if package.group.is_empty() {
        "core"
    } else {
        &package.group
    };
    format!("{group}/{}", package.version)
}

/// The group in words.
pub(super) fn group(package: &Package) -> String {
    if package.group.is_empty() {
        "core group, the one without a name".to_owned()
    } else {
        format!("group `{}`", package.group)
    }
}

/// Where the Go type is described, in the release that the facts are from.
pub(super) fn reference(facts: &Facts, package: &Package, type_: &str) -> String {
    // Kubernetes 1.36.3 is made of modules at v0.36.3.
    let release = facts.api.kubernetes.strip_prefix("1.").unwrap_or_default();
    let mut path = package.package.splitn(3, '/');
    let mut next = || path.next().unwrap_or_default();
    let (host, module, rest) = (next(), next(), next());
    format!("https://pkg.go.dev/{host}/{module}@v0.{release}/{rest}#{type_}")
}

/// The facts about a field.
pub(super) fn field(field: &Field) -> String {
    if kinds::is_type_meta(field) {
        return "`kind` and `apiVersion` of an object that is part of another one, if it says them; empty in \
                a document of its own."
            .to_owned();
    }
    let mut facts = Vec::new();
    if field.inline {
        facts.push("its fields stand in this struct's place".to_owned());
    }
    if field.required {
        facts.push("required".to_owned());
    }
    if let Some(default) = &field.default {
        facts.push(format!("default `{default}`"));
    }
    if !field.enum_.is_empty() {
        facts.push(format!("one of `{}`", field.enum_.join("`, `")));
    }
    match (field.list.as_deref(), field.keys.as_slice()) {
        (Some(list), []) => facts.push(format!("list type {list}")),
        (Some(list), keys) => facts.push(format!("list type {list} by `{}`", keys.join("`, `"))),
        (None, _) => {}
    }
    if let Some(map) = &field.map {
        facts.push(format!("map type {map}"));
    }
    match (&field.patch, &field.merge_key) {
        (Some(patch), Some(key)) => facts.push(format!("patch strategy {patch} by `{key}`")),
        (Some(patch), None) => facts.push(format!("patch strategy {patch}")),
        (None, _) => {}
    }
    if let Some(format) = &field.format {
        facts.push(format!("format {format}"));
    }
    let name = if field.json.is_empty() {
        &field.go
    } else {
        &field.json
    };
    if facts.is_empty() {
        format!("`{name}`.")
    } else {
        format!("`{name}`: {}.", facts.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_names_the_module_of_the_release() {
        let facts = Facts::load(&crate::workspace::root().join("schema")).unwrap();
        let reference = |package: &str, type_| reference(&facts, &facts.packages[package], type_);
        let release = facts.api.kubernetes.strip_prefix("1.").unwrap();
        assert_eq!(
            reference("core.v1", "Pod"),
            format!("https://pkg.go.dev/k8s.io/api@v0.{release}/core/v1#Pod")
        );
        assert_eq!(
            reference("metrics.v1beta1", "PodMetrics"),
            format!(
                "https://pkg.go.dev/k8s.io/metrics@v0.{release}/pkg/apis/metrics/v1beta1#PodMetrics"
            )
        );
    }
}
