//! What servers warn of besides the fields of an object.

use crate::Cluster;

pub(super) async fn deprecated_versions_are_told(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let endpoints = format!("/api/v1/namespaces/{namespace}/endpoints");
    let deprecated = "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice";
    let list = cluster.ask(&format!("GET {endpoints}"), "").await.done();
    assert_eq!(list.warnings, [deprecated]);
    let body = r#"{"metadata":{"name":"e"},"nonsense":1}"#;
    let created = cluster.ask(&format!("POST {endpoints}"), body).await.done();
    assert_eq!(
        created.warnings,
        [deprecated, r#"unknown field "nonsense""#]
    );
    let deleted = cluster
        .ask(&format!("DELETE {endpoints}/e"), "")
        .await
        .done();
    assert_eq!(deleted.warnings, [deprecated]);
    let components = "/api/v1/componentstatuses";
    let list = cluster.ask(&format!("GET {components}"), "").await.done();
    assert_eq!(list.text(&["kind"]), "ComponentStatusList");
    assert_eq!(
        list.warnings,
        ["v1 ComponentStatus is deprecated in v1.19+"]
    );
    for (request, line) in [
        (
            format!("GET {components}/nothing"),
            r#"404 NotFound: componentstatus "nothing" not found"#,
        ),
        (
            format!("GET {components}?watch=true"),
            r#"405 MethodNotAllowed: watch is not supported on resources of kind "componentstatuses""#,
        ),
        (
            format!("DELETE {components}/nothing"),
            "405 MethodNotAllowed: the server does not allow this method on the requested resource",
        ),
        (
            "GET /api/v1/watch/componentstatuses".to_owned(),
            "404 NotFound: the server could not find the requested resource",
        ),
    ] {
        assert_eq!(cluster.ask(&request, "").await.line(), line, "{request}");
    }
    let pods = format!("GET /api/v1/namespaces/{namespace}/pods");
    assert_eq!(cluster.ask(&pods, "").await.done().warnings, [""; 0]);
}
