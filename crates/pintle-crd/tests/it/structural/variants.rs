//! Enums: what their variants share, and what each demands.

use std::collections::{BTreeMap, BTreeSet};

use pintle_crd::{ErrorKind, Rule};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{field, refused, schema, structural_of, text};

#[test]
fn an_enum_of_names_is_a_choice_of_text() {
    /// When images are pulled.
    #[derive(JsonSchema)]
    #[serde(rename_all = "camelCase")]
    enum Pull {
        Always,
        IfMissing,
    }
    assert_eq!(
        schema::<Pull>(),
        json!({
            "type": "string",
            "description": "When images are pulled.",
            "enum": ["always", "ifMissing"],
        })
    );
}

#[test]
fn what_is_said_of_names_is_kept() {
    /// When images are pulled.
    #[derive(JsonSchema)]
    enum Pull {
        /// Before each start,
        /// whatever is there.
        Always,
        Never,
        /// Unless there is one.
        IfMissing,
    }
    #[derive(JsonSchema)]
    struct Spec {
        /// When this one is pulled.
        pull: Pull,
    }
    let schema = field::<Spec>("pull");
    assert_eq!(
        schema["description"],
        "When this one is pulled.\n\n\
         - `Always`: Before each start, whatever is there.\n\
         - `IfMissing`: Unless there is one."
    );
    let values: BTreeSet<&str> = schema["enum"]
        .as_array()
        .unwrap()
        .iter()
        .map(text)
        .collect();
    assert_eq!(values, BTreeSet::from(["Always", "IfMissing", "Never"]));
    assert_eq!(schema.get("oneOf"), None);
}

/// To the server null is in no choice, not even in one that names it.
#[test]
fn an_optional_choice_is_demanded_of_what_is_not_null() {
    #[derive(JsonSchema)]
    enum Pull {
        Always,
        /// Said of one, so that schemars writes another schema.
        Never,
    }
    #[derive(JsonSchema)]
    enum Plain {
        A,
        B,
    }
    #[derive(JsonSchema)]
    struct Spec {
        pull: Option<Pull>,
        plain: Option<Plain>,
    }
    let pull = field::<Spec>("pull");
    assert_eq!(
        (&pull["type"], &pull["nullable"]),
        (&json!("string"), &json!(true))
    );
    assert_eq!(pull["allOf"], json!([{"enum": ["Always", "Never"]}]));
    assert_eq!(
        field::<Spec>("plain"),
        json!({"type": "string", "nullable": true, "allOf": [{"enum": ["A", "B"]}]})
    );
}

#[test]
fn variants_with_fields_are_fields_of_which_one_is_there() {
    #[derive(JsonSchema)]
    #[serde(rename_all = "camelCase")]
    enum Source {
        /// From a repository.
        Git {
            url: String,
            depth: Option<u8>,
        },
        Image(Image),
        Empty {},
    }
    /// An image.
    #[derive(JsonSchema)]
    struct Image {
        reference: String,
    }
    assert_eq!(
        schema::<Source>(),
        json!({
            "type": "object",
            "properties": {
                "git": {
                    "type": "object",
                    "description": "From a repository.",
                    "required": ["url"],
                    "properties": {
                        "url": {"type": "string"},
                        "depth": {
                            "type": "integer",
                            "format": "int32",
                            "minimum": 0,
                            "maximum": 255,
                            "nullable": true,
                        },
                    },
                },
                "image": {
                    "type": "object",
                    "description": "An image.",
                    "required": ["reference"],
                    "properties": {"reference": {"type": "string"}},
                },
                "empty": {"type": "object"},
            },
            "oneOf": [
                {"required": ["git"]},
                {"required": ["image"]},
                {"required": ["empty"]},
            ],
        })
    );
}

#[test]
fn variants_with_a_tag_demand_by_the_tag() {
    #[derive(JsonSchema)]
    #[serde(tag = "type")]
    enum Probe {
        /// Asks a port.
        Tcp {
            port: u16,
        },
        /// Asks a path.
        Http {
            port: u16,
            path: String,
        },
        Never,
    }
    let port = json!({"type": "integer", "format": "int32", "minimum": 0, "maximum": 65535});
    assert_eq!(
        schema::<Probe>(),
        json!({
            "type": "object",
            "required": ["type"],
            "properties": {
                "type": {
                    "type": "string",
                    "description": "- `Tcp`: Asks a port.\n- `Http`: Asks a path.",
                    "enum": ["Tcp", "Http", "Never"],
                },
                "port": port,
                "path": {"type": "string"},
            },
            "oneOf": [
                {"required": ["port"], "properties": {"type": {"enum": ["Tcp"]}}},
                {"required": ["port", "path"], "properties": {"type": {"enum": ["Http"]}}},
                {"properties": {"type": {"enum": ["Never"]}}},
            ],
        })
    );
}

#[test]
fn variants_with_tag_and_content_share_the_content() {
    #[derive(JsonSchema)]
    #[serde(tag = "kind", content = "with")]
    enum Step {
        Run { command: String },
        Wait { seconds: u32 },
        Stop,
    }
    assert_eq!(
        schema::<Step>(),
        json!({
            "type": "object",
            "required": ["kind"],
            "properties": {
                "kind": {"type": "string", "enum": ["Run", "Wait", "Stop"]},
                "with": {
                    "type": "object",
                    "properties": {
                        "command": {"type": "string"},
                        "seconds": {
                            "type": "integer",
                            "format": "int64",
                            "minimum": 0,
                            "maximum": 4_294_967_295_u32,
                        },
                    },
                },
            },
            "oneOf": [
                {
                    "required": ["with"],
                    "properties": {
                        "kind": {"enum": ["Run"]},
                        "with": {"required": ["command"]},
                    },
                },
                {
                    "required": ["with"],
                    "properties": {
                        "kind": {"enum": ["Wait"]},
                        "with": {"required": ["seconds"]},
                    },
                },
                {"properties": {"kind": {"enum": ["Stop"]}}},
            ],
        })
    );
}

