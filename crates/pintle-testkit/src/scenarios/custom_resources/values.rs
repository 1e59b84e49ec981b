//! Values: options, defaults, numbers, collections, raw ones, and Kubernetes' own.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use pintle_api::core::v1::{Container, EnvVar, PodTemplateSpec};
use pintle_crd::CustomResource;
use pintle_meta::v1::{Condition, LabelSelector};
use pintle_meta::{IntOrString, Quantity, RawExtension, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Defined;
use crate::Cluster;

#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema, CustomResource)]
#[serde(rename_all = "camelCase")]
#[pintle(
    group = "testkit.pintle.dev",
    version = "v1",
    kind = "Option",
    struct_name = "Options"
)]
#[pintle(crate = "pintle_crd", derive(Debug))]
struct OptionSpec {
    name: String,
    note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    quiet: Option<i32>,
    inner: Option<Inner>,
    #[serde(default)]
    retries: Retries,
    #[serde(default = "enabled")]
    enabled: bool,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
struct Inner {
    value: f64,
    deeper: Option<Vec<Option<bool>>>,
}

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
struct Retries {
    count: i32,
    pause: Option<String>,
}

impl Default for Retries {
    fn default() -> Self {
        Self {
            count: 3,
            pause: None,
        }
    }
}

fn enabled() -> bool {
    true
}

pub(in super::super) async fn options_and_defaults_are_kept(cluster: &Cluster) {
    let defined = Defined::<Options, _>::in_namespace(cluster).await;
    let plain = Options::new("plain", OptionSpec::default());
    defined.keeps(plain.clone()).await;
    let mut full = Options::new("full", OptionSpec::default());
    full.spec.note = Some("noted".to_owned());
    full.spec.quiet = Some(1);
    full.spec.inner = Some(Inner {
        value: 1.5,
        deeper: Some(vec![Some(true), None]),
    });
    defined.keeps(full).await;

    let name = "bare";
    let bare = json!({"apiVersion": "testkit.pintle.dev/v1", "kind": "Option",
        "metadata": {"name": name}, "spec": {"name": "n", "retries": {}, "unknown": 1}});
    let answer = defined.ask("POST {}", &bare.to_string()).await.done();
    assert_eq!(answer.warnings, ["unknown field \"spec.unknown\""]);
    // The defaults are the server's too, and what nobody knows is dropped.
    assert_eq!(
        defined.stored(name).await,
        json!({"name": "n", "enabled": true, "retries": {"count": 3}})
    );
    let typed = defined.api.get(name).await.unwrap();
    assert!(typed.spec.enabled && typed.spec.note.is_none());

    let required = ["spec.name: Required value"];
    let without = |spec: &mut Value| drop(spec.as_object_mut().unwrap().remove("name"));
    defined.refuses(&plain, without, &required).await;
    // A null that may not be there is dropped, so that it is missing.
    defined
        .refuses(&plain, |spec| spec["name"] = Value::Null, &required)
        .await;
    let words = ["spec: Required value"];
    defined
        .refuses(&plain, |spec| *spec = Value::Null, &words)
        .await;
}

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema, CustomResource)]
#[serde(rename_all = "camelCase")]
#[pintle(
    group = "testkit.pintle.dev",
    version = "v1",
    crate = "pintle_crd",
    derive(Debug)
)]
struct NumberSpec {
    tiny: i8,
    port: u16,
    seconds: u32,
    bytes: u64,
    signed: i64,
    share: f32,
    exact: f64,
    names: BTreeSet<String>,
    members: BTreeSet<Member>,
    pair: (i64, i64),
    labels: BTreeMap<String, String>,
    groups: HashMap<String, Vec<Member>>,
    #[schemars(length(min = 1, max = 3), regex(pattern = "^[a-z]+$"))]
    word: String,
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    keyed: Vec<Member>,
    #[schemars(length(max = 2))]
    few: Vec<i32>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
struct Member {
    name: String,
    weight: u8,
}

fn member(name: &str, weight: u8) -> Member {
    let name = name.to_owned();
    Member { name, weight }
}

pub(in super::super) async fn numbers_and_collections_are_limited(cluster: &Cluster) {
    let defined = Defined::<Number, _>::in_namespace(cluster).await;
    let number = Number::new(
        "extreme",
        NumberSpec {
            tiny: i8::MIN,
            port: u16::MAX,
            seconds: u32::MAX,
            bytes: i64::MAX as u64,
            signed: i64::MIN,
            share: 0.25,
            exact: 1e-9,
            names: ["a".to_owned(), "b".to_owned()].into(),
            members: [member("a", 1), member("a", 2)].into(),
            pair: (1, 2),
            labels: [("k".to_owned(), "v".to_owned())].into(),
            groups: [("g".to_owned(), vec![member("a", 255)])].into(),
            word: "abc".to_owned(),
            keyed: vec![member("a", 0), member("b", 0)],
            few: vec![1, 2],
        },
    );
    defined.keeps(number.clone()).await;
    for (field, value, words) in [
        (
            "tiny",
            json!(-129),
            "should be greater than or equal to -128",
        ),
        (
            "port",
            json!(65_536),
            "should be less than or equal to 65535",
        ),
        ("seconds", json!(-1), "should be greater than or equal to 0"),
        (
            "seconds",
            json!(4_294_967_296_u64),
            "should be less than or equal to 4294967295",
        ),
        ("bytes", json!(-1), "should be greater than or equal to 0"),
        ("signed", json!("1"), "must be of type integer: \"string\""),
        ("signed", json!(0.5), "must be of type int64"),
        ("names", json!(["a", "a"]), "spec.names[1]: Duplicate value"),
        (
            "members",
            json!([{"name": "a", "weight": 1}, {"name": "a", "weight": 1}]),
            "spec.members[1]: Duplicate value",
        ),
        (
            "pair",
            json!([1]),
            "spec.pair in body should have at least 2 items",
        ),
        (
            "labels",
            json!({"k": 1}),
            "spec.labels.k in body must be of type string",
        ),
        (
            "groups",
            json!({"g": [{"name": "a"}]}),
            "spec.groups.g[0].weight: Required value",
        ),
        ("word", json!("ABC"), "should match '^[a-z]+$'"),
        ("word", json!("abcd"), "may not be more than 3 bytes"),
        (
            "keyed",
            json!([{"name": "a", "weight": 1}, {"name": "a", "weight": 2}]),
            "spec.keyed[1]: Duplicate value",
        ),
        (
            "few",
            json!([1, 2, 3]),
            "spec.few: Too many: 3: must have at most 2 items",
        ),
    ] {
        let change = |spec: &mut Value| spec[field] = value.clone();
        defined.refuses(&number, change, &[words]).await;
    }
}

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema, CustomResource)]
#[serde(rename_all = "camelCase")]
#[pintle(
    group = "testkit.pintle.dev",
    version = "v1",
    crate = "pintle_crd",
    derive(Debug)
)]
struct RawSpec {
    anything: Value,
    list: Vec<Value>,
    map: HashMap<String, Value>,
    extension: RawExtension,
    #[schemars(extend("x-kubernetes-embedded-resource" = true))]
    object: RawExtension,
    tree: Tree,
    /// Whatever else is said.
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
struct Tree {
    name: String,
    #[schemars(with = "Option<RawExtension>")]
    child: Option<Box<Self>>,
}

pub(in super::super) async fn raw_values_are_kept(cluster: &Cluster) {
    let defined = Defined::<Raw, _>::in_namespace(cluster).await;
    let config_map = json!({"apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "within"}, "data": {"k": "v"}});
    let object = |value: &Value| RawExtension::from_json(&value.to_string()).unwrap();
    let leaf = Tree {
        name: "leaf".to_owned(),
        child: None,
    };
    let tree = Tree {
        name: "root".to_owned(),
        child: Some(Box::new(leaf)),
    };
    let raw = Raw::new(
        "raw",
        RawSpec {
            anything: json!({"a": [1, null, {"b": 0.5}], "": true}),
            list: vec![json!(1), json!("x"), json!({"y": null})],
            map: [("k".to_owned(), json!([1, "2"]))].into(),
            extension: object(&json!({"free": {"form": [1]}})),
            object: object(&config_map),
            tree,
            rest: [("more".to_owned(), json!({"than": "this"}))].into(),
        },
    );
    defined.keeps(raw.clone()).await;
    let words = ["spec.object.apiVersion: Required value"];
    defined
        .refuses(&raw, |spec| spec["object"] = json!({"kind": "X"}), &words)
        .await;
    let words = ["spec.extension in body must be of type object"];
    defined
        .refuses(&raw, |spec| spec["extension"] = json!("x"), &words)
        .await;
}

#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema, CustomResource)]
#[serde(rename_all = "camelCase")]
#[pintle(
    group = "testkit.pintle.dev",
    version = "v1",
    status = "WorkloadStatus"
)]
#[pintle(crate = "pintle_crd", derive(Debug))]
struct WorkloadSpec {
    env: Vec<EnvVar>,
    template: PodTemplateSpec,
    selector: Option<LabelSelector>,
    memory: Quantity,
    surge: Option<IntOrString>,
    since: Option<Time>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct WorkloadStatus {
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["type"]))]
    conditions: Vec<Condition>,
    last_seen: Option<Time>,
}

