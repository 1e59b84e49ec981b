//! Tables, as kubectl asks for them.

use pintle_meta::v1::Table;

use crate::Cluster;
use crate::cluster::{create, pod};

// claims: wire.tables.negotiated
pub(super) async fn a_table_has_kubectls_columns(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    create(&cluster.client().api().namespace(&namespace), &pod("web-0")).await;
    let request = cluster.core().get().namespace(&namespace).resource("pods");
    let accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    let table: Table = request
        .header("accept", accept)
        .send()
        .await
        .unwrap()
        .into_object()
        .unwrap();
    let columns: Vec<(&str, i32)> = table
        .column_definitions
        .iter()
        .map(|column| (column.name.as_str(), column.priority))
        .collect();
    assert_eq!(
        columns,
        [
            ("Name", 0),
            ("Ready", 0),
            ("Status", 0),
            ("Restarts", 0),
            ("Age", 0),
            ("IP", 1),
            ("Node", 1),
            ("Nominated Node", 1),
            ("Readiness Gates", 1),
        ],
    );
    let row = &table.rows[0];
    let cell = |index: usize| row.cells[index].0.as_str().unwrap_or_default().to_owned();
    assert_eq!([cell(0), cell(1), cell(2)], ["web-0", "0/1", "Pending"]);
    assert_eq!([cell(5), cell(6), cell(7), cell(8)], ["<none>"; 4]);
    let object = row.object.to_value().unwrap();
    assert_eq!(
        object.get("kind").and_then(|kind| kind.as_str()),
        Some("PartialObjectMetadata")
    );
}

// claims: wire.tables.include-object, wire.tables.default-columns, wire.tables.not-acceptable
pub(super) async fn a_table_carries_what_it_is_asked_to(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let path = format!("/apis/apps/v1/namespaces/{namespace}/controllerrevisions");
    let limits = format!("/api/v1/namespaces/{namespace}/limitranges");
    let new = r#"{"metadata":{"name":"l"},"spec":{"limits":[]}}"#;
    cluster.ask(&format!("POST {limits}"), new).await.done();
    const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io";
    let table = async |query: &str| {
        let request = format!("GET {limits}/l?{query}");
        cluster.ask_as(&request, TABLE, "").await
    };
    let plain = table("").await.done();
    let columns = plain.at(&["columnDefinitions"]).as_array().unwrap();
    let names = columns
        .iter()
        .filter_map(|column| column.get("name")?.as_str());
    assert_eq!(names.collect::<Vec<_>>(), ["Name", "Created At"]);
    for (query, kind) in [
        ("", "PartialObjectMetadata"),
        ("includeObject=Metadata", "PartialObjectMetadata"),
        ("includeObject=Object", "LimitRange"),
        ("includeObject=None", ""),
    ] {
        let answer = table(query).await.done();
        let row = &answer.at(&["rows"]).as_array().unwrap()[0];
        let found = row.at(&["object", "kind"]).and_then(|kind| kind.as_str());
        assert_eq!(found.unwrap_or_default(), kind, "{query}");
    }
    let wrong = table("includeObject=Some").await;
    assert_eq!(wrong.code, 400, "{wrong:?}");
    for accept in [
        "text/html",
        "application/json;as=Table;v=v9;g=meta.k8s.io",
        "application/json;as=Chair;v=v1;g=meta.k8s.io",
    ] {
        let refused = cluster.ask_as(&format!("GET {limits}/l"), accept, "").await;
        assert_eq!(refused.code, 406, "{accept}: {refused:?}");
        assert_eq!(refused.text(&["reason"]), "NotAcceptable", "{accept}");
    }
    // Where there is a second best, it is taken.
    let either = format!("application/json;as=Table;v=v9;g=meta.k8s.io,{TABLE}");
    let either = cluster
        .ask_as(&format!("GET {path}"), &either, "")
        .await
        .done();
    assert_eq!(either.text(&["kind"]), "Table");
    // What is only asked and answered is in no table.
    let reviews = "POST /apis/authentication.k8s.io/v1/selfsubjectreviews";
    let refused = cluster.ask_as(reviews, TABLE, "{}").await;
    assert_eq!(refused.code, 406, "{refused:?}");
}
