//! What is below objects.

use crate::Cluster;

/// A pod of a new namespace, and the path of it.
async fn pod(cluster: &Cluster, more: &str) -> String {
    let namespace = cluster.namespace().await;
    let path = format!("/api/v1/namespaces/{namespace}/pods");
    let body = format!(
        r#"{{"metadata":{{"name":"p","annotations":{{"own":"1","both":"1"}}}},"spec":{{"automountServiceAccountToken":false,"containers":[{{"name":"c","image":"i"}}]{more}}}}}"#
    );
    cluster.ask(&format!("POST {path}"), &body).await.done();
    format!("{path}/p")
}

// claims: wire.subresources.binding
pub(super) async fn a_pod_is_given_to_a_node_once(cluster: &Cluster) {
    let path = pod(cluster, "").await;
    let bind = format!("POST {path}/binding");
    for (body, answer) in [
        (
            r#"{"metadata":{"name":"q"},"target":{"name":"n"}}"#,
            "name in URL does not match name in Binding object",
        ),
        (
            r#"{"metadata":{"name":"p"},"target":{"kind":"Pod"}}"#,
            r#"[target.kind: Unsupported value: "Pod": supported values: "Node", "<empty>", target.name: Required value]"#,
        ),
        (
            r#"{"metadata":{"name":"p","namespace":"other"},"target":{"name":"n"}}"#,
            "the namespace of the provided object does not match the namespace sent on the request",
        ),
        (
            r#"{"kind":"Pod","apiVersion":"v1"}"#,
            r#"Pod in version "v1" cannot be handled as a Binding: converting (v1.Pod) to (core.Binding): unknown conversion"#,
        ),
    ] {
        let refused = cluster.ask(&bind, body).await;
        assert_eq!(refused.text(&["message"]), answer, "{body}");
    }
    for stale in [r#""uid":"7""#, r#""resourceVersion":"1""#] {
        let body = format!(r#"{{"metadata":{{"name":"p",{stale}}},"target":{{"name":"n"}}}}"#);
        let refused = cluster.ask(&bind, &body).await;
        assert_eq!(refused.code, 409, "{stale}");
        let message = refused.text(&["message"]);
        assert!(message.contains("Precondition failed"), "{message}");
    }

    let body = r#"{"metadata":{"name":"p","annotations":{"both":"2","more":"3"},"labels":{"zone":"z"}},"target":{"kind":"Node","name":"n"}}"#;
    let node = async || {
        let pod = cluster.ask(&format!("GET {path}"), "").await;
        pod.text(&["spec", "nodeName"]).to_owned()
    };
    let dry = cluster.ask(&format!("{bind}?dryRun=All"), body).await;
    assert_eq!((dry.code, node().await.as_str()), (201, ""));
    let done = cluster.ask(&bind, body).await;
    assert_eq!((done.code, done.text(&["status"])), (201, "Success"));
    assert_eq!(done.json(&["code"]), "201");
    let pod = cluster.ask(&format!("GET {path}"), "").await;
    assert_eq!(pod.text(&["spec", "nodeName"]), "n");
    assert_eq!(pod.json(&["metadata", "generation"]), "1");
    assert_eq!(
        pod.json(&["metadata", "annotations"]),
        r#"{"both":"2","more":"3","own":"1"}"#
    );
    assert_eq!(pod.json(&["metadata", "labels"]), r#"{"zone":"z"}"#);
    assert_eq!(pod.text(&["status", "phase"]), "Pending");
    let conditions = pod.json(&["status", "conditions"]);
    assert!(
        conditions.contains(r#""type":"PodScheduled","status":"True""#)
            || conditions.contains(r#""status":"True","type":"PodScheduled""#),
        "{conditions}"
    );
    let again = cluster.ask(&bind, body).await;
    assert_eq!(
        again.line(),
        r#"409 Conflict: Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "n""#
    );
}

pub(super) async fn a_pod_that_waits_or_is_not_there_is_given_to_no_node(cluster: &Cluster) {
    let path = pod(cluster, r#","schedulingGates":[{"name":"example.org/g"}]"#).await;
    let body = r#"{"metadata":{"name":"p"},"target":{"name":"n"}}"#;
    let gated = cluster.ask(&format!("POST {path}/binding"), body).await;
    assert_eq!(
        gated.line(),
        r#"409 Conflict: Operation cannot be fulfilled on pods/binding "p": pod p has non-empty .spec.schedulingGates"#
    );
    let nobody = body.replace("\"p\"", "\"q\"");
    let path = path.replace("/pods/p", "/pods/q");
    let absent = cluster.ask(&format!("POST {path}/binding"), &nobody).await;
    assert_eq!(absent.line(), r#"404 NotFound: pods "q" not found"#);
    let read = cluster.ask(&format!("GET {path}/binding"), "").await;
    assert_eq!(read.code, 405);
}

pub(super) async fn a_binding_may_name_its_pod_itself(cluster: &Cluster) {
    let path = pod(cluster, "").await;
    let (namespace, _) = path.split_once("/pods/").unwrap();
    let bind = format!("POST {namespace}/bindings");
    let nobody = r#"{"metadata":{"name":"q"},"target":{"name":"n"}}"#;
    assert_eq!(
        cluster.ask(&bind, nobody).await.line(),
        r#"404 NotFound: pods "q" not found"#
    );
    // Its uid is its own.
    let body = r#"{"metadata":{"name":"p","uid":"7"},"target":{"name":"n"}}"#;
    let done = cluster.ask(&bind, body).await;
    assert_eq!((done.code, done.text(&["status"])), (201, "Success"));
    let pod = cluster.ask(&format!("GET {path}"), "").await;
    assert_eq!(pod.text(&["spec", "nodeName"]), "n");
    assert_eq!(
        cluster.ask(&bind, body).await.line(),
        r#"409 Conflict: Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "n""#
    );
    for (request, code) in [
        (format!("GET {namespace}/bindings"), 405),
        (format!("GET {namespace}/bindings/p"), 404),
        ("POST /api/v1/bindings".to_owned(), 404),
    ] {
        assert_eq!(cluster.ask(&request, "").await.code, code, "{request}");
    }
}
