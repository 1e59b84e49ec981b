//! Schemas of values that are left open.

use schemars::{Schema, SchemaGenerator, json_schema};

/// The schema of a value that may be anything and is kept as it comes, for
/// `#[schemars(schema_with = "pintle::crd::any_value")]`.
///
/// A `serde_json::Value` has this schema already.
pub fn any_value(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"x-kubernetes-preserve-unknown-fields": true})
}

/// The schema of an object whose fields are kept as they come, for
/// `#[schemars(schema_with = "pintle::crd::any_object")]`: a type that contains itself, for
/// instance, or one whose variants Kubernetes cannot tell apart.
///
/// A [`RawExtension`](pintle_meta::RawExtension) has this schema already.
pub fn any_object(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "object", "x-kubernetes-preserve-unknown-fields": true})
}
