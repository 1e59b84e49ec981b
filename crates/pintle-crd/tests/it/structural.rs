//! What structural schemas are made of which types. What is expected follows from Kubernetes' rules
//! for structural schemas; a real kube-apiserver takes such definitions in the gate.
#![expect(dead_code, reason = "types are looked at, and never made")]

use std::collections::{BTreeMap, BTreeSet, HashMap};

use pintle_api::core::v1::{EnvVar, PodTemplateSpec};
use pintle_crd::{ErrorKind, Rule, structural_schema};
use pintle_meta::v1::Condition;
use pintle_meta::{IntOrString, Quantity, RawExtension, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

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

#[test]
fn flattened_fields_are_fields() {
    #[derive(JsonSchema)]
    struct Spec {
        own: String,
        #[serde(flatten)]
        common: Common,
        #[serde(flatten)]
        source: Source,
        #[serde(flatten)]
        maybe: Option<Extra>,
    }
    #[derive(JsonSchema)]
    struct Common {
        paused: bool,
    }
    #[derive(JsonSchema)]
    enum Source {
        Git { url: String },
        Image { name: String },
    }
    #[derive(JsonSchema)]
    #[serde(tag = "extra")]
    enum Extra {
        A { a: i32 },
        B { b: i32 },
    }
    let schema = schema::<Spec>();
    let names: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["Git", "Image", "a", "b", "extra", "own", "paused"]);
    assert_eq!(schema["required"], json!(["own", "paused"]));
    assert_eq!(
        schema["oneOf"],
        json!([{"required": ["Git"]}, {"required": ["Image"]}])
    );
    assert_eq!(schema["type"], "object");
    assert_eq!(schema.get("nullable"), None);
}

