//! Types made of others, what is said of them, and what has no structural form.

use std::collections::{BTreeMap, HashMap};

use pintle_api::core::v1::{EnvVar, PodTemplateSpec};
use pintle_crd::{ErrorKind, Rule};
use pintle_meta::v1::Condition;
use pintle_meta::{RawExtension, Time};
use schemars::JsonSchema;
use serde_json::json;

use super::{field, refused, schema, structural_of, try_structural_of};

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
