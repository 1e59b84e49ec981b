//! The formats in which objects come and go.

use pintle_api::core::v1::{Binding, Node, Pod};
use pintle_client::{ContentConfig, Error, RestClient};
use pintle_codec::{Decoder, Format};
use pintle_meta::v1::{DeleteOptions, ListOptions, ResourceVersionMatch, Status, UpdateOptions};
use pintle_meta::{Body as _, GroupVersion, WatchEvent};

use crate::Cluster;
use crate::cluster::{next_event, next_line, pod};

/// A client that speaks protobuf and nothing else: what comes in another format, it cannot read.
fn in_protobuf(cluster: &Cluster) -> pintle_client::Client {
    let protobuf_alone = ContentConfig::protobuf().accept([Format::Protobuf]);
    cluster.client().clone().content(protobuf_alone)
}

fn core(client: &pintle_client::Client) -> RestClient {
    client.typed_rest(&GroupVersion::core("v1"))
}

// claims: wire.encodings.protobuf, wire.encodings.protobuf-bodies
pub(super) async fn objects_come_and_go_in_protobuf(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let core = core(&in_protobuf(cluster));
    let pods = || core.post().namespace(&namespace).resource("pods");
    let mut new = pod("a");
    new.metadata.labels = [("app", "ü".into())].into();
    let refused = pods().body(&new).send().await.unwrap_err();
    assert!(refused.is_invalid(), "a Status in protobuf: {refused}");
    new.metadata.labels = [("app", "x".into())].into();
    let response = pods().body(&new).send().await.unwrap();
    assert_eq!(response.status_code(), 201);
    assert_eq!(response.content_type(), PROTOBUF);
    let created: Pod = response.into_object().unwrap();
    assert_eq!(created.metadata.labels.get("app").unwrap(), "x");
    assert_eq!(
        created.spec.containers[0].image,
        new.spec.containers[0].image
    );
    // In JSON it is the same one.
    let path = format!("/api/v1/namespaces/{namespace}/pods/a");
    let json = cluster.core().get().abs_path(&path).send().await.unwrap();
    assert_eq!(json.content_type(), "application/json");
    let json = Pod::decode(json.raw(), Format::Json, &mut Decoder::new()).unwrap();
    assert_eq!(json, created);

    let mut changed = created.clone();
    changed.metadata.labels = [("app", "y".into())].into();
    let put = async |pod: &Pod| {
        let request = core.put().namespace(&namespace).resource("pods").name("a");
        request.body(pod).send().await
    };
    let updated: Pod = put(&changed).await.unwrap().into_object().unwrap();
    assert_eq!(updated.metadata.labels.get("app").unwrap(), "y");
    assert!(
        put(&changed).await.unwrap_err().is_conflict(),
        "it is stale by now"
    );

    let mut binding = Binding::default();
    binding.metadata.name = "a".into();
    (binding.target.kind, binding.target.name) = ("Node".into(), "pintle-nowhere".into());
    let bound = core.post().namespace(&namespace).resource("pods").name("a");
    let bound = bound.subresource(["binding"]).body(&binding).send().await;
    let status: Status = bound.unwrap().into_object().unwrap();
    assert_eq!((status.status.as_str(), status.code), ("Success", 201));
    let bound = cluster.ask(&format!("GET {path}"), "").await.done();
    assert_eq!(bound.text(&["spec", "nodeName"]), "pintle-nowhere");

    // That its options were read is seen by what they forbid.
    let delete = async |options: &DeleteOptions| {
        let request = core
            .delete()
            .namespace(&namespace)
            .resource("pods")
            .name("a");
        request.body(options).send().await
    };
    let other = DeleteOptions::new().only_uid("00000000-0000-0000-0000-000000000000");
    assert!(delete(&other).await.unwrap_err().is_conflict());
    let right = DeleteOptions::new()
        .only_uid(created.metadata.uid.clone())
        .grace_period_seconds(0);
    delete(&right).await.unwrap();
    assert_eq!(cluster.ask(&format!("GET {path}"), "").await.code, 404);
}