#[test]
fn a_flattened_map_keeps_what_comes() {
    #[derive(JsonSchema)]
    struct Spec {
        name: String,
        #[serde(flatten)]
        rest: HashMap<String, i32>,
    }
    assert_eq!(
        schema::<Spec>(),
        json!({
            "type": "object",
            "required": ["name"],
            "properties": {"name": {"type": "string"}},
            "x-kubernetes-preserve-unknown-fields": true,
        })
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

#[test]
fn a_type_that_contains_itself_is_refused_by_its_path() {
    #[derive(JsonSchema)]
    struct Spec {
        tree: Node,
    }
    #[derive(JsonSchema)]
    struct Node {
        name: String,
        branches: BTreeMap<String, Branch>,
    }
    #[derive(JsonSchema)]
    struct Branch {
        nodes: Vec<Node>,
    }
    let (kind, path, words) = refused::<Spec>();
    assert_eq!(kind, ErrorKind::Recursive);
    assert_eq!(path, "tree.branches[*].nodes[*]");
    assert!(words.contains("Node → Branch → Node"), "{words}");
    assert!(words.contains("RawExtension"), "{words}");

    #[derive(JsonSchema)]
    struct Cut {
        name: String,
        #[schemars(with = "Option<RawExtension>")]
        inner: Option<Box<Cut>>,
    }
    let schema = schema::<Cut>();
    assert_eq!(schema["required"], json!(["name"]));
    assert_eq!(
        schema["properties"]["inner"],
        json!({"type": "object", "nullable": true, "x-kubernetes-preserve-unknown-fields": true})
    );
}

/// A type that is used twice, and does not contain itself, is no recursion.
#[test]
fn what_is_referred_to_stands_where_it_is_used() {
    #[derive(JsonSchema)]
    struct Spec {
        /// The first.
        one: Range,
        other: Option<Range>,
    }
    /// From here to there.
    #[derive(JsonSchema)]
    struct Range {
        least: i32,
    }
    let text = schema::<Spec>().to_string();
    assert!(!text.contains("$ref") && !text.contains("$defs"), "{text}");
    let (one, other) = (field::<Spec>("one"), field::<Spec>("other"));
    assert_eq!(one["description"], "The first.");
    assert_eq!(other["description"], "From here to there.");
    assert_eq!(other["nullable"], true);
    assert_eq!(one["properties"], other["properties"]);
}

#[test]
fn how_lists_and_maps_merge_can_be_said() {
    #[derive(JsonSchema)]
    struct Spec {
        #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
        members: Vec<Member>,
        #[schemars(extend("x-kubernetes-map-type" = "atomic"))]
        whole: Member,
        #[schemars(extend("x-kubernetes-embedded-resource" = true))]
        object: RawExtension,
    }
    #[derive(JsonSchema)]
    struct Member {
        name: String,
    }
    let members = field::<Spec>("members");
    assert_eq!(members["x-kubernetes-list-type"], "map");
    assert_eq!(members["x-kubernetes-list-map-keys"], json!(["name"]));
    let whole = field::<Spec>("whole");
    assert_eq!(whole["x-kubernetes-map-type"], "atomic");
    assert_eq!(whole["properties"]["name"]["type"], "string");
    let object = field::<Spec>("object");
    assert_eq!(object["x-kubernetes-embedded-resource"], true);
    assert_eq!(object["x-kubernetes-preserve-unknown-fields"], true);
}

#[test]
fn an_extension_that_kubernetes_does_not_have_is_refused() {
    #[derive(JsonSchema)]
    struct Spec {
        #[schemars(extend("x-kubernetes-list-typ" = "map"))]
        members: Vec<String>,
    }
    let (kind, path, words) = refused::<Spec>();
    assert_eq!((kind, &*path), (ErrorKind::InvalidSchema, "members"));
    assert!(words.contains("x-kubernetes-list-typ"), "{words}");
    #[derive(JsonSchema)]
    struct Mine {
        #[schemars(extend("x-mine" = 1))]
        field: String,
    }
    assert_eq!(field::<Mine>("field"), json!({"type": "string"}));
}

#[test]
fn rules_stand_where_they_are_said() {
    #[derive(JsonSchema)]
    #[schemars(transform = Rule::new("self.least <= self.most").field_path(".least"))]
    struct Range {
        #[schemars(transform = Rule::new("self >= 0").message("not below zero"))]
        least: i32,
        most: i32,
    }
    #[derive(JsonSchema)]
    struct Spec {
        #[schemars(transform = Rule::new("self == oldSelf").reason("FieldValueForbidden"))]
        range: Range,
        #[schemars(extend("x-kubernetes-validations" = [{"rule": "size(self) < 9"}]))]
        name: String,
    }
    let range = field::<Spec>("range");
    assert_eq!(
        range["x-kubernetes-validations"],
        json!([
            {"rule": "self == oldSelf", "reason": "FieldValueForbidden"},
            {"rule": "self.least <= self.most", "fieldPath": ".least"},
        ])
    );
    assert_eq!(
        range["properties"]["least"]["x-kubernetes-validations"],
        json!([{"rule": "self >= 0", "message": "not below zero"}])
    );
    assert_eq!(
        field::<Spec>("name")["x-kubernetes-validations"],
        json!([{"rule": "size(self) < 9"}])
    );
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
fn types_of_kubernetes_can_be_parts() {
    #[derive(JsonSchema)]
    struct Spec {
        env: Vec<EnvVar>,
        template: PodTemplateSpec,
        since: Option<Time>,
    }
    #[derive(JsonSchema)]
    struct Status {
        conditions: Vec<Condition>,
    }
    let spec = schema::<Spec>();
    let env = &spec["properties"]["env"]["items"];
    assert_eq!(env["required"], json!(["name"]));
    let secret = &env["properties"]["valueFrom"]["properties"]["secretKeyRef"];
    assert_eq!(secret["properties"]["key"]["type"], "string");
    let container =
        &spec["properties"]["template"]["properties"]["spec"]["properties"]["containers"];
    assert_eq!(container["items"]["properties"]["image"]["type"], "string");
    assert_eq!(
        spec["properties"]["since"],
        json!({"type": "string", "format": "date-time", "nullable": true})
    );
    let conditions = field::<Status>("conditions");
    assert_eq!(
        conditions["items"]["properties"]["lastTransitionTime"]["format"],
        "date-time"
    );
}

#[test]
fn unknown_fields_are_the_servers_to_drop() {
    #[derive(JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Spec {
        name: String,
    }
    assert_eq!(
        schema::<Spec>(),
        json!({
            "type": "object",
            "required": ["name"],
            "properties": {"name": {"type": "string"}},
        })
    );
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

#[test]
fn what_has_to_hold_besides_holds() {
    let schema = structural_of(json!({
        "type": "string",
        "pattern": "^a",
        "minLength": 1,
        "allOf": [{"pattern": "z$"}, {"maxLength": 9, "minLength": 2}],
        "not": {"enum": ["abz"]},
    }));
    assert_eq!(
        schema,
        json!({
            "type": "string",
            "pattern": "^a",
            "minLength": 2,
            "maxLength": 9,
            "allOf": [{"pattern": "z$"}],
            "not": {"enum": ["abz"]},
        })
    );
}

#[test]
fn keywords_that_kubernetes_lacks_are_refused() {
    for (keyword, value) in [
        ("if", json!({"required": ["a"]})),
        ("dependentRequired", json!({"a": ["b"]})),
        ("propertyNames", json!({"maxLength": 3})),
    ] {
        let mut schema = json!({"type": "object"});
        schema[keyword] = value;
        let error = try_structural_of(schema).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.detail().contains(keyword), "{error}");
    }
    let error = try_structural_of(json!({"type": "object", "not": {"type": "string"}}));
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Unsupported);
    let error = try_structural_of(json!({"allOf": [{"type": "string"}, {"type": "integer"}]}));
    assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidSchema);
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
