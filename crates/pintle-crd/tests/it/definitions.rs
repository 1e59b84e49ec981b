//! The definitions that the derive makes, and what is said where there can be none.

use pintle_api::apiextensions::v1::CustomResourceDefinition;
use pintle_crd::{CustomResource, ErrorKind, to_yaml};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A website.
///
/// It has an address.
#[derive(Clone, Deserialize, Serialize, JsonSchema, CustomResource)]
#[serde(rename_all = "camelCase")]
#[pintle(
    group = "example.com",
    version = "v1beta1",
    kind = "Website",
    plural = "sites",
    singular = "site",
    list_kind = "SiteCollection",
    short_names("ws", "web"),
    categories("all"),
    namespaced,
    status = "WebsiteStatus",
    scale(
        spec_replicas: ".spec.replicas",
        status_replicas: ".status.replicas",
        label_selector: ".status.selector"
    ),
    printer_column(name: "URL", type: "string", json_path: ".spec.url"),
    printer_column(
        name: "Since",
        type: "date",
        json_path: ".metadata.creationTimestamp",
        description: "When it was made",
        priority: 1
    ),
    selectable_field(".spec.url"),
    validation(rule: "self.metadata.name != self.spec.url"),
    validation(
        rule: "self.spec.replicas <= 9",
        message: "too many",
        message_expression: "'more than ' + '9'",
        reason: "FieldValueForbidden",
        field_path: ".spec.replicas"
    ),
    validation(rule: "!oldSelf.hasValue() || true", optional_old_self),
    served = true,
    storage = false,
    deprecated = "use v1",
    labels("team" = "web"),
    annotations("example.com/owner" = "web"),
    struct_name = "Site",
    list_name = "Sites",
    crate = "pintle_crd",
    derive(Debug, PartialEq)
)]
struct WebsiteSpec {
    url: String,
    replicas: i32,
}

impl PartialEq for WebsiteSpec {
    fn eq(&self, other: &Self) -> bool {
        (&self.url, self.replicas) == (&other.url, other.replicas)
    }
}

impl std::fmt::Debug for WebsiteSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.url)
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
struct WebsiteStatus {
    replicas: i32,
    selector: String,
}

#[test]
fn everything_that_is_said_is_in_the_definition() {
    assert_eq!(
        json(&Site::crd()),
        json!({
            "kind": "CustomResourceDefinition",
            "apiVersion": "apiextensions.k8s.io/v1",
            "metadata": {
                "name": "sites.example.com",
                "labels": {"team": "web"},
                "annotations": {"example.com/owner": "web"},
            },
            "spec": {
                "group": "example.com",
                "names": {
                    "plural": "sites",
                    "singular": "site",
                    "shortNames": ["ws", "web"],
                    "kind": "Website",
                    "listKind": "SiteCollection",
                    "categories": ["all"],
                },
                "scope": "Namespaced",
                "versions": [{
                    "name": "v1beta1",
                    "served": true,
                    "storage": false,
                    "deprecated": true,
                    "deprecationWarning": "use v1",
                    "schema": {"openAPIV3Schema": {
                        "type": "object",
                        "description": "A website.\n\nIt has an address.",
                        "required": ["spec"],
                        "properties": {
                            "apiVersion": {"type": "string"},
                            "kind": {"type": "string"},
                            "metadata": {"type": "object"},
                            "spec": {
                                "type": "object",
                                "description": "A website.\n\nIt has an address.",
                                "required": ["url", "replicas"],
                                "properties": {
                                    "url": {"type": "string"},
                                    "replicas": {"type": "integer", "format": "int32"},
                                },
                            },
                            "status": {
                                "type": "object",
                                "required": ["replicas", "selector"],
                                "properties": {
                                    "replicas": {"type": "integer", "format": "int32"},
                                    "selector": {"type": "string"},
                                },
                            },
                        },
                        "x-kubernetes-validations": [
                            {"rule": "self.metadata.name != self.spec.url"},
                            {
                                "rule": "self.spec.replicas <= 9",
                                "message": "too many",
                                "messageExpression": "'more than ' + '9'",
                                "reason": "FieldValueForbidden",
                                "fieldPath": ".spec.replicas",
                            },
                            {"rule": "!oldSelf.hasValue() || true", "optionalOldSelf": true},
                        ],
                    }},
                    "subresources": {
                        "status": {},
                        "scale": {
                            "specReplicasPath": ".spec.replicas",
                            "statusReplicasPath": ".status.replicas",
                            "labelSelectorPath": ".status.selector",
                        },
                    },
                    "additionalPrinterColumns": [
                        {"name": "URL", "type": "string", "jsonPath": ".spec.url"},
                        {
                            "name": "Since",
                            "type": "date",
                            "description": "When it was made",
                            "priority": 1,
                            "jsonPath": ".metadata.creationTimestamp",
                        },
                    ],
                    "selectableFields": [{"jsonPath": ".spec.url"}],
                }],
            },
            "status": {
                "conditions": [],
                "acceptedNames": {"plural": "", "kind": ""},
                "storedVersions": [],
            },
        })
    );
    let _: Option<Sites> = None;
}