#[test]
fn untagged_variants_demand_what_any_demands() {
    #[derive(JsonSchema)]
    #[serde(untagged)]
    enum Target {
        ByName { name: String },
        ByLabel { labels: BTreeMap<String, String> },
    }
    assert_eq!(
        schema::<Target>(),
        json!({
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "labels": {"type": "object", "additionalProperties": {"type": "string"}},
            },
            "anyOf": [{"required": ["name"]}, {"required": ["labels"]}],
        })
    );
}

/// Variants that deny unknown fields are told apart by fields that the other does not have. Where one
/// has all that the other demands, an object of both fits one of them, and both once the server has
/// dropped the denial.
#[test]
fn closed_variants_that_overlap_are_not_exclusive() {
    let closed = |fields: &[&str], required: &[&str]| {
        let properties = fields
            .iter()
            .map(|name| ((*name).to_owned(), json!({"type": "string"})));
        json!({
            "type": "object",
            "properties": properties.collect::<serde_json::Map<_, _>>(),
            "required": required,
            "additionalProperties": false,
        })
    };
    let ab = closed(&["a", "b"], &["a", "b"]);
    let overlapping = structural_of(json!({"oneOf": [ab, closed(&["a", "b", "c"], &["c"])]}));
    assert_eq!(overlapping.get("oneOf"), None);
    assert_eq!(
        overlapping["anyOf"],
        json!([{"required": ["a", "b"]}, {"required": ["c"]}])
    );
    let apart = structural_of(json!({"oneOf": [ab, closed(&["b", "c"], &["c"])]}));
    assert_eq!(
        apart["oneOf"],
        json!([{"required": ["a", "b"]}, {"required": ["c"]}])
    );
}

#[test]
fn what_is_of_several_types_is_refused() {
    #[derive(JsonSchema)]
    enum Mixed {
        Plain,
        With { field: i32 },
    }
    #[derive(JsonSchema)]
    #[serde(untagged)]
    enum Other {
        One(bool),
        Two(Vec<i32>),
    }
    #[derive(JsonSchema)]
    struct Spec {
        list: Vec<Mixed>,
    }
    let (kind, path, words) = refused::<Spec>();
    assert_eq!((kind, &*path), (ErrorKind::Unsupported, "list[*]"));
    assert!(
        words.contains("an object or text") && words.contains("`Name {}`"),
        "{words}"
    );
    let (kind, _, words) = refused::<Other>();
    assert_eq!(kind, ErrorKind::Unsupported);
    assert!(words.contains("a list or a boolean"), "{words}");
}

#[test]
fn a_field_of_several_types_in_variants_is_refused() {
    #[derive(JsonSchema)]
    #[serde(tag = "type")]
    enum Limit {
        Count { value: i32 },
        Share { value: String },
    }
    let (kind, path, words) = refused::<Limit>();
    assert_eq!((kind, &*path), (ErrorKind::Unsupported, "value"));
    assert!(
        words.contains("an integer and text in different variants"),
        "{words}"
    );
}

/// A default of one variant's field would be set in objects of the others.
#[test]
fn defaults_of_variants_are_left_to_serde() {
    #[derive(JsonSchema, Deserialize, Serialize)]
    #[serde(tag = "type")]
    enum Store {
        Disk {
            #[serde(default = "ten")]
            size: i32,
            #[serde(default = "ten")]
            shared: i32,
        },
        Memory {
            #[serde(default = "ten")]
            shared: i32,
        },
    }
    fn ten() -> i32 {
        10
    }
    let properties = &schema::<Store>()["properties"];
    assert_eq!(properties["size"].get("default"), None);
    // All have it, and alike.
    assert_eq!(properties["shared"]["default"], 10);
}

/// Kubernetes has no rules within alternatives; those of a variant's own object stand outside.
#[test]
fn rules_of_variants_move_with_their_field_or_are_refused() {
    #[derive(JsonSchema)]
    #[schemars(transform = Rule::new("self.a > 0"))]
    struct Ruled {
        a: i32,
    }
    #[derive(JsonSchema)]
    enum Own {
        A(Ruled),
        B {},
    }
    let own = schema::<Own>();
    assert_eq!(
        own["properties"]["A"]["x-kubernetes-validations"][0]["rule"],
        "self.a > 0"
    );
    #[derive(JsonSchema)]
    #[serde(tag = "type")]
    enum Shared {
        A(Ruled),
        B {},
    }
    let (kind, _, words) = refused::<Shared>();
    assert_eq!(kind, ErrorKind::Unsupported);
    assert!(words.contains("x-kubernetes-validations"), "{words}");
}

#[test]
fn what_variants_demand_of_a_shared_field_stays_with_them() {
    #[derive(JsonSchema)]
    #[serde(tag = "size")]
    enum Size {
        Small {
            #[schemars(range(max = 10))]
            count: i32,
        },
        Large {
            #[schemars(range(min = 10))]
            count: i32,
        },
    }
    let schema = schema::<Size>();
    assert_eq!(
        schema["properties"]["count"],
        json!({"type": "integer", "format": "int32"})
    );
    assert_eq!(
        schema["oneOf"],
        json!([
            {"properties": {"count": {"maximum": 10}, "size": {"enum": ["Small"]}}},
            {"properties": {"count": {"minimum": 10}, "size": {"enum": ["Large"]}}},
        ])
    );
    assert_eq!(schema["required"], json!(["size", "count"]));
}