// claims: wire.encodings.protobuf
pub(super) async fn lists_and_watches_come_in_protobuf(cluster: &Cluster) {
    let pods = in_protobuf(cluster)
        .api::<Pod>()
        .namespace(cluster.namespace().await);
    let create = async |name: &str| crate::cluster::create(&pods, &pod(name)).await;
    let first = create("a").await;
    let second = create("b").await;
    let list = pods.list(&ListOptions::new()).await.unwrap();
    assert_eq!(list.items, [first.clone(), second.clone()].into());
    let mut options = ListOptions::new().bookmarks();
    options.send_initial_events = Some(true);
    options.resource_version_match = ResourceVersionMatch::NOT_OLDER_THAN;
    let mut watch = pods.watch(&options).await.unwrap();
    for expected in [first, second.clone()] {
        let WatchEvent::Added(added) = next_event(&mut watch).await else {
            panic!("ADDED")
        };
        assert_eq!(added, expected);
    }
    let WatchEvent::Bookmark(bookmark) = next_event(&mut watch).await else {
        panic!("BOOKMARK")
    };
    assert!(bookmark.initial_events_end);
    let mut changed = second.clone();
    changed.metadata.labels = [("app", "x".into())].into();
    let changed = pods.update(&changed, &UpdateOptions::new()).await.unwrap();
    let WatchEvent::Modified(modified) = next_event(&mut watch).await else {
        panic!("MODIFIED")
    };
    assert_eq!(modified, changed);
    let now = DeleteOptions::new().grace_period_seconds(0);
    pods.delete("b", &now).await.unwrap();
    // It is marked, then gone.
    let WatchEvent::Modified(marked) = next_event(&mut watch).await else {
        panic!("MODIFIED")
    };
    assert_eq!(marked.metadata.deletion_grace_period_seconds, Some(0));
    let WatchEvent::Deleted(deleted) = next_event(&mut watch).await else {
        panic!("DELETED")
    };
    assert_eq!(deleted.metadata.uid, second.metadata.uid);
    let too_old = ListOptions::new().resource_version("1");
    let mut watch = pods.watch(&too_old).await.unwrap();
    assert_eq!(next_line(&mut watch).await, "ERROR 410");
}

pub(super) async fn what_cannot_be_read_as_protobuf_is_refused(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let post = async |body: &[u8]| -> (u16, String) {
        let request = cluster.core().post().namespace(&namespace).resource("pods");
        let sent: Result<_, Error> = request.body_bytes(PROTOBUF, body).send().await;
        match sent {
            Ok(response) => (response.status_code(), String::new()),
            Err(error) => {
                let status = error.as_status().expect("a Status");
                (
                    u16::try_from(status.code).unwrap(),
                    status.message.to_string(),
                )
            }
        }
    };
    // Without the magic number it is none; with it alone it is of no type.
    let (code, message) = post(b"{}").await;
    assert_eq!(code, 400);
    assert!(
        message.contains("expected prefix [107 56 115 0]"),
        "{message}"
    );
    let (code, _) = post(b"k8s\0").await;
    assert_eq!(code, 400);
    // A message of another type, and one that ends before its time.
    let mut node = Vec::new();
    Node::default().encode(Format::Protobuf, &mut node).unwrap();
    let (code, message) = post(&node).await;
    assert_eq!(code, 400);
    assert!(message.contains("cannot be handled as a Pod"), "{message}");
    let mut whole = Vec::new();
    pod("a").encode(Format::Protobuf, &mut whole).unwrap();
    let (code, _) = post(&whole[..whole.len() - 3]).await;
    assert_eq!(code, 400);
    assert_eq!(post(&whole).await, (201, String::new()));
}

// claims: wire.encodings.yaml
pub(super) async fn objects_come_in_yaml(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let path = format!("/api/v1/namespaces/{namespace}/configmaps");
    let post = async |query: &str, body: &str| {
        let request = format!("POST {path}{query}");
        cluster.ask_in(&request, "application/yaml", body).await
    };
    let created = post("", "kind: ConfigMap\nmetadata: {name: a}\ndata:\n  text: |\n    one\n    two\n  number: \"5\"\n").await.done();
    assert_eq!(created.text(&["data", "text"]), "one\ntwo\n");
    assert_eq!(created.text(&["data", "number"]), "5");
    // A number is no text, in YAML either.
    let refused = post("", "metadata: {name: b}\ndata: {number: 5}\n").await;
    assert_eq!(refused.code, 400);
    let excess = "metadata: {name: b}\ndata: {k: a, k: b}\nnonsense: 1\n";
    let warned = post("?dryRun=All", excess).await.done();
    assert_eq!(
        warned.warnings,
        [
            r#"line 2: key "k" already set in map"#,
            r#"unknown field "nonsense""#
        ]
    );
    let strict = post("?dryRun=All&fieldValidation=Strict", excess).await;
    assert_eq!(strict.code, 400);
    let read = cluster.core().get().abs_path(format!("{path}/a"));
    let read = read
        .header("Accept", "application/yaml")
        .send()
        .await
        .unwrap();
    assert_eq!(read.content_type(), "application/yaml");
    let text = String::from_utf8(read.raw().to_vec()).unwrap();
    assert!(
        text.contains("data:\n  number: \"5\"\n  text: |\n    one\n    two\n"),
        "{text}"
    );
}

const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";
