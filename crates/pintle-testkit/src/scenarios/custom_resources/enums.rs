//! Enums, in every way in which serde writes them.

use std::collections::BTreeMap;

use pintle_api::core::v1::PodTemplateSpec;
use pintle_crd::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Defined;
use crate::Cluster;

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema, CustomResource)]
#[serde(rename_all = "camelCase")]
#[pintle(
    group = "testkit.pintle.dev",
    version = "v1",
    crate = "pintle_crd",
    derive(Debug)
)]
struct ChoiceSpec {
    plain: Plain,
    told: Told,
    maybe: Option<Plain>,
    maybe_told: Option<Told>,
    list: Vec<Plain>,
    map: BTreeMap<String, Told>,
}

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Plain {
    OneThing,
    OtherThing,
}

/// Told apart by what is said of each.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
enum Told {
    /// The one.
    One,
    /// The other.
    Other,
}

pub(in super::super) async fn enums_of_names_are_choices(cluster: &Cluster) {
    let defined = Defined::<Choice, _>::in_namespace(cluster).await;
    let choice = Choice::new(
        "none",
        ChoiceSpec {
            plain: Plain::OneThing,
            told: Told::Other,
            maybe: None,
            maybe_told: None,
            list: vec![Plain::OneThing, Plain::OneThing],
            map: [("k".to_owned(), Told::One)].into(),
        },
    );
    defined.keeps(choice.clone()).await;
    let mut some = choice.clone();
    some.metadata.name = "some".into();
    some.spec.maybe = Some(Plain::OtherThing);
    some.spec.maybe_told = Some(Told::One);
    defined.keeps(some).await;
    for (field, value, words) in [
        (
            "plain",
            json!("third"),
            "Unsupported value: \"third\": supported values: \"one-thing\", \"other-thing\"",
        ),
        ("plain", Value::Null, "spec.plain: Required value"),
        ("told", json!("one"), "supported values: \"One\", \"Other\""),
        ("maybe", json!("x"), "spec.maybe: Unsupported value: \"x\""),
        (
            "maybeTold",
            json!(1),
            "spec.maybeTold in body must be of type string",
        ),
        (
            "list",
            json!(["one-thing", "x"]),
            "spec.list[1]: Unsupported value: \"x\"",
        ),
        (
            "map",
            json!({"k": "x"}),
            "spec.map.k: Unsupported value: \"x\"",
        ),
    ] {
        let change = |spec: &mut Value| spec[field] = value.clone();
        defined.refuses(&choice, change, &[words]).await;
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
struct SourceSpec {
    from: From,
    others: Vec<From>,
    maybe: Option<From>,
}

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum From {
    /// A repository.
    Git {
        url: String,
        #[serde(default = "one")]
        depth: i32,
    },
    Image(Image),
    Name(String),
    Both(i64, i64),
    Pod(Box<PodTemplateSpec>),
    Nothing {},
}

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Image {
    reference: String,
    tag: Option<String>,
}

fn one() -> i32 {
    1
}

pub(in super::super) async fn variants_with_fields_are_told_apart(cluster: &Cluster) {
    let defined = Defined::<Source, _>::in_namespace(cluster).await;
    let git = From::Git {
        url: "https://example.com".to_owned(),
        depth: 3,
    };
    let image = From::Image(Image {
        reference: "x".to_owned(),
        tag: None,
    });
    let source = Source::new(
        "all",
        SourceSpec {
            from: git.clone(),
            others: vec![
                git,
                image.clone(),
                From::Name("n".to_owned()),
                From::Both(1, 2),
                From::Pod(Box::default()),
                From::Nothing {},
            ],
            maybe: Some(image),
        },
    );
    defined.keeps(source.clone()).await;
    let mut none = source.clone();
    none.metadata.name = "none".into();
    none.spec.maybe = None;
    defined.keeps(none).await;

    // The default of a field of the variant that is there.
    let git = json!({"git": {"url": "u"}});
    let answer = defined
        .changed(&source, |spec| spec["from"] = git)
        .await
        .done();
    assert_eq!(
        answer.json(&["spec", "from"]),
        r#"{"git":{"depth":1,"url":"u"}}"#
    );

    for (value, words) in [
        (
            json!({}),
            "\"spec.from\" must validate one and only one schema (oneOf)",
        ),
        (
            json!({"name": "n", "nothing": {}}),
            "\"spec.from\" must validate one and only one schema (oneOf)",
        ),
        (json!({"git": {}}), "spec.from.git.url: Required value"),
        (
            json!({"image": {"tag": "t"}}),
            "spec.from.image.reference: Required value",
        ),
        (
            json!({"both": [1]}),
            "spec.from.both in body should have at least 2 items",
        ),
        (json!("nothing"), "spec.from in body must be of type object"),
    ] {
        let change = |spec: &mut Value| spec["from"] = value.clone();
        defined.refuses(&source, change, &[words]).await;
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
struct TaggedSpec {
    probe: Probe,
    steps: Vec<Step>,
}

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "camelCase")]
enum Probe {
    /// Asks a port.
    Tcp {
        #[schemars(range(min = 1, max = 1023))]
        port: u16,
    },
    Http {
        #[schemars(range(min = 1024))]
        port: u16,
        path: String,
        #[serde(default)]
        verbose: bool,
    },
    Image(Image),
    Never,
}

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(tag = "kind", content = "with", rename_all = "camelCase")]
enum Step {
    Run { command: Vec<String> },
    Wait { seconds: u32 },
    Stop,
}

pub(in super::super) async fn variants_with_tags_are_told_apart(cluster: &Cluster) {
    let defined = Defined::<Tagged, _>::in_namespace(cluster).await;
    let image = Image {
        reference: "x".to_owned(),
        tag: Some("t".to_owned()),
    };
    let mut tagged = Tagged::new(
        "first",
        TaggedSpec {
            probe: Probe::Never,
            steps: vec![
                Step::Run {
                    command: vec!["true".to_owned()],
                },
                Step::Wait { seconds: 7 },
                Step::Stop,
            ],
        },
    );
    for (name, probe) in [
        ("never", Probe::Never),
        ("tcp", Probe::Tcp { port: 80 }),
        (
            "http",
            Probe::Http {
                port: 8080,
                path: "/".to_owned(),
                verbose: true,
            },
        ),
        ("image", Probe::Image(image)),
    ] {
        tagged.metadata.name = name.into();
        tagged.spec.probe = probe;
        defined.keeps(tagged.clone()).await;
    }
    // Of variants that do not fit, the server names one, whichever it takes for the closest.
    let none = "must validate one and only one schema (oneOf). Found none valid";
    for (field, value, words) in [
        ("probe", json!({}), "spec.probe.type: Required value"),
        (
            "probe",
            json!({"type": "udp"}),
            "spec.probe.type: Unsupported value: \"udp\"",
        ),
        ("probe", json!({"type": "tcp"}), none),
        ("probe", json!({"type": "http", "port": 8080}), none),
        ("probe", json!({"type": "tcp", "port": 8080}), none),
        (
            "probe",
            json!({"type": "http", "port": 80, "path": "/"}),
            none,
        ),
        ("probe", json!({"type": "image"}), none),
        ("steps", json!([{"kind": "run"}]), none),
        (
            "steps",
            json!([{"kind": "wait", "with": {"command": []}}]),
            none,
        ),
    ] {
        let change = |spec: &mut Value| spec[field] = value.clone();
        defined.refuses(&tagged, change, &[words]).await;
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
struct UntaggedSpec {
    target: Target,
    port: Port,
    replicas: Option<Replicas>,
    open: Vec<Open>,
}

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
enum Target {
    ByName { name: String },
    ByLabels { labels: BTreeMap<String, String> },
}

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
enum Port {
    Number(u16),
    Name(#[schemars(length(max = 15))] String),
}

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
enum Replicas {
    Fixed(i32),
    Word(Plain),
}

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
enum Open {
    Known { name: String },
    Else(Value),
}

pub(in super::super) async fn untagged_variants_and_numbers_or_text_are_taken(cluster: &Cluster) {
    let defined = Defined::<Untagged, _>::in_namespace(cluster).await;
    let mut untagged = Untagged::new(
        "first",
        UntaggedSpec {
            target: Target::ByName {
                name: "n".to_owned(),
            },
            port: Port::Number(80),
            replicas: None,
            open: vec![
                Open::Known {
                    name: "n".to_owned(),
                },
                Open::Else(json!([1, {"a": null}])),
                Open::Else(Value::Null),
            ],
        },
    );
    defined.keeps(untagged.clone()).await;
    untagged.metadata.name = "second".into();
    untagged.spec.target = Target::ByLabels {
        labels: [("k".to_owned(), "v".to_owned())].into(),
    };
    untagged.spec.port = Port::Name("http".to_owned());
    untagged.spec.replicas = Some(Replicas::Word(Plain::OtherThing));
    defined.keeps(untagged.clone()).await;
    untagged.metadata.name = "third".into();
    untagged.spec.replicas = Some(Replicas::Fixed(-1));
    defined.keeps(untagged.clone()).await;
    for (field, value, words) in [
        (
            "target",
            json!({}),
            "\"spec.target\" must validate at least one schema (anyOf)",
        ),
        (
            "port",
            json!(70_000),
            "should be less than or equal to 65535",
        ),
        (
            "port",
            json!("a-name-that-is-too-long"),
            "may not be more than 15 bytes",
        ),
        (
            "port",
            json!(0.5),
            "must be of type integer,string: \"number\"",
        ),
        (
            "replicas",
            json!("all"),
            "should match '^(?:one\\-thing|other\\-thing)$'",
        ),
        (
            "replicas",
            json!(3_000_000_000_u32),
            "should be less than or equal to 2147483647",
        ),
    ] {
        let change = |spec: &mut Value| spec[field] = value.clone();
        defined.refuses(&untagged, change, &[words]).await;
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
struct FlatSpec {
    own: String,
    #[serde(flatten)]
    common: Common,
    #[serde(flatten)]
    step: Step,
    #[serde(flatten)]
    extra: Option<Extra>,
}

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
struct Common {
    paused: bool,
    #[serde(default)]
    level: i32,
}

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum Extra {
    First { value: i32 },
    Second { value: String },
}

pub(in super::super) async fn flattened_parts_are_fields(cluster: &Cluster) {
    let defined = Defined::<Flat, _>::in_namespace(cluster).await;
    let mut flat = Flat::new(
        "plain",
        FlatSpec {
            own: "o".to_owned(),
            common: Common {
                paused: true,
                level: 2,
            },
            step: Step::Stop,
            extra: None,
        },
    );
    defined.keeps(flat.clone()).await;
    flat.metadata.name = "more".into();
    flat.spec.step = Step::Wait { seconds: 1 };
    flat.spec.extra = Some(Extra::Second {
        value: "v".to_owned(),
    });
    defined.keeps(flat.clone()).await;
    for (field, value, words) in [
        ("paused", Value::Null, "spec.paused: Required value"),
        (
            "kind",
            json!("walk"),
            "spec.kind: Unsupported value: \"walk\"",
        ),
        (
            "with",
            json!({}),
            "\"spec\" must validate one and only one schema (oneOf)",
        ),
        ("second", json!({}), "spec.second.value: Required value"),
    ] {
        let change = |spec: &mut Value| spec[field] = value.clone();
        defined.refuses(&flat, change, &[words]).await;
    }
}
