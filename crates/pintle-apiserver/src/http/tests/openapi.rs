//! The OpenAPI documents over HTTP.

use super::*;

const JSON: &str = "application/json";
const PROTOBUF_V3: &str = "application/com.github.proto-openapi.spec.v3@v1.0+protobuf";

impl Server {
    pub(super) async fn bytes(
        &self,
        uri: &str,
        headers: &[(&str, &str)],
    ) -> (u16, HeaderMap, Bytes) {
        let mut request = Request::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.respond(request.body(Full::default()).unwrap()).await;
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap();
        (head.status.as_u16(), head.headers, body.to_bytes())
    }

    /// Where the index says that a document is.
    async fn place(&self, name: &str) -> String {
        let index = self.get("/openapi/v3").await;
        index.text_at(&["paths", name, "serverRelativeURL"])
    }
}

#[tokio::test]
async fn the_index_leads_to_documents_that_may_be_kept() {
    let server = Server::new();
    let place = server.place("apis/apps/v1").await;
    let (_, hash) = place.split_once("/openapi/v3/apis/apps/v1?hash=").unwrap();
    assert_eq!(hash.len(), 128, "{hash}");
    let (code, headers, body) = server.bytes(&place, &[]).await;
    assert_eq!(code, 200);
    assert_eq!(headers["cache-control"], "public, immutable");
    assert_eq!(headers["content-type"], JSON);
    assert_eq!(headers["etag"], format!("\"{hash}\""));
    assert_eq!(headers["vary"], "Accept");
    // The clock of these tests stands still at the first second of 2026.
    assert_eq!(headers["expires"], "Fri, 01 Jan 2027 00:00:00 GMT");
    let document = json::parse(&body).unwrap();
    assert_eq!(
        document.get("openapi").and_then(Value::as_str),
        Some("3.0.0")
    );
    // As kube-apiserver 1.36.3 has it, but for the descriptions.
    let schemas = document.at(&["components", "schemas"]).unwrap();
    let strategy = schemas.get("io.k8s.api.apps.v1.DeploymentSpec").unwrap();
    let strategy = strategy.at(&["properties", "strategy"]).unwrap();
    let mut text = Vec::new();
    json::write(strategy, &mut text);
    assert_eq!(
        String::from_utf8(text).unwrap(),
        concat!(
            r##"{"allOf":[{"$ref":"#/components/schemas/io.k8s.api.apps.v1.DeploymentStrategy"}],"##,
            r#""default":{},"x-kubernetes-patch-strategy":"retainKeys"}"#
        )
    );
}

#[tokio::test]
async fn who_has_a_document_does_not_get_it_again() {
    let server = Server::new();
    for place in [server.place("api/v1").await, "/openapi/v2".to_owned()] {
        let (_, headers, _) = server.bytes(&place, &[]).await;
        let tag = headers["etag"].to_str().unwrap();
        let (code, headers, body) = server.bytes(&place, &[("If-None-Match", tag)]).await;
        assert_eq!((code, body.len()), (304, 0), "{place}");
        assert_eq!(headers["etag"], tag);
        let (code, ..) = server.bytes(&place, &[("If-None-Match", "\"x\"")]).await;
        assert_eq!(code, 200);
    }
}

#[tokio::test]
async fn an_old_hash_leads_to_the_new_one() {
    let server = Server::new();
    let place = server.place("api/v1").await;
    let (code, headers, body) = server.bytes("/openapi/v3/api/v1?hash=OLD", &[]).await;
    assert_eq!((code, body.len()), (301, 0));
    assert_eq!(headers["location"], place);
    assert_eq!(headers["cache-control"], "no-cache, private");
    let (code, headers, _) = server.bytes("/openapi/v3/api/v1", &[]).await;
    assert_eq!(code, 200);
    assert_eq!(headers["cache-control"], "no-cache, private");
}

#[tokio::test]
async fn documents_come_in_the_format_that_is_liked_best() {
    let server = Server::new();
    let v2 = "application/com.github.proto-openapi.spec.v2";
    let v3 = "application/com.github.proto-openapi.spec.v3";
    let (in_v2, in_v3) = (format!("{v2}.v1.0+protobuf"), format!("{v3}.v1.0+protobuf"));
    for (uri, accept, content_type) in [
        ("/openapi/v2", "*/*", JSON),
        ("/openapi/v2", "application/*", JSON),
        ("/openapi/v2", &in_v2, &in_v2),
        ("/openapi/v2", &format!("{v2}@v1.0+protobuf"), &in_v2),
        ("/openapi/v2", &format!("{JSON};q=0.5,{in_v2};q=0.4"), JSON),
        ("/openapi/v3/apis/apps/v1", PROTOBUF_V3, &in_v3),
        ("/openapi/v3/apis/apps/v1", &format!("{in_v2},{JSON}"), JSON),
    ] {
        let (code, headers, _) = server.bytes(uri, &[("Accept", accept)]).await;
        assert_eq!(code, 200);
        assert_eq!(headers["content-type"], content_type, "{uri} {accept}");
    }
    for uri in ["/openapi/v2", "/openapi/v3/apis/apps/v1"] {
        let (code, headers, body) = server.bytes(uri, &[("Accept", "text/plain")]).await;
        assert_eq!((code, body.len()), (406, 0), "{uri}");
        assert_eq!(headers["vary"], "Accept");
    }
}

#[tokio::test]
async fn there_are_no_other_documents() {
    let server = Server::new();
    for uri in [
        "/openapi/v3/",
        "/openapi/v3/nothing",
        "/openapi/v3/apis/apps/v1/",
    ] {
        let (code, _, body) = server.bytes(uri, &[]).await;
        assert_eq!((code, body.len()), (404, 0), "{uri}");
    }
    for uri in ["/openapi", "/openapi/v2/", "/openapi/v1"] {
        let answered = server.get(uri).await;
        assert_eq!(
            (answered.code, &*answered.text),
            (404, "404 page not found\n")
        );
    }
}

#[tokio::test]
async fn protobuf_begins_as_the_real_one() {
    let server = Server::new();
    let (_, _, body) = server
        .bytes("/openapi/v3/apis/apps", &[("Accept", PROTOBUF_V3)])
        .await;
    // The version, and the title and version of the information.
    assert!(body.starts_with(b"\n\x053.0.0\x12\x12\n\nKubernetes2\x041.36\""));
}
