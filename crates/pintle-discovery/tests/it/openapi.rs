//! OpenAPI documents.

use std::sync::Arc;

use pintle_codec::Value;
use pintle_discovery::{Discovery as _, MemoryCache};
use pintle_meta::GroupVersion;

use crate::{Server, aggregated};

fn server() -> Server {
    let server = aggregated();
    server
        .json(
            "/openapi/v3",
            r#"{"paths":{"api/v1":{"serverRelativeURL":"/openapi/v3/api/v1?hash=A%2BB"},
                "apis/apps/v1":{"serverRelativeURL":"/openapi/v3/apis/apps/v1?hash=2"}}}"#,
        )
        .json("/openapi/v3/api/v1", r#"{"openapi":"3.0.0"}"#)
        .json("/openapi/v2", r#"{"swagger":"2.0"}"#);
    server
}

// claims: discovery.openapi.v3
#[tokio::test]
async fn a_document_is_read_by_the_url_with_its_hash_and_once() {
    let server = server();
    let index = server.discovery().openapi_v3().await.unwrap();
    assert_eq!(index.paths().len(), 2);
    let core = index.group_version(&GroupVersion::core("v1")).unwrap();
    assert_eq!(core.url(), "/openapi/v3/api/v1?hash=A%2BB");
    server.asked();
    let document = core.document().await.unwrap();
    assert_eq!(
        document.get("openapi").and_then(Value::as_str),
        Some("3.0.0")
    );
    {
        let state = server.0.lock().unwrap();
        let query = state.asked[0].uri().query().unwrap();
        assert!(query.starts_with("hash=A%2BB"), "{query}");
    }
    core.document().await.unwrap();
    assert_eq!(server.asked().len(), 1);
    // Another media type is another document.
    core.fetch("application/com.github.proto-openapi.spec.v3@v1.0+protobuf")
        .await
        .unwrap();
    assert_eq!(server.asked().len(), 1);
    let apps = index
        .group_version(&GroupVersion::new("apps", "v1"))
        .unwrap();
    assert!(apps.document().await.is_err());
    assert!(
        index
            .group_version(&GroupVersion::new("apps", "v9"))
            .is_none()
    );
}

// claims: discovery.openapi.v3
#[tokio::test]
async fn a_cache_keeps_the_index() {
    let server = server();
    let cache = Arc::new(MemoryCache::new(server.discovery()));
    cache.openapi_v3().await.unwrap();
    cache.openapi_v3().await.unwrap();
    assert_eq!(server.asked(), ["/openapi/v3"]);
    cache.invalidate();
    cache.openapi_v3().await.unwrap();
    assert_eq!(server.asked(), ["/openapi/v3"]);
    server.json("/openapi/v3", "{}");
    cache.invalidate();
    assert!(cache.openapi_v3().await.is_err());
}

// claims: discovery.openapi.v2
#[tokio::test]
async fn the_older_document_comes_as_a_tree_or_in_protobuf() {
    let server = server();
    let tree = server.discovery().openapi_v2().await.unwrap();
    assert_eq!(tree.get("swagger").and_then(Value::as_str), Some("2.0"));
    server.discovery().openapi_v2_protobuf().await.unwrap();
    let state = server.0.lock().unwrap();
    let accept = &state.asked[1].headers()["accept"];
    assert_eq!(
        accept,
        "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"
    );
}
