//! Values, lists and maps.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use pintle_crd::ErrorKind;
use pintle_meta::{IntOrString, Quantity, RawExtension};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{field, refused, schema, structural_of};

#[test]
fn an_option_may_be_null_or_missing() {
    #[derive(JsonSchema)]
    struct Spec {
        name: String,
        note: Option<String>,
    }
    assert_eq!(
        schema::<Spec>(),
        json!({
            "type": "object",
            "required": ["name"],
            "properties": {
                "name": {"type": "string"},
                "note": {"type": "string", "nullable": true},
            },
        })
    );
}

#[test]
fn defaults_are_the_servers_too() {
    #[derive(JsonSchema, Deserialize, Serialize)]
    struct Spec {
        #[serde(default = "three")]
        count: i32,
        #[serde(default)]
        note: Option<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tags: Vec<String>,
    }
    fn three() -> i32 {
        3
    }
    let schema = schema::<Spec>();
    assert_eq!(schema.get("required"), None);
    assert_eq!(schema["properties"]["count"]["default"], 3);
    // A default of null is none to Kubernetes, and what is not written needs none.
    assert_eq!(schema["properties"]["note"].get("default"), None);
    assert_eq!(schema["properties"]["tags"].get("default"), None);
}

#[test]
fn numbers_have_the_limits_of_their_types() {
    let number = |format, minimum: Option<i64>, maximum: Option<i64>| {
        let mut schema = json!({"type": "integer", "format": format});
        if let Some(minimum) = minimum {
            schema["minimum"] = minimum.into();
        }
        if let Some(maximum) = maximum {
            schema["maximum"] = maximum.into();
        }
        schema
    };
    assert_eq!(schema::<i8>(), number("int32", Some(-128), Some(127)));
    assert_eq!(schema::<u8>(), number("int32", Some(0), Some(255)));
    assert_eq!(
        schema::<i16>(),
        number("int32", Some(-32_768), Some(32_767))
    );
    assert_eq!(schema::<u16>(), number("int32", Some(0), Some(65_535)));
    assert_eq!(schema::<i32>(), number("int32", None, None));
    assert_eq!(
        schema::<u32>(),
        number("int64", Some(0), Some(4_294_967_295))
    );
    assert_eq!(schema::<i64>(), number("int64", None, None));
    assert_eq!(schema::<u64>(), number("int64", Some(0), None));
    assert_eq!(schema::<isize>(), number("int64", None, None));
    assert_eq!(
        schema::<f32>(),
        json!({"type": "number", "format": "float"})
    );
    assert_eq!(
        schema::<f64>(),
        json!({"type": "number", "format": "double"})
    );
}

#[test]
fn the_tighter_limit_counts() {
    #[derive(JsonSchema)]
    struct Spec {
        #[schemars(range(min = 1, max = 1000))]
        small: u8,
        #[schemars(extend("exclusiveMinimum" = 0))]
        positive: f64,
    }
    let small = field::<Spec>("small");
    assert_eq!(
        (&small["minimum"], &small["maximum"]),
        (&json!(1), &json!(255))
    );
    let positive = field::<Spec>("positive");
    assert_eq!(positive["minimum"], 0);
    assert_eq!(positive["exclusiveMinimum"], true);
}

#[test]
fn formats_that_kubernetes_does_not_know_are_left_out() {
    let format = |format: &str| {
        // `format` is the last word on what text is; the rest is derived from the type.
        let text = json!({"type": "string", "format": format});
        let schema = structural_of(text);
        schema
            .get("format")
            .map(|format| format.as_str().unwrap().to_owned())
    };
    for known in [
        "date-time",
        "date",
        "uuid",
        "ipv4",
        "uri",
        "byte",
        "email",
        "hostname",
    ] {
        assert_eq!(format(known).as_deref(), Some(known));
    }
    // ISO 8601 to JSON Schema, Go's own to Kubernetes.
    assert_eq!(format("duration"), None);
    for unknown in ["time", "ip", "regex", "iri"] {
        assert_eq!(format(unknown), None, "{unknown}");
    }
}

