//! Which fields selectors may ask for.

use crate::Cluster;

// claims: wire.fields.pods, wire.fields.events, wire.fields.others
pub(in crate::scenarios) async fn some_fields_can_be_selected_by(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let path = |resource: &str| match resource.split_once('/') {
        Some((group, resource)) => format!("/apis/{group}/v1/namespaces/{namespace}/{resource}"),
        None => format!("/api/v1/namespaces/{namespace}/{resource}"),
    };
    let template = r#""template":{"metadata":{"labels":{"a":"b"}},"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}"#;
    for (resource, body) in [
        ("pods", r#""spec":{"nodeName":"n","serviceAccountName":"default","restartPolicy":"Always","schedulerName":"s","hostNetwork":true,"containers":[{"name":"c","image":"i"}]}"#.to_owned()),
        ("secrets", r#""type":"example.org/t""#.to_owned()),
        ("services", r#""spec":{"clusterIP":"None","ports":[{"port":80}]}"#.to_owned()),
        ("events", format!(r#""involvedObject":{{"kind":"Pod","namespace":"{namespace}","name":"x","uid":"u","apiVersion":"v1","resourceVersion":"7","fieldPath":"f"}},"reason":"r","type":"Normal","source":{{"component":"s"}},"reportingComponent":"rc""#)),
        ("replicationcontrollers", r#""spec":{"selector":{"a":"b"},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}"#.to_owned()),
        ("batch/jobs", format!(r#""spec":{{{template}}}"#)),
        ("configmaps", r#""data":{}"#.to_owned()),
    ] {
        let body = format!(r#"{{"metadata":{{"name":"x"}},{body}}}"#);
        cluster.ask(&format!("POST {}", path(resource)), &body).await.done();
    }
    for (resource, field, value) in [
        ("pods", "metadata.name", "x"),
        ("pods", "metadata.namespace", namespace.as_str()),
        ("pods", "spec.nodeName", "n"),
        ("pods", "spec.host", "n"),
        ("pods", "spec.restartPolicy", "Always"),
        ("pods", "spec.schedulerName", "s"),
        ("pods", "spec.serviceAccountName", "default"),
        ("pods", "spec.hostNetwork", "true"),
        ("pods", "status.phase", "Pending"),
        ("pods", "status.podIP", ""),
        ("pods", "status.podIPs", ""),
        ("pods", "status.nominatedNodeName", ""),
        ("secrets", "type", "example.org/t"),
        ("services", "spec.clusterIP", "None"),
        ("services", "spec.type", "ClusterIP"),
        ("events", "involvedObject.kind", "Pod"),
        ("events", "involvedObject.namespace", namespace.as_str()),
        ("events", "involvedObject.name", "x"),
        ("events", "involvedObject.uid", "u"),
        ("events", "involvedObject.apiVersion", "v1"),
        ("events", "involvedObject.resourceVersion", "7"),
        ("events", "involvedObject.fieldPath", "f"),
        ("events", "reason", "r"),
        ("events", "reportingComponent", "rc"),
        ("events", "source", "s"),
        ("events", "type", "Normal"),
        ("replicationcontrollers", "status.replicas", "0"),
        ("batch/jobs", "status.successful", "0"),
        ("configmaps", "metadata.name", "x"),
    ] {
        let list = async |operator: &str| {
            let path = format!(
                "GET {}?fieldSelector={field}{operator}{value}",
                path(resource)
            );
            let list = cluster.ask(&path, "").await.done();
            let items = list.at(&["items"]).as_array().unwrap_or_default();
            let names = items
                .iter()
                .filter_map(|item| item.at(&["metadata", "name"])?.as_str());
            names.filter(|name| *name == "x").count()
        };
        assert_eq!(
            (list("=").await, list("!=").await),
            (1, 0),
            "{resource} {field}"
        );
    }
    let node = format!("{namespace}-node");
    let body = format!(r#"{{"metadata":{{"name":"{node}"}},"spec":{{"unschedulable":true}}}}"#);
    cluster.ask("POST /api/v1/nodes", &body).await.done();
    for (selector, count) in [
        ("spec.unschedulable=true", 1),
        ("spec.unschedulable=false", 0),
    ] {
        let list = cluster
            .ask(
                &format!("GET /api/v1/nodes?fieldSelector=metadata.name={node},{selector}"),
                "",
            )
            .await;
        assert_eq!(
            list.done().at(&["items"]).as_array().unwrap().len(),
            count,
            "{selector}"
        );
    }
    cluster
        .ask(&format!("DELETE /api/v1/nodes/{node}"), "")
        .await
        .done();

    let plain = |field: &str| {
        format!(
            "400 BadRequest: \"{field}\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
        )
    };
    let named = |field: &str| format!("400 BadRequest: field label not supported: {field}");
    for (path, field, line) in [
        ("/api/v1/configmaps", "data.x", plain("data.x")),
        ("/apis/apps/v1/replicasets", "status.replicas", plain("status.replicas")),
        ("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", "x", plain("x")),
        ("/api/v1/pods", "spec.x", named("spec.x")),
        ("/api/v1/nodes", "metadata.namespace", named("metadata.namespace")),
        ("/api/v1/namespaces", "metadata.namespace", named("metadata.namespace")),
        ("/apis/certificates.k8s.io/v1/certificatesigningrequests", "metadata.namespace", named("metadata.namespace")),
        ("/apis/resource.k8s.io/v1/resourceslices", "x", "400 BadRequest: field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: x".to_owned()),
    ] {
        let answer = cluster.ask(&format!("GET {path}?fieldSelector={field}=y"), "").await;
        assert_eq!(answer.line(), line, "{path} {field}");
    }
    for (path, selector) in [
        (
            "/apis/resource.k8s.io/v1/resourceslices",
            "spec.driver=x,spec.nodeName=y",
        ),
        (
            "/apis/certificates.k8s.io/v1/certificatesigningrequests",
            "spec.signerName=none",
        ),
        ("/api/v1/namespaces", "status.phase=None"),
        ("/api/v1/persistentvolumes", "metadata.namespace=x"),
    ] {
        let list = cluster
            .ask(&format!("GET {path}?fieldSelector={selector}"), "")
            .await;
        assert_eq!(
            list.done().at(&["items"]).as_array().unwrap().len(),
            0,
            "{path}"
        );
    }
}
