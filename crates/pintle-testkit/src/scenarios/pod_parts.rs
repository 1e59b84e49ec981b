//! What of a running pod can be changed on its own.

use crate::Cluster;

/// A pod of a new namespace that has resources, and the path of it.
async fn pod(cluster: &Cluster) -> String {
    let namespace = cluster.namespace().await;
    let path = format!("/api/v1/namespaces/{namespace}/pods");
    let body = r#"{"metadata":{"name":"p"},"spec":{"automountServiceAccountToken":false,"containers":[
        {"name":"a","image":"i","resources":{"requests":{"cpu":"100m","memory":"10Mi"},"limits":{"cpu":"200m","memory":"20Mi"}}},
        {"name":"b","image":"i","resources":{"requests":{"cpu":"100m","ephemeral-storage":"1Gi"}}}]}}"#;
    cluster.ask(&format!("POST {path}"), body).await.done();
    format!("{path}/p")
}

pub(super) async fn containers_are_put_into_a_running_pod(cluster: &Cluster) {
    let path = pod(cluster).await;
    let below = format!("{path}/ephemeralcontainers");
    let patch = async |body: &str| cluster.ask(&format!("PATCH:strategic {below}"), body).await;
    let read = cluster.ask(&format!("GET {below}"), "").await.done();
    assert_eq!(read.text(&["kind"]), "Pod");
    let added = patch(r#"{"metadata":{"labels":{"more":"x"}},"spec":{"nodeName":"n","ephemeralContainers":[{"name":"debugger","image":"d","targetContainerName":"a","stdin":true}]}}"#).await.done();
    // Nothing else changes, but what says that something did.
    assert_eq!(added.text(&["metadata", "labels", "more"]), "");
    assert_eq!(added.text(&["spec", "nodeName"]), "");
    assert_eq!(added.json(&["metadata", "generation"]), "2");
    let containers = added
        .at(&["spec", "ephemeralContainers"])
        .as_array()
        .unwrap();
    assert_eq!(containers.len(), 1);
    for (field, value) in [("name", "debugger"), ("targetContainerName", "a")] {
        let found = containers[0].get(field).and_then(|found| found.as_str());
        assert_eq!(found, Some(value));
    }
    let more = patch(r#"{"spec":{"ephemeralContainers":[{"name":"second","image":"d"}]}}"#)
        .await
        .done();
    let containers = more
        .at(&["spec", "ephemeralContainers"])
        .as_array()
        .unwrap();
    assert_eq!(containers.len(), 2);
    assert_eq!(more.json(&["metadata", "generation"]), "3");
    // A status is not for whoever looks at a pod.
    let status = patch(r#"{"status":{"phase":"Failed"}}"#).await.done();
    assert_eq!(status.text(&["status", "phase"]), "Pending");
    assert_eq!(status.json(&["metadata", "generation"]), "3");

    let invalid = |why: &str| format!(r#"422 Invalid: Pod "p" is invalid: {why}"#);
    for (body, answer) in [
        (
            r#"{"spec":{"ephemeralContainers":[{"name":"a","image":"d"}]}}"#,
            invalid(r#"spec.ephemeralContainers[0].name: Duplicate value: "a""#),
        ),
        (
            r#"{"spec":{"ephemeralContainers":[{"name":"c","image":"d","targetContainerName":"nobody"}]}}"#,
            invalid(r#"spec.ephemeralContainers[0].targetContainerName: Not found: "nobody""#),
        ),
        (
            r#"{"spec":{"ephemeralContainers":[{"name":"c"}]}}"#,
            invalid("spec.ephemeralContainers[0].image: Required value"),
        ),
        (
            r#"{"spec":{"ephemeralContainers":[{"name":"C","image":"d"}]}}"#,
            invalid(
                r#"spec.ephemeralContainers[0].name: Invalid value: "C": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"#,
            ),
        ),
        (
            r#"{"spec":{"ephemeralContainers":[{"name":"c","image":"d","ports":[{"containerPort":1}],"resources":{"limits":{"cpu":"1"}}}]}}"#,
            invalid(
                "[spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container, spec.ephemeralContainers[0].resources: Forbidden: cannot be set for an Ephemeral Container]",
            ),
        ),
    ] {
        assert_eq!(patch(body).await.line(), answer, "{body}");
    }
    let removed = r#"[{"op":"remove","path":"/spec/ephemeralContainers/0"}]"#;
    let removed = cluster.ask(&format!("PATCH:json {below}"), removed).await;
    assert_eq!(
        removed.line(),
        invalid(
            "spec.ephemeralContainers: Forbidden: existing ephemeral containers \"second\" may not be removed\n"
        )
    );
    let changed =
        patch(r#"{"spec":{"ephemeralContainers":[{"name":"debugger","image":"e"}]}}"#).await;
    let words = "existing ephemeral containers \"debugger\" may not be changed\n";
    assert!(changed.line().contains(words), "{}", changed.line());
}

pub(super) async fn the_resources_of_a_pod_are_changed(cluster: &Cluster) {
    let path = pod(cluster).await;
    let below = format!("{path}/resize");
    let patch = async |body: &str| cluster.ask(&format!("PATCH:strategic {below}"), body).await;
    let read = cluster.ask(&format!("GET {below}"), "").await.done();
    assert_eq!(read.text(&["kind"]), "Pod");
    let resized = patch(r#"{"metadata":{"labels":{"more":"x"}},"spec":{"nodeName":"n","containers":[{"name":"a","image":"other","resources":{"requests":{"cpu":"150m"},"limits":{"memory":"30Mi"}}}]}}"#).await.done();
    let containers = resized.at(&["spec", "containers"]).as_array().unwrap();
    let text = |path: &[&str]| containers[0].at(path).and_then(|found| found.as_str());
    assert_eq!(text(&["image"]), Some("i"));
    assert_eq!(text(&["resources", "requests", "cpu"]), Some("150m"));
    assert_eq!(text(&["resources", "limits", "memory"]), Some("30Mi"));
    assert_eq!(text(&["resources", "limits", "cpu"]), Some("200m"));
    assert_eq!(resized.text(&["metadata", "labels", "more"]), "");
    assert_eq!(resized.text(&["spec", "nodeName"]), "");
    assert_eq!(resized.json(&["metadata", "generation"]), "2");
    let invalid = |why: &str| format!(r#"422 Invalid: Pod "p" is invalid: {why}"#);
    for (kind, body, answer) in [
        (
            "json",
            r#"[{"op":"remove","path":"/spec/containers/0/resources/limits/cpu"}]"#,
            invalid(
                "spec.containers[0].resources.limits: Forbidden: resource limits cannot be removed",
            ),
        ),
        (
            "json",
            r#"[{"op":"replace","path":"/spec/containers/1/resources/requests/ephemeral-storage","value":"2Gi"}]"#,
            invalid("spec: Forbidden: only cpu and memory resources are mutable"),
        ),
        (
            "json",
            r#"[{"op":"remove","path":"/spec/containers/1"}]"#,
            invalid("spec.containers: Forbidden: containers may not be added or removed on resize"),
        ),
        (
            "json",
            r#"[{"op":"replace","path":"/spec/containers/1/name","value":"c"}]"#,
            invalid(
                "spec.containers[1].name: Forbidden: containers may not be renamed or reordered on resize",
            ),
        ),
    ] {
        let refused = cluster.ask(&format!("PATCH:{kind} {below}"), body).await;
        assert_eq!(refused.line(), answer, "{body}");
    }
    // What a pod is to others, it stays.
    let all = r#"{"spec":{"containers":[{"name":"a","resources":{"requests":{"cpu":"200m","memory":"30Mi"}}},{"name":"b","resources":{"requests":{"cpu":"1","memory":"1Gi"},"limits":{"cpu":"1","memory":"1Gi"}}}]}}"#;
    assert_eq!(
        patch(all).await.line(),
        invalid(
            r#"spec: Invalid value: "Burstable": Pod QOS Class may not change as a result of resizing"#
        )
    );
}