#[test]
fn an_integer_or_text_is_what_kubernetes_calls_so() {
    #[derive(JsonSchema)]
    #[serde(untagged)]
    enum Port {
        Number(u16),
        Name(#[schemars(length(max = 15))] String),
    }
    #[derive(JsonSchema)]
    #[serde(untagged)]
    enum Replicas {
        Fixed(i32),
        Word(Word),
    }
    #[derive(JsonSchema)]
    #[serde(rename_all = "kebab-case")]
    enum Word {
        All,
        OnePerNode,
    }
    assert_eq!(
        schema::<Port>(),
        json!({
            "x-kubernetes-int-or-string": true,
            "minimum": 0,
            "maximum": 65535,
            "maxLength": 15,
        })
    );
    assert_eq!(
        schema::<Replicas>(),
        json!({
            "x-kubernetes-int-or-string": true,
            "minimum": i32::MIN,
            "maximum": i32::MAX,
            "pattern": r"^(?:all|one\-per\-node)$",
        })
    );
    assert_eq!(
        schema::<IntOrString>(),
        json!({"x-kubernetes-int-or-string": true})
    );
    let quantity = schema::<Quantity>();
    assert_eq!(quantity["x-kubernetes-int-or-string"], true);
    assert!(quantity["pattern"].is_string());
    assert_eq!(
        schema::<Option<IntOrString>>(),
        json!({"x-kubernetes-int-or-string": true, "nullable": true})
    );
}

#[test]
fn raw_values_are_kept_as_they_come() {
    let any = json!({"nullable": true, "x-kubernetes-preserve-unknown-fields": true});
    let object = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    assert_eq!(schema::<Value>(), any);
    assert_eq!(
        schema::<Vec<Value>>(),
        json!({"type": "array", "items": any})
    );
    assert_eq!(schema::<HashMap<String, Value>>(), object);
    assert_eq!(schema::<RawExtension>(), object);
    #[derive(JsonSchema)]
    #[serde(untagged)]
    enum Open {
        Known { name: String },
        Else(Value),
    }
    assert_eq!(schema::<Open>(), any);
}

#[test]
fn maps_and_lists_are_maps_and_lists() {
    assert_eq!(
        schema::<BTreeMap<String, Vec<bool>>>(),
        json!({
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "boolean"}},
        })
    );
    assert_eq!(
        schema::<[i64; 2]>(),
        json!({
            "type": "array",
            "items": {"type": "integer", "format": "int64"},
            "minItems": 2,
            "maxItems": 2,
        })
    );
    assert_eq!(schema::<(i64, i64)>(), schema::<[i64; 2]>());
    let (kind, _, words) = refused::<(i64, String)>();
    assert_eq!(kind, ErrorKind::Unsupported);
    assert!(words.contains("a tuple whose parts differ"), "{words}");
    let (kind, _, words) = refused::<BTreeMap<u16, String>>();
    assert_eq!(kind, ErrorKind::Unsupported);
    assert!(words.contains("text as keys"), "{words}");
    let (kind, _, words) = refused::<()>();
    assert_eq!(kind, ErrorKind::Unsupported);
    assert!(words.contains("always null"), "{words}");
}

#[test]
fn sets_are_sets() {
    #[derive(JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
    struct Member {
        name: String,
    }
    assert_eq!(
        schema::<BTreeSet<String>>(),
        json!({
            "type": "array",
            "items": {"type": "string"},
            "x-kubernetes-list-type": "set",
        })
    );
    let members = schema::<BTreeSet<Member>>();
    assert_eq!(members["x-kubernetes-list-type"], "set");
    assert_eq!(members["items"]["x-kubernetes-map-type"], "atomic");
}
