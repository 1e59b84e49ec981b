//! What a server says of objects and paths in OpenAPI.

use pintle_codec::{Value, json};

use crate::Cluster;

/// A document of version 3, where the index says that it is, with its address there.
async fn document(cluster: &Cluster, name: &str) -> (String, Value) {
    let index = raw(cluster, "/openapi/v3", "*/*").await.1;
    let index = json::parse(&index).unwrap();
    let path = ["paths", name, "serverRelativeURL"];
    let address = index.at(&path).and_then(Value::as_str).unwrap().to_owned();
    let (content_type, body) = raw(cluster, &address, "application/json").await;
    assert_eq!(content_type, "application/json");
    (address, json::parse(&body).unwrap())
}

async fn raw(cluster: &Cluster, uri: &str, accept: &str) -> (String, Vec<u8>) {
    let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
    let mut request = cluster.core().get().abs_path(path).header("accept", accept);
    if let Some((_, hash)) = query.split_once("hash=") {
        request = request.param("hash", hash);
    }
    let response = request.send().await.unwrap();
    (response.content_type().to_owned(), response.raw().to_vec())
}

fn text<'v>(value: &'v Value, path: &[&str]) -> &'v str {
    value.at(path).and_then(Value::as_str).unwrap_or_default()
}

// claims: wire.openapi.v3
pub(super) async fn each_group_version_has_a_document(cluster: &Cluster) {
    for (name, path) in [
        ("api/v1", "/api/v1/namespaces/{namespace}/pods/{name}"),
        (
            "apis/apps/v1",
            "/apis/apps/v1/namespaces/{namespace}/deployments/{name}",
        ),
    ] {
        let (address, document) = document(cluster, name).await;
        let (_, hash) = address.split_once("?hash=").expect("a hash");
        assert!(!hash.is_empty());
        assert_eq!(text(&document, &["openapi"]), "3.0.0");
        assert!(document.at(&["paths", path, "get"]).is_some(), "{path}");
        let protobuf = "application/com.github.proto-openapi.spec.v3@v1.0+protobuf";
        let (content_type, body) = raw(cluster, &address, protobuf).await;
        assert_eq!(
            content_type,
            "application/com.github.proto-openapi.spec.v3.v1.0+protobuf"
        );
        assert!(body.starts_with(b"\n\x053.0.0"));
    }
}

// claims: wire.openapi.v2
pub(super) async fn the_older_document_comes_in_json_and_protobuf(cluster: &Cluster) {
    let (content_type, body) = raw(cluster, "/openapi/v2", "application/json").await;
    assert_eq!(content_type, "application/json");
    let document = json::parse(&body).unwrap();
    assert_eq!(text(&document, &["swagger"]), "2.0");
    let pod = ["definitions", "io.k8s.api.core.v1.Pod", "type"];
    assert_eq!(text(&document, &pod), "object");
    let protobuf = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
    let (content_type, body) = raw(cluster, "/openapi/v2", protobuf).await;
    assert_eq!(
        content_type,
        "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
    );
    assert!(body.starts_with(b"\n\x032.0"));
}

// claims: wire.openapi.field-validation
pub(super) async fn a_patch_can_ask_for_validation(cluster: &Cluster) {
    let (_, document) = document(cluster, "apis/apps/v1").await;
    let paths = document.get("paths").and_then(Value::as_object).unwrap();
    // As kubectl looks for it: by the kind of the operation.
    let mut patches = paths.iter().filter_map(|(_, item)| item.get("patch"));
    let kind = ["x-kubernetes-group-version-kind", "kind"];
    let patch = patches.find(|patch| text(patch, &kind) == "Deployment");
    let parameters = patch.unwrap().get("parameters").and_then(Value::as_array);
    let names: Vec<&str> = parameters
        .unwrap()
        .iter()
        .map(|parameter| text(parameter, &["name"]))
        .collect();
    for name in ["dryRun", "fieldManager", "fieldValidation", "force"] {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
}

// claims: wire.openapi.patch-metadata, wire.openapi.explain
pub(super) async fn schemas_say_how_fields_are_merged_and_what_they_are(cluster: &Cluster) {
    let (_, document) = document(cluster, "api/v1").await;
    let schemas = document.at(&["components", "schemas"]).unwrap();
    let spec = schemas.get("io.k8s.api.core.v1.PodSpec").unwrap();
    let containers = spec.at(&["properties", "containers"]).unwrap();
    for (field, expected) in [
        ("type", "array"),
        ("x-kubernetes-list-type", "map"),
        ("x-kubernetes-patch-merge-key", "name"),
        ("x-kubernetes-patch-strategy", "merge"),
    ] {
        assert_eq!(text(containers, &[field]), expected);
    }
    let required = spec.get("required").and_then(Value::as_array).unwrap();
    assert_eq!(required, ["containers".into()]);
    let seconds = ["properties", "activeDeadlineSeconds", "format"];
    assert_eq!(text(spec, &seconds), "int64");
    let pod = schemas.get("io.k8s.api.core.v1.Pod").unwrap();
    let kinds = pod.get("x-kubernetes-group-version-kind").unwrap();
    assert_eq!(text(&kinds.as_array().unwrap()[0], &["kind"]), "Pod");
}
