//! What a definition says beyond the schema: status, scale, columns, selectable fields, rules.

use pintle_api::autoscaling::v1::Scale;
use pintle_crd::{CustomResource, Rule};
use pintle_meta::decode_json;
use pintle_meta::v1::{ListOptions, Table};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Defined, refused_with};
use crate::Cluster;

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema, CustomResource)]
#[serde(rename_all = "camelCase")]
#[pintle(
    group = "testkit.pintle.dev",
    version = "v1",
    crate = "pintle_crd",
    derive(Debug)
)]
#[pintle(validation(
    rule: "self.metadata.name != self.spec.peer",
    message: "an object is not its own peer"
))]
#[pintle(validation(
    rule: "self.spec.range.least >= 0",
    message_expression: "self.spec.range.least < -9 ? 'far below zero' : 'below zero'",
    reason: "FieldValueForbidden",
    field_path: ".spec.range.least"
))]
struct RuledSpec {
    peer: String,
    range: Range,
    #[schemars(transform = Rule::new("self == oldSelf").message("the unit stays what it is"))]
    unit: String,
    #[schemars(
        transform = Rule::new("self.all(word, word.size() <= 3)").message("words are short"),
        length(max = 10),
        inner(length(max = 100))
    )]
    words: Vec<String>,
    maybe: Option<Range>,
}

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[schemars(transform = Rule::new("self.least <= self.most"))]
struct Range {
    least: i32,
    most: i32,
}

pub(in super::super) async fn rules_are_obeyed(cluster: &Cluster) {
    let defined = Defined::<Ruled, _>::in_namespace(cluster).await;
    let ruled = Ruled::new(
        "ruled",
        RuledSpec {
            peer: "other".to_owned(),
            range: Range { least: 1, most: 2 },
            unit: "m".to_owned(),
            words: vec!["abc".to_owned()],
            maybe: None,
        },
    );
    defined.keeps(ruled.clone()).await;
    let mut peer = ruled.clone();
    peer.metadata.name = "other".into();
    let answer = defined
        .ask("POST {}", &serde_json::to_string(&peer).unwrap())
        .await;
    refused_with(&answer, &["an object is not its own peer"]);
    for (field, value, words) in [
        (
            "range",
            json!({"least": 3, "most": 2}),
            "failed rule: self.least <= self.most",
        ),
        (
            "range",
            json!({"least": -1, "most": 2}),
            "spec.range.least: Forbidden: below zero",
        ),
        (
            "words",
            json!(["long one"]),
            "spec.words: Invalid value: words are short",
        ),
        (
            "maybe",
            json!({"least": 3, "most": 2}),
            "failed rule: self.least <= self.most",
        ),
    ] {
        let change = |spec: &mut Value| spec[field] = value.clone();
        defined.refuses(&ruled, change, &[words]).await;
    }
    let patch = json!({"spec": {"unit": "km"}}).to_string();
    let answer = defined.ask("PATCH:merge {}/ruled", &patch).await;
    refused_with(&answer, &["the unit stays what it is"]);
}

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema, CustomResource)]
#[pintle(group = "testkit.pintle.dev", version = "v1", status = StateStatus)]
#[pintle(crate = "pintle_crd", derive(Debug))]
struct StateSpec {
    wanted: i32,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
struct StateStatus {
    there: i32,
    phase: Phase,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
enum Phase {
    Starting,
    Ready,
}

pub(in super::super) async fn a_status_is_written_on_its_own(cluster: &Cluster) {
    let defined = Defined::<State, _>::in_namespace(cluster).await;
    let status = StateStatus {
        there: 1,
        phase: Phase::Starting,
    };
    let mut state = State::new("state", StateSpec { wanted: 2 });
    state.status = Some(status.clone());
    defined.keeps(state.clone()).await;
    // What is created has no status yet, whatever it says.
    let mut stored = defined.api.get("state").await.unwrap();
    assert_eq!(stored.status, None);
    stored.status = Some(status.clone());
    stored.spec.wanted = 9;
    let body = serde_json::to_string(&stored).unwrap();
    defined.ask("PUT {}/state/status", &body).await.done();
    let stored = defined.api.get("state").await.unwrap();
    assert_eq!((stored.status, stored.spec.wanted), (Some(status), 2));
    let patch = json!({"status": {"phase": "Gone"}}).to_string();
    let answer = defined.ask("PATCH:merge {}/state/status", &patch).await;
    refused_with(&answer, &["status.phase: Unsupported value: \"Gone\""]);
    let patch = json!({"status": {"phase": "Ready"}}).to_string();
    let patched = defined
        .ask("PATCH:merge {}/state/status", &patch)
        .await
        .done();
    assert_eq!(patched.json(&["status"]), r#"{"phase":"Ready","there":1}"#);
}

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema, CustomResource)]
#[pintle(group = "testkit.pintle.dev", version = "v1", status = "FleetStatus")]
#[pintle(scale(
    spec_replicas: ".spec.replicas",
    status_replicas: ".status.replicas",
    label_selector: ".status.selector"
))]
#[pintle(crate = "pintle_crd", derive(Debug))]
struct FleetSpec {
    replicas: i32,
}

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
struct FleetStatus {
    replicas: i32,
    selector: String,
}