pub(in super::super) async fn types_of_kubernetes_are_parts(cluster: &Cluster) {
    let defined = Defined::<Workload, _>::in_namespace(cluster).await;
    let mut workload = Workload::new("workload", WorkloadSpec::default());
    let spec = &mut workload.spec;
    spec.env = serde_json::from_value(json!([
        {"name": "HOME", "value": "/"},
        {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
    ]))
    .unwrap();
    spec.template.metadata.labels = [("app", "x".into())].into();
    spec.template.spec.containers = [Container {
        name: "main".into(),
        image: "example.org/none:1".into(),
        ..Container::default()
    }]
    .into();
    spec.selector = Some(serde_json::from_value(json!({"matchLabels": {"app": "x"}})).unwrap());
    spec.memory = "64Mi".parse().unwrap();
    spec.surge = Some("25%".into());
    spec.since = Some("2024-02-29T12:00:00Z".parse().unwrap());
    defined.keeps(workload.clone()).await;

    let mut written = defined.api.get("workload").await.unwrap();
    written.status = Some(WorkloadStatus {
        conditions: vec![Condition {
            type_: "Ready".into(),
            status: "True".into(),
            reason: "Started".into(),
            message: "it goes".into(),
            last_transition_time: "2024-02-29T12:00:00Z".parse().unwrap(),
            ..Condition::default()
        }],
        last_seen: None,
    });
    let body = serde_json::to_string(&written).unwrap();
    defined.ask("PUT {}/workload/status", &body).await.done();
    let read = defined.api.get("workload").await.unwrap();
    assert_eq!(read.status, written.status);

    for (field, value, words) in [
        (
            "env",
            json!([{"value": "x"}]),
            "spec.env[0].name: Required value",
        ),
        ("memory", json!("much"), "spec.memory in body should match"),
        (
            "since",
            json!("yesterday"),
            "spec.since in body must be of type date-time",
        ),
        (
            "surge",
            json!(true),
            "spec.surge in body must be of type integer,string",
        ),
        (
            "template",
            json!({"spec": {"containers": [{}]}}),
            "containers[0].name: Required value",
        ),
    ] {
        let change = |spec: &mut Value| spec[field] = value.clone();
        defined.refuses(&workload, change, &[words]).await;
    }
}
