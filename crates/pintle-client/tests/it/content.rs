//! The formats in which objects travel.

use bytes::Bytes;
use http::Response;
use pintle_api::core::v1::Pod;
use pintle_client::{ContentConfig, DynamicClient, MetadataClient};
use pintle_codec::Format;
use pintle_meta::v1::{CreateOptions, ListOptions};
use pintle_meta::{Body, GroupVersion};

use crate::{answering, json, refusal};

const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";

fn pod(name: &str) -> Pod {
    let mut pod = Pod::default();
    pod.metadata.name = name.into();
    pod
}

fn protobuf(pod: &Pod) -> Response<Bytes> {
    let mut body = Vec::new();
    pod.encode(Format::Protobuf, &mut body).unwrap();
    let answer = Response::builder().header("content-type", PROTOBUF);
    answer.body(body.into()).unwrap()
}

// claims: rest.codec.builtin
#[tokio::test]
async fn built_in_types_travel_as_protobuf() {
    let (client, seen) = answering(|_| protobuf(&pod("a")));
    let pods = client.api::<Pod>().namespace("b");
    assert_eq!(pods.get("a").await.unwrap(), pod("a"));
    pods.create(&pod("a"), &CreateOptions::new()).await.unwrap();
    let seen = seen.lock().unwrap();
    assert_eq!(seen[0].accept, format!("{PROTOBUF},application/json"));
    assert_eq!(seen[1].content_type, PROTOBUF);
    assert!(seen[1].body.starts_with("k8s\0"));
}

// claims: rest.codec.cbor-fallback
#[tokio::test]
async fn a_server_that_takes_no_protobuf_is_sent_json_from_then_on() {
    let (client, seen) = answering(|request| match request.content_type.as_str() {
        PROTOBUF => refusal(415, "UnsupportedMediaType"),
        _ => json(
            201,
            r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"}}"#,
        ),
    });
    let pods = client.api::<Pod>().namespace("b");
    pods.create(&pod("a"), &CreateOptions::new()).await.unwrap();
    client
        .api::<Pod>()
        .namespace("c")
        .create(&pod("a"), &CreateOptions::new())
        .await
        .unwrap();
    let seen = seen.lock().unwrap();
    let sent: Vec<&str> = seen.iter().map(|request| &*request.content_type).collect();
    assert_eq!(sent, [PROTOBUF, "application/json", "application/json"]);
    assert!(seen[1].body.contains(r#""name":"a""#));
}

#[tokio::test]
async fn a_failure_in_protobuf_is_the_error_that_it_says() {
    let (client, _) = answering(|_| {
        let details = pintle_meta::v1::StatusDetails {
            name: "a".into(),
            ..Default::default()
        };
        let status = pintle_meta::v1::Status {
            status: "Failure".into(),
            reason: "NotFound".into(),
            details: Some(details.into()),
            code: 404,
            ..Default::default()
        };
        let mut body = Vec::new();
        status.encode(Format::Protobuf, &mut body).unwrap();
        let answer = Response::builder()
            .status(404)
            .header("content-type", PROTOBUF);
        answer.body(body.into()).unwrap()
    });
    let pods = client.api::<Pod>().namespace("b");
    assert!(pods.get("a").await.unwrap_err().is_not_found());
    assert_eq!(pods.find("a").await.unwrap(), None);
}

// claims: clients.metadata.forms
#[tokio::test]
async fn metadata_is_asked_for_as_such_and_read_from_whatever_comes() {
    let (client, seen) = answering(|request| {
        if request.line.contains("/pods/") {
            // A server that does not know the form answers with the object.
            json(
                200,
                r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"},"spec":{}}"#,
            )
        } else {
            json(
                200,
                r#"{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":"7"},"items":[{"metadata":{"name":"a"}}]}"#,
            )
        }
    });
    let resource = GroupVersion::core("v1").with_resource("pods");
    let pods = MetadataClient::new(&client).namespaced(&resource);
    let list = pods.list(&ListOptions::new()).await.unwrap();
    assert_eq!(list.items[0].metadata.name, "a");
    assert_eq!(list.metadata.resource_version, "7");
    let one = pods.namespace("b").get("a").await.unwrap();
    assert_eq!(one.metadata.name, "a");
    let seen = seen.lock().unwrap();
    let form = |kind: &str| format!(";as={kind};g=meta.k8s.io;v=v1");
    let accept = |kind: &str| {
        let form = form(kind);
        format!("{PROTOBUF}{form},application/json{form},application/json")
    };
    assert_eq!(seen[0].accept, accept("PartialObjectMetadataList"));
    assert_eq!(seen[1].accept, accept("PartialObjectMetadata"));
}

// claims: clients.dynamic.verbs, rest.codec.default
#[tokio::test]
async fn objects_of_any_kind_travel_as_json() {
    let (client, seen) = answering(|request| {
        if request.line.contains("/widgets/") {
            json(
                200,
                r#"{"kind":"Widget","apiVersion":"example.org/v1","metadata":{"name":"w"},"spec":{"size":3}}"#,
            )
        } else {
            json(
                200,
                r#"{"kind":"WidgetList","apiVersion":"example.org/v1","metadata":{},"items":[{"metadata":{"name":"w"}}]}"#,
            )
        }
    });
    let resource = GroupVersion::new("example.org", "v1").with_resource("widgets");
    let widgets = DynamicClient::new(&client).cluster_wide(&resource);
    let widget = widgets.get("w").await.unwrap();
    assert_eq!(widget.int64(&["spec", "size"]), Ok(Some(3)));
    let list = widgets.list(&ListOptions::new()).await.unwrap();
    // Items do not say what they are; their list does.
    assert_eq!(list.items[0].kind(), "Widget");
    let seen = seen.lock().unwrap();
    assert_eq!(seen[0].line, "GET /apis/example.org/v1/widgets/w");
    assert_eq!(seen[0].accept, "application/json");
}

#[tokio::test]
async fn a_client_may_be_told_to_speak_json() {
    let (client, seen) = answering(|_| json(200, r#"{"metadata":{"name":"a"}}"#));
    let pods = client.content(ContentConfig::json()).api::<Pod>();
    pods.namespace("b").get("a").await.unwrap();
    assert_eq!(seen.lock().unwrap()[0].accept, "application/json");
}
