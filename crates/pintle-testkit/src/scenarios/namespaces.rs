//! Namespaces on their way out.

use crate::{Cluster, ask::Answer};

// claims: wire.namespaces.emptied, wire.namespaces.finalizers
pub(super) async fn a_namespace_that_is_deleted_is_emptied_and_goes(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let path = format!("/api/v1/namespaces/{namespace}");
    for (collection, new) in [
        ("configmaps", r#"{"metadata":{"name":"c"}}"#),
        ("secrets", r#"{"metadata":{"name":"s"}}"#),
        (
            "services",
            r#"{"metadata":{"name":"s"},"spec":{"ports":[{"port":80}]}}"#,
        ),
    ] {
        let request = format!("POST {path}/{collection}");
        cluster.ask(&request, new).await.done();
    }
    let deleted = cluster.ask(&format!("DELETE {path}"), "").await;
    assert_eq!(deleted.code, 200);
    assert_eq!(deleted.text(&["status", "phase"]), "Terminating");
    assert_eq!(
        deleted.json(&["spec", "finalizers"]),
        r#"["kubernetes"]"#,
        "it is kept by what is in it"
    );
    cluster.until(&path, |answer| answer.code == 404).await;
    let maps = format!("GET {path}/configmaps");
    let left = cluster.ask(&maps, "").await;
    assert_eq!(left.json(&["items"]), "[]");
}

// claims: wire.namespaces.emptied
pub(super) async fn what_keeps_a_namespace_is_told(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let path = format!("/api/v1/namespaces/{namespace}");
    let held = r#"{"metadata":{"name":"c","finalizers":["example.org/a","example.org/b"]}}"#;
    let maps = format!("{path}/configmaps");
    cluster.ask(&format!("POST {maps}"), held).await.done();
    cluster.ask(&format!("DELETE {path}"), "").await.done();
    let told = |answer: &Answer| condition(answer, "NamespaceContentRemaining").starts_with("True");
    let waiting = cluster.until(&path, told).await;
    assert_eq!(waiting.text(&["status", "phase"]), "Terminating");
    assert_eq!(
        CONDITIONS.map(|kind| condition(&waiting, kind)),
        [
            "False ResourcesDiscovered: All resources successfully discovered",
            "False ParsedGroupVersions: All legacy kube types successfully parsed",
            "False ContentDeleted: All content successfully deleted, may be waiting on finalization",
            "True SomeResourcesRemain: Some resources are remaining: configmaps. has 1 resource \
             instances",
            "True SomeFinalizersRemain: Some content in the namespace has finalizers remaining: \
             example.org/a in 1 resource instances, example.org/b in 1 resource instances",
        ]
    );
    let order = waiting.at(&["status", "conditions"]).as_array();
    let order = order.unwrap_or_default().iter();
    let order: Vec<_> = order
        .filter_map(|found| found.get("type")?.as_str())
        .collect();
    assert_eq!(order, CONDITIONS);
    let free = r#"{"metadata":{"finalizers":null}}"#;
    cluster
        .ask(&format!("PATCH:merge {maps}/c"), free)
        .await
        .done();
    cluster.until(&path, |answer| answer.code == 404).await;
}

// claims: wire.namespaces.emptied
pub(super) async fn pods_go_before_everything_else(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let path = format!("/api/v1/namespaces/{namespace}");
    let held = r#"{"metadata":{"name":"p","finalizers":["example.org/a"]},"spec":{"containers":[{"name":"c","image":"i"}]}}"#;
    let pods = format!("{path}/pods");
    cluster.ask(&format!("POST {pods}"), held).await.done();
    let map = r#"{"metadata":{"name":"c"}}"#;
    let maps = format!("{path}/configmaps");
    cluster.ask(&format!("POST {maps}"), map).await.done();
    cluster.ask(&format!("DELETE {path}"), "").await.done();
    let told = |answer: &Answer| !condition(answer, "NamespaceContentRemaining").is_empty();
    let waiting = cluster.until(&path, told).await;
    assert_eq!(
        CONDITIONS.map(|kind| condition(&waiting, kind))[3..],
        [
            // Of pods, which are seen to before all else, nothing is counted.
            "False ContentRemoved: All content successfully removed",
            "False ContentHasNoFinalizers: All content-preserving finalizers finished",
        ]
    );
    let map = cluster.ask(&format!("GET {maps}/c"), "").await;
    assert_eq!(map.code, 200, "a pod may still need it");
    let free = r#"{"metadata":{"finalizers":null}}"#;
    cluster
        .ask(&format!("PATCH:merge {pods}/p"), free)
        .await
        .done();
    cluster.until(&path, |answer| answer.code == 404).await;
}

// claims: wire.namespaces.terminating
pub(super) async fn a_namespace_that_is_going_takes_nothing_new(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let path = format!("/api/v1/namespaces/{namespace}");
    let maps = format!("{path}/configmaps");
    let held = r#"{"metadata":{"name":"held","finalizers":["example.org/a"]}}"#;
    cluster.ask(&format!("POST {maps}"), held).await.done();
    cluster.ask(&format!("DELETE {path}"), "").await.done();
    let new = r#"{"metadata":{"name":"new"}}"#;
    let refused = cluster.ask(&format!("POST {maps}"), new).await;
    assert_eq!(
        refused.line(),
        format!(
            "403 Forbidden: configmaps \"new\" is forbidden: unable to create new content in \
             namespace {namespace} because it is being terminated"
        )
    );
    assert_eq!(
        refused.json(&["details", "causes"]),
        format!(
            r#"[{{"reason":"NamespaceTerminating","message":"namespace {namespace} is being terminated","field":"metadata.namespace"}}]"#
        )
    );
    // What there is can still be changed.
    let free = r#"{"metadata":{"finalizers":null}}"#;
    let freed = cluster.ask(&format!("PATCH:merge {maps}/held"), free).await;
    assert!(matches!(freed.code, 200 | 404), "{}", freed.line());
    cluster.until(&path, |answer| answer.code == 404).await;
}

// claims: wire.namespaces.protected
pub(super) async fn some_namespaces_cannot_be_deleted(cluster: &Cluster) {
    for namespace in ["default", "kube-system", "kube-public"] {
        let path = format!("/api/v1/namespaces/{namespace}");
        let refused = cluster.ask(&format!("DELETE {path}"), "").await;
        assert_eq!(
            refused.line(),
            format!(
                "403 Forbidden: namespaces \"{namespace}\" is forbidden: this namespace may not be \
                 deleted"
            )
        );
        let there = cluster.ask(&format!("GET {path}"), "").await;
        assert_eq!(there.text(&["status", "phase"]), "Active");
    }
}

/// A condition in a line: `True Reason: message`; empty if there is none of the type.
fn condition(answer: &Answer, kind: &str) -> String {
    let conditions = answer.at(&["status", "conditions"]).as_array();
    let mut conditions = conditions.unwrap_or_default().iter();
    let text = |condition: &pintle_codec::Value, field: &str| {
        let value = condition.get(field).and_then(pintle_codec::Value::as_str);
        value.unwrap_or_default().to_owned()
    };
    let found = conditions.find(|condition| text(condition, "type") == kind);
    found.map_or_else(String::new, |found| {
        let [status, reason, message] =
            ["status", "reason", "message"].map(|field| text(found, field));
        format!("{status} {reason}: {message}")
    })
}

const CONDITIONS: [&str; 5] = [
    "NamespaceDeletionDiscoveryFailure",
    "NamespaceDeletionGroupVersionParsingFailure",
    "NamespaceDeletionContentFailure",
    "NamespaceContentRemaining",
    "NamespaceFinalizersRemaining",
];
