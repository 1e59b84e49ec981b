//! Discovery. What the documents say is compared with the real ones' in `recorded`.

use super::*;

const V2: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
const V2BETA1: &str = "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";

#[tokio::test]
async fn the_core_group_says_where_the_server_is() {
    let server = Server::new();
    let request = Request::builder()
        .uri("/api")
        .header("Host", "127.0.0.1:6443");
    let answered = server.send(request.body(Full::default()).unwrap()).await;
    assert_eq!(
        answered.text,
        concat!(
            r#"{"kind":"APIVersions","versions":["v1"],"serverAddressByClientCIDRs":"#,
            r#"[{"clientCIDR":"0.0.0.0/0","serverAddress":"127.0.0.1:6443"}]}"#
        )
    );
}

#[tokio::test]
async fn a_group_and_its_resources_are_found() {
    let server = Server::new();
    assert_eq!(
        server.get("/apis/apps").await.text,
        concat!(
            r#"{"kind":"APIGroup","apiVersion":"v1","name":"apps","versions":"#,
            r#"[{"groupVersion":"apps/v1","version":"v1"}],"#,
            r#""preferredVersion":{"groupVersion":"apps/v1","version":"v1"}}"#
        )
    );
    let resources = server.get("/apis/apps/v1").await.text;
    assert!(resources.contains(concat!(
        r#"{"name":"deployments","singularName":"deployment","namespaced":true,"kind":"Deployment","#,
        r#""verbs":["create","delete","deletecollection","get","list","patch","update","watch"],"#,
        r#""shortNames":["deploy"],"categories":["all"],"storageVersionHash":"8aSe+NMegvE="}"#
    )));
    // The core group's list does not say its version.
    let core = server.get("/api/v1").await.text;
    let start = r#"{"kind":"APIResourceList","groupVersion":"v1","resources":[{"name":"#;
    assert!(core.starts_with(start), "{core}");
    for (uri, text) in [
        ("/apis/nothing", "404 page not found\n"),
        ("/api/v9", ""),
        ("/apis/apps/v9", ""),
    ] {
        let answered = server.get(uri).await;
        assert_eq!(answered.code, 404);
        if text.is_empty() {
            assert_eq!(
                answered.message(),
                "the server could not find the requested resource"
            );
        } else {
            assert_eq!(answered.text, text);
        }
    }
}

#[tokio::test]
async fn the_newer_form_is_chosen_by_its_version() {
    let server = Server::new();
    // As client-go 0.36 and 0.29 ask.
    let newest = format!("{V2};profile=nopeer,{V2},{V2BETA1},application/json");
    for (accept, chosen, version) in [
        (newest.as_str(), V2, "v2"),
        (&format!("{V2BETA1},application/json"), V2BETA1, "v2beta1"),
        (
            "application/json;q=0.1,application/json;as=APIGroupDiscoveryList;v=v2;g=apidiscovery.k8s.io",
            V2,
            "v2",
        ),
    ] {
        for uri in ["/api", "/apis"] {
            let found = server.get_as(uri, accept).await;
            assert_eq!(found.headers["content-type"], chosen);
            assert_eq!(found.headers["cache-control"], "public");
            assert_eq!(found.headers["vary"], "Accept");
            let of = format!("apidiscovery.k8s.io/{version}");
            assert_eq!(found.text_at(&["apiVersion"]), of);
        }
    }
    let unknown = "application/json;g=apidiscovery.k8s.io;v=v9;as=APIGroupDiscoveryList";
    let older = server
        .get_as("/apis", &format!("{unknown},application/json"))
        .await;
    assert_eq!(older.headers["content-type"], "application/json");
    assert_eq!(older.text_at(&["kind"]), "APIGroupList");
}

#[tokio::test]
async fn who_has_the_newer_form_does_not_get_it_again() {
    let server = Server::new();
    for form in [V2, V2BETA1] {
        let found = server.get_as("/apis", form).await;
        let tag = found.headers["etag"].to_str().unwrap();
        assert_eq!(tag.len(), 130, "{tag}");
        let request = Request::builder().uri("/apis").header("Accept", form);
        let request = request.header("If-None-Match", tag);
        let again = server.send(request.body(Full::default()).unwrap()).await;
        assert_eq!((again.code, &*again.text), (304, ""));
        assert_eq!(again.headers["etag"], tag);
    }
}

#[tokio::test]
async fn discovery_comes_in_yaml_too() {
    let server = Server::new();
    let found = server.get_as("/apis/batch", "application/yaml").await;
    assert_eq!(found.headers["content-type"], "application/yaml");
    // As kube-apiserver 1.36.3 writes it.
    assert_eq!(
        found.text,
        concat!(
            "apiVersion: v1\nkind: APIGroup\nname: batch\npreferredVersion:\n",
            "  groupVersion: batch/v1\n  version: v1\nversions:\n",
            "- groupVersion: batch/v1\n  version: v1\n"
        )
    );
    let newer = V2.replace("json", "yaml");
    let found = server.get_as("/api", &newer).await;
    assert_eq!(found.headers["content-type"], newer);
    assert!(
        found
            .text
            .starts_with("apiVersion: apidiscovery.k8s.io/v2\nitems:\n- metadata: {}\n")
    );
}

#[tokio::test]
async fn discovery_comes_in_protobuf_too() {
    let server = Server::new();
    let accept = "application/vnd.kubernetes.protobuf";
    let (code, headers, body) = server.bytes("/apis/batch", &[("Accept", accept)]).await;
    assert_eq!(code, 200);
    assert_eq!(headers["content-type"], accept);
    // As kube-apiserver 1.36.3 writes it.
    let expected = concat!(
        "k8s\0\n\x0e\n\x02v1\x12\x08APIGroup\x12'\n\x05batch\x12\x0e\n\x08batch/v1\x12\x02v1",
        "\x1a\x0e\n\x08batch/v1\x12\x02v1\x1a\0\"\0"
    );
    assert_eq!(body, expected.as_bytes());
    // The verbs are a message of their own: field 4 of a resource, and in it field 1, again and again.
    let (_, _, body) = server.bytes("/apis/batch/v1", &[("Accept", accept)]).await;
    let verbs = b"\"C\n\x06create\n\x06delete\n\x10deletecollection\n\x03get\n\x04list\n\x05patch";
    assert!(body.windows(verbs.len()).any(|window| window == verbs));
    let newer = V2.replace("json", "vnd.kubernetes.protobuf");
    let (_, headers, body) = server.bytes("/api", &[("Accept", &newer)]).await;
    assert_eq!(headers["content-type"], newer.as_str());
    assert!(body.starts_with(b"k8s\0\n/\n\x16apidiscovery.k8s.io/v2\x12\x15APIGroupDiscoveryList"));
}

#[tokio::test]
async fn what_discovery_does_not_come_in_is_refused() {
    let server = Server::new();
    let unknown = "application/json;g=apidiscovery.k8s.io;v=v9;as=APIGroupDiscoveryList";
    for (uri, accept) in [
        ("/apis", "text/plain"),
        ("/apis", "application/cbor"),
        ("/api", unknown),
        ("/apis/apps", V2),
        ("/apis/apps/v1", "text/plain"),
    ] {
        let (code, reason, _) = server.get_as(uri, accept).await.failure();
        assert_eq!((code, &*reason), (406, "NotAcceptable"), "{uri} {accept}");
    }
    assert_eq!(
        server.get_as("/apis", "text/plain").await.message(),
        "only the following media types are accepted: application/json, application/yaml, \
         application/vnd.kubernetes.protobuf"
    );
}