pub(in super::super) async fn a_scale_scales(cluster: &Cluster) {
    let defined = Defined::<Fleet, _>::in_namespace(cluster).await;
    defined
        .keeps(Fleet::new("fleet", FleetSpec { replicas: 2 }))
        .await;
    let patch = json!({"status": {"replicas": 1, "selector": "app=fleet"}}).to_string();
    defined
        .ask("PATCH:merge {}/fleet/status", &patch)
        .await
        .done();
    let answer = defined.ask("GET {}/fleet/scale", "").await.done();
    let scale: Scale = decode_json(answer.json(&[]).as_bytes()).unwrap();
    assert_eq!((scale.spec.replicas, scale.status.replicas), (2, 1));
    assert_eq!(scale.status.selector, "app=fleet");
    let patch = json!({"spec": {"replicas": 5}}).to_string();
    defined
        .ask("PATCH:merge {}/fleet/scale", &patch)
        .await
        .done();
    assert_eq!(defined.api.get("fleet").await.unwrap().spec.replicas, 5);
}

#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema, CustomResource)]
#[pintle(
    group = "testkit.pintle.dev",
    version = "v1",
    categories("pintle-testkit")
)]
#[pintle(short_names("pbook"), singular = "book")]
#[pintle(printer_column(name: "Title", type: "string", json_path: ".spec.title"))]
#[pintle(printer_column(name: "Pages", type: "integer", format: "int32", json_path: ".spec.pages"))]
#[pintle(printer_column(
    name: "Since",
    type: "date",
    json_path: ".metadata.creationTimestamp",
    description: "When it was added",
    priority: 1
))]
#[pintle(selectable_field(".spec.title", ".spec.pages", ".spec.lent"))]
#[pintle(crate = "pintle_crd", derive(Debug))]
struct BookSpec {
    title: String,
    pages: u16,
    lent: bool,
}

pub(in super::super) async fn columns_are_printed_and_fields_selected(cluster: &Cluster) {
    let defined = Defined::<Book, _>::in_namespace(cluster).await;
    for (name, title, pages) in [("a", "Ahab", 635), ("b", "Bovary", 464)] {
        let (title, lent) = (title.to_owned(), name == "b");
        let spec = BookSpec { title, pages, lent };
        defined.keeps(Book::new(name, spec)).await;
    }
    let client = defined.api.rest_client();
    let request = client.get().abs_path(defined.path.clone());
    let accept = "application/json;as=Table;v=v1;g=meta.k8s.io";
    let response = request.header("accept", accept).send().await.unwrap();
    let table: Table = response.into_object().unwrap();
    let columns = table.column_definitions.iter();
    let columns: Vec<_> = columns
        .map(|column| (&*column.name, &*column.type_, column.priority))
        .collect();
    assert_eq!(
        columns,
        [
            ("Name", "string", 0),
            ("Title", "string", 0),
            ("Pages", "integer", 0),
            ("Since", "date", 1),
        ]
    );
    assert_eq!(table.column_definitions[3].description, "When it was added");
    let cells = &table.rows[0].cells;
    assert_eq!(cells[1].0.as_str(), Some("Ahab"));
    assert_eq!(cells[2].0.as_int(), Some(635));

    for (selector, expected) in [
        ("spec.title=Bovary", &["b"][..]),
        ("spec.pages!=464", &["a"]),
        ("spec.lent=true,spec.title=Ahab", &[]),
    ] {
        let list = defined.api.list(&ListOptions::new().fields(selector)).await;
        let list = list.unwrap();
        let names: Vec<&str> = list.items.iter().map(|book| &*book.metadata.name).collect();
        assert_eq!(names, expected, "{selector}");
    }
    let path = "GET /apis/testkit.pintle.dev/v1";
    let discovered = cluster.ask(path, "").await.done();
    let resources = discovered.at(&["resources"]).as_array().unwrap().to_vec();
    let text = |value: &pintle_codec::Value, field| {
        let text = value.get(field).and_then(|text| text.as_str());
        text.unwrap_or_default().to_owned()
    };
    let book = resources
        .iter()
        .find(|resource| text(resource, "name") == "books");
    let book = book.expect("books are discovered");
    assert_eq!(
        [text(book, "singularName"), text(book, "kind")],
        ["book", "Book"]
    );
    let names = |field| book.get(field).and_then(|names| names.at(&[])).cloned();
    assert!(names("shortNames").is_some() && names("categories").is_some());
}
