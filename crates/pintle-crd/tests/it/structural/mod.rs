//! What structural schemas are made of which types. What is expected follows from Kubernetes' rules
//! for structural schemas; a real kube-apiserver takes such definitions in the gate.
#![expect(dead_code, reason = "types are looked at, and never made")]

mod parts;
mod values;
mod variants;

use pintle_crd::{ErrorKind, structural_schema};
use schemars::JsonSchema;
use serde_json::Value;

/// The schema of a type, as it is written.
fn schema<T: JsonSchema>() -> Value {
    serde_json::to_value(structural_schema::<T>().unwrap()).unwrap()
}

/// The schema of a field of a type.
fn field<T: JsonSchema>(name: &str) -> Value {
    schema::<T>()["properties"][name].clone()
}

/// The kind of the error, its path, and its words.
fn refused<T: JsonSchema>() -> (ErrorKind, String, String) {
    let error = structural_schema::<T>().unwrap_err();
    (error.kind(), error.path(), error.detail().to_owned())
}

thread_local! {
    static GIVEN: std::cell::RefCell<Value> = const { std::cell::RefCell::new(Value::Null) };
}

/// A type whose schema is the one that a test gives.
struct Given;

impl JsonSchema for Given {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Given".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        GIVEN.with_borrow(|given| given.clone().try_into().unwrap())
    }
}

fn try_structural_of(schema: Value) -> Result<Value, pintle_crd::Error> {
    GIVEN.set(schema);
    structural_schema::<Given>().map(|schema| serde_json::to_value(schema).unwrap())
}

fn structural_of(schema: Value) -> Value {
    try_structural_of(schema).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}