#[test]
fn little_needs_to_be_said() {
    #[derive(Clone, Deserialize, Serialize, JsonSchema, CustomResource)]
    #[pintle(group = "example.com", version = "v1", cluster, crate = pintle_crd)]
    struct PolicySpec {}

    let definition = json(&Policy::crd());
    assert_eq!(definition["metadata"]["name"], "policies.example.com");
    let spec = &definition["spec"];
    assert_eq!(
        spec["names"],
        json!({
            "plural": "policies",
            "singular": "policy",
            "kind": "Policy",
            "listKind": "PolicyList",
        })
    );
    assert_eq!(spec["scope"], "Cluster");
    let version = &spec["versions"][0];
    assert_eq!(
        (&version["served"], &version["storage"]),
        (&json!(true), &json!(true))
    );
    for absent in [
        "subresources",
        "additionalPrinterColumns",
        "deprecated",
        "selectableFields",
    ] {
        assert_eq!(version.get(absent), None, "{absent}");
    }
    let properties = &version["schema"]["openAPIV3Schema"]["properties"];
    assert_eq!(properties.get("status"), None);
}

#[test]
fn an_error_names_the_resource_and_the_place() {
    #[derive(Clone, Deserialize, Serialize, JsonSchema, CustomResource)]
    #[pintle(group = "example.com", version = "v1", crate = "pintle_crd")]
    struct PairSpec {
        parts: Vec<(i32, String)>,
    }
    let error = Pair::try_crd().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(error.path(), "spec.parts[*]");
    let text = error.to_string();
    assert!(
        text.starts_with("Pair of example.com/v1: spec.parts[*]: a tuple"),
        "{text}"
    );
}

#[test]
fn a_path_that_leads_nowhere_is_noticed() {
    #[derive(Clone, Deserialize, Serialize, JsonSchema, CustomResource)]
    #[pintle(group = "example.com", version = "v1", crate = "pintle_crd")]
    #[pintle(printer_column(name: "URL", type: "string", json_path: ".spec.ulr"))]
    struct ColumnSpec {
        url: String,
    }
    let error = Column::try_crd().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidPath);
    assert_eq!(
        error.detail(),
        "the path \".spec.ulr\" leads nowhere: where it says ulr, there is url"
    );

    #[derive(Clone, Deserialize, Serialize, JsonSchema, CustomResource)]
    #[pintle(group = "example.com", version = "v1", crate = "pintle_crd")]
    #[pintle(selectable_field(".spec.urls"))]
    struct FieldSpec {
        urls: Vec<String>,
    }
    let error = Field::try_crd().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidPath);
    assert_eq!(
        error.detail(),
        "the path \".spec.urls\" leads to \"array\", where Kubernetes takes string or boolean or \
         integer"
    );
}

/// Of metadata, of what is left open, and of paths that are more than names, nothing is known.
#[test]
fn paths_that_cannot_be_followed_are_left_to_the_server() {
    #[derive(Clone, Deserialize, Serialize, JsonSchema, CustomResource)]
    #[pintle(group = "example.com", version = "v1", crate = "pintle_crd")]
    #[pintle(printer_column(name: "A", type: "string", json_path: ".metadata.labels.app"))]
    #[pintle(printer_column(name: "B", type: "string", json_path: ".spec.open.anything"))]
    #[pintle(printer_column(name: "C", type: "string", json_path: ".spec.map.key"))]
    #[pintle(printer_column(name: "D", type: "string", json_path: ".spec.list[0].name"))]
    struct FollowedSpec {
        open: Value,
        map: std::collections::BTreeMap<String, String>,
    }
    assert!(Followed::try_crd().is_ok());
}

#[test]
#[should_panic(expected = "spec: the type is not written as an object")]
fn a_spec_that_is_no_object_panics_where_the_definition_is_taken_for_granted() {
    #[derive(Clone, Deserialize, Serialize, JsonSchema, CustomResource)]
    #[pintle(group = "example.com", version = "v1", crate = "pintle_crd")]
    enum ColourSpec {
        Red,
        Green,
    }
    let _ = Colour::new("sky", ColourSpec::Green);
    let _ = Colour::new("sky", ColourSpec::Red);
    Colour::crd();
}

#[test]
fn a_manifest_has_no_status() {
    let manifest = to_yaml(&Site::crd());
    let is_key = |line: &&str| line.starts_with(|first: char| first.is_ascii_alphabetic());
    let keys = manifest.lines().filter(is_key);
    assert_eq!(
        keys.collect::<Vec<_>>(),
        [
            "apiVersion: apiextensions.k8s.io/v1",
            "kind: CustomResourceDefinition",
            "metadata:",
            "spec:",
        ]
    );
}

fn json(definition: &CustomResourceDefinition) -> Value {
    serde_json::to_value(definition).unwrap()
}
