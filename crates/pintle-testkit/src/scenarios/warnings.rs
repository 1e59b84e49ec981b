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

// claims: wire.checks.field-validation, wire.checks.warnings
pub(super) async fn fields_that_are_dropped_are_told_where_they_are(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let path = format!("/apis/apps/v1/namespaces/{namespace}/deployments");
    let body = r#"{"metadata":{"name":"d","lables":{"a":"b"}},"spec":{"selector":{"matchLabels":{"app":"x","app":"x"}},"replica":1,"template":{"metadata":{"labels":{"app":"x"}},"spec":{"containers":[{"name":"c","image":"i"},{"name":"d","image":"i","imagePulPolicy":"Always","image":"j","env":[{"name":"E","valueForm":{}}]}]}}}}"#;
    let told = [
        r#"duplicate field "spec.selector.matchLabels.app""#,
        r#"duplicate field "spec.template.spec.containers[1].image""#,
        r#"unknown field "metadata.lables""#,
        r#"unknown field "spec.replica""#,
        r#"unknown field "spec.template.spec.containers[1].env[0].valueForm""#,
        r#"unknown field "spec.template.spec.containers[1].imagePulPolicy""#,
    ];
    let sorted = |mut warnings: Vec<String>| {
        warnings.sort();
        warnings
    };
    // To be told of them is the default.
    let post = format!("POST {path}");
    let created = cluster.ask(&post, body).await.done();
    assert_eq!(sorted(created.warnings.clone()), told);
    let containers = created.at(&["spec", "template", "spec", "containers"]);
    let image = containers.as_array().unwrap()[1].get("image").unwrap();
    assert_eq!(
        image.as_str(),
        Some("j"),
        "of two values the last one stays"
    );
    let put = format!("PUT {path}/d");
    let warned = cluster
        .ask(&format!("{put}?fieldValidation=Warn"), body)
        .await;
    assert_eq!(sorted(warned.done().warnings), told);
    let ignored = cluster
        .ask(&format!("{put}?fieldValidation=Ignore"), body)
        .await;
    assert_eq!(ignored.done().warnings, [""; 0]);
    for request in [&post, &put] {
        let strict = cluster
            .ask(&format!("{request}?fieldValidation=Strict"), body)
            .await;
        assert_eq!((strict.code, strict.text(&["reason"])), (400, "BadRequest"));
        let message = strict.text(&["message"]);
        let (_, found) = message
            .split_once("strict decoding error: ")
            .unwrap_or_default();
        let found = sorted(found.split(", ").map(str::to_owned).collect());
        assert_eq!(found, told, "{message}");
    }
    let nonsense = cluster
        .ask(&format!("{put}?fieldValidation=Maybe"), body)
        .await;
    assert_eq!(nonsense.code, 422, "{}", nonsense.line());
}
