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
