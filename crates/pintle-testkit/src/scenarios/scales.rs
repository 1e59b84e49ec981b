//! How many pods an object is to have, whatever its kind.

use pintle_api::apps::v1::Deployment;
use pintle_api::autoscaling::v1::Scale;
use pintle_client::Patch;
use pintle_meta::v1::{PatchOptions, UpdateOptions};

use crate::Cluster;

/// The resources that have a scale, each with where it is.
const SCALED: [(&str, &str); 4] = [
    ("/apis/apps/v1", "deployments"),
    ("/apis/apps/v1", "replicasets"),
    ("/apis/apps/v1", "statefulsets"),
    ("/api/v1", "replicationcontrollers"),
];

/// An object with two pods to be, in a namespace.
fn object(resource: &str) -> String {
    let selector = match resource {
        "replicationcontrollers" => r#"{"app":"w","tier":"t"}"#,
        _ => {
            r#"{"matchLabels":{"app":"w"},"matchExpressions":[{"key":"tier","operator":"In","values":["t","s"]}]}"#
        }
    };
    format!(
        r#"{{"metadata":{{"name":"w"}},"spec":{{"replicas":2,"selector":{selector},"template":{{"metadata":{{"labels":{{"app":"w","tier":"t"}}}},"spec":{{"containers":[{{"name":"c","image":"i"}}]}}}}}}}}"#
    )
}

pub(super) async fn objects_of_any_kind_are_scaled(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    for (root, resource) in SCALED {
        let collection = format!("{root}/namespaces/{namespace}/{resource}");
        let created = cluster
            .ask(&format!("POST {collection}"), &object(resource))
            .await
            .done();
        let (whole, path) = (format!("{collection}/w"), format!("{collection}/w/scale"));
        let read = cluster.ask(&format!("GET {path}"), "").await.done();
        let selector = match resource {
            "replicationcontrollers" => "app=w,tier=t",
            _ => "app=w,tier in (s,t)",
        };
        assert_eq!(read.text(&["kind"]), "Scale", "{resource}");
        assert_eq!(read.text(&["apiVersion"]), "autoscaling/v1", "{resource}");
        for field in [
            "name",
            "namespace",
            "uid",
            "resourceVersion",
            "creationTimestamp",
        ] {
            let path = ["metadata", field];
            assert_eq!(read.text(&path), created.text(&path), "{resource}");
        }
        assert_eq!(read.json(&["spec"]), r#"{"replicas":2}"#, "{resource}");
        assert_eq!(
            read.json(&["status"]),
            format!(r#"{{"replicas":0,"selector":"{selector}"}}"#),
            "{resource}"
        );

        let put = async |body: &str| cluster.ask(&format!("PUT {path}"), body).await;
        let three = put(r#"{"metadata":{"name":"w"},"spec":{"replicas":3}}"#)
            .await
            .done();
        assert_eq!(three.json(&["spec"]), r#"{"replicas":3}"#, "{resource}");
        let read = cluster.ask(&format!("GET {whole}"), "").await;
        assert_eq!(read.json(&["spec", "replicas"]), "3", "{resource}");
        assert_eq!(read.json(&["metadata", "generation"]), "2", "{resource}");
        assert_eq!(read.revision(), three.revision(), "{resource}");
        // Without a number there are to be none.
        let none = put(r#"{"metadata":{"name":"w"}}"#).await.done();
        assert_eq!(none.json(&["spec"]), "{}", "{resource}");
        let read = cluster.ask(&format!("GET {whole}"), "").await;
        assert_eq!(read.json(&["spec", "replicas"]), "0", "{resource}");

        for (kind, patch) in [
            ("merge", r#"{"spec":{"replicas":4}}"#),
            ("strategic", r#"{"spec":{"replicas":4}}"#),
            (
                "json",
                r#"[{"op":"add","path":"/spec/replicas","value":4}]"#,
            ),
        ] {
            let request = format!("PATCH:{kind} {path}");
            let patched = cluster.ask(&request, patch).await.done();
            assert_eq!(
                patched.json(&["spec"]),
                r#"{"replicas":4}"#,
                "{resource} {kind}"
            );
        }
    }
}

pub(super) async fn a_scale_that_cannot_be_meant_changes_nothing(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let collection = format!("/apis/apps/v1/namespaces/{namespace}/deployments");
    let post = format!("POST {collection}");
    cluster.ask(&post, &object("deployments")).await.done();
    let path = format!("{collection}/w/scale");
    for (body, answer) in [
        (
            r#"{"metadata":{"name":"w"},"spec":{"replicas":-1}}"#,
            r#"422 Invalid: Scale.autoscaling "w" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0"#,
        ),
        (
            r#"{"metadata":{"name":"v"},"spec":{"replicas":1}}"#,
            "400 BadRequest: the name of the object (v) does not match the name on the URL (w)",
        ),
        (
            r#"{"spec":{"replicas":1}}"#,
            "400 BadRequest: the name of the object (w based on URL) was undeterminable: name must be provided",
        ),
        (
            r#"{"metadata":{"name":"w","namespace":"other"},"spec":{"replicas":1}}"#,
            "400 BadRequest: the namespace of the provided object does not match the namespace sent on the request",
        ),
        (
            r#"{"metadata":{"name":"w","resourceVersion":"1"},"spec":{"replicas":1}}"#,
            r#"409 Conflict: Operation cannot be fulfilled on deployments.apps "w": the object has been modified; please apply your changes to the latest version and try again"#,
        ),
        (
            r#"{"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"w"},"spec":{"replicas":1}}"#,
            r#"400 BadRequest: Deployment in version "v1" cannot be handled as a Scale: converting (v1.Deployment) to (autoscaling.Scale): unknown conversion"#,
        ),
    ] {
        let refused = cluster.ask(&format!("PUT {path}"), body).await;
        assert_eq!(refused.line(), answer, "{body}");
    }
    let other = r#"{"metadata":{"name":"w","uid":"7"},"spec":{"replicas":1}}"#;
    let refused = cluster.ask(&format!("PUT {path}"), other).await;
    assert_eq!(refused.code, 409);
    let message = refused.text(&["message"]);
    assert!(
        message.contains("Precondition failed: UID in precondition: 7"),
        "{message}"
    );
    for (patch, answer) in [
        (
            r#"{"spec":{"replicas":-1}}"#,
            r#"422 Invalid: Scale.autoscaling "w" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0"#,
        ),
        (
            r#"{"metadata":{"resourceVersion":"1"},"spec":{"replicas":1}}"#,
            r#"409 Conflict: Operation cannot be fulfilled on deployments.apps "w": the object has been modified; please apply your changes to the latest version and try again"#,
        ),
    ] {
        let refused = cluster.ask(&format!("PATCH:merge {path}"), patch).await;
        assert_eq!(refused.line(), answer, "{patch}");
    }
    for (request, code) in [
        (format!("POST {path}"), 405),
        (format!("DELETE {path}"), 405),
        (format!("GET {collection}/v/scale"), 404),
        (
            format!("GET /api/v1/namespaces/{namespace}/pods/w/scale"),
            404,
        ),
    ] {
        assert_eq!(cluster.ask(&request, "").await.code, code, "{request}");
    }
    let body = r#"{"metadata":{"name":"v"},"spec":{"replicas":1}}"#;
    let nobody = cluster
        .ask(&format!("PUT {collection}/v/scale"), body)
        .await;
    assert_eq!(
        nobody.line(),
        r#"404 NotFound: deployments.apps "v" not found"#
    );
    let body = r#"{"metadata":{"name":"w"},"spec":{"replicas":7}}"#;
    let dry = cluster
        .ask(&format!("PUT {path}?dryRun=All"), body)
        .await
        .done();
    assert_eq!(dry.json(&["spec"]), r#"{"replicas":7}"#);
    let excess = r#"{"metadata":{"name":"w"},"spec":{"replicas":2,"speed":1}}"#;
    let warned = cluster.ask(&format!("PUT {path}"), excess).await.done();
    assert_eq!(warned.warnings, [r#"unknown field "spec.speed""#]);
    let strict = cluster
        .ask(&format!("PUT {path}?fieldValidation=Strict"), excess)
        .await;
    assert_eq!(
        strict.line(),
        r#"400 BadRequest: Scale in version "v1" cannot be handled as a Scale: strict decoding error: unknown field "spec.speed""#
    );
    let read = cluster.ask(&format!("GET {collection}/w"), "").await;
    assert_eq!(read.json(&["metadata", "generation"]), "1");
}

// claims: wire.encodings.yaml
pub(super) async fn a_scale_comes_in_every_representation(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let collection = format!("/apis/apps/v1/namespaces/{namespace}/deployments");
    let post = format!("POST {collection}");
    cluster.ask(&post, &object("deployments")).await.done();
    // Protobuf, both ways.
    let deployments = cluster.client().api::<Deployment>().namespace(&namespace);
    let mut scale: Scale = deployments.get_subresource("w", "scale").await.unwrap();
    assert_eq!(scale.spec.replicas, 2);
    scale.spec.replicas = 5;
    let options = UpdateOptions::new();
    let scaled = deployments
        .update_subresource("w", "scale", &scale, &options)
        .await
        .unwrap();
    assert_eq!(scaled.spec.replicas, 5);
    let stale = deployments
        .update_subresource("w", "scale", &scale, &options)
        .await
        .unwrap_err();
    assert!(stale.is_conflict(), "{stale}");
    let patch = Patch::merge(br#"{"spec":{"replicas":6}}"#.as_slice());
    let patched: Scale = deployments
        .patch_subresource("w", "scale", &patch, &PatchOptions::new())
        .await
        .unwrap();
    assert_eq!(patched.spec.replicas, 6);
    assert_eq!(patched.status.selector, "app=w,tier in (s,t)");

    let path = format!("{collection}/w/scale");
    let table = cluster
        .ask_as(
            &format!("GET {path}"),
            "application/json;as=Table;v=v1;g=meta.k8s.io",
            "",
        )
        .await
        .done();
    let columns = table.at(&["columnDefinitions"]).as_array().unwrap();
    let names = columns
        .iter()
        .map(|of| of.get("name").and_then(|name| name.as_str()));
    let names: Vec<_> = names.map(Option::unwrap_or_default).collect();
    assert_eq!(names, ["Name", "Desired", "Available", "Age"]);
    let rows = table.json(&["rows"]);
    assert!(rows.contains(r#""cells":["w",6,0,"#), "{rows}");
    let partial = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io";
    let partial = cluster
        .ask_as(&format!("GET {path}"), partial, "")
        .await
        .done();
    assert_eq!(partial.text(&["kind"]), "PartialObjectMetadata");
    assert_eq!(partial.text(&["metadata", "name"]), "w");
    let yaml =
        "kind: Scale\napiVersion: autoscaling/v1\nmetadata:\n  name: w\nspec:\n  replicas: 1\n";
    let scaled = cluster
        .ask_in(&format!("PUT {path}"), "application/yaml", yaml)
        .await
        .done();
    assert_eq!(scaled.json(&["spec"]), r#"{"replicas":1}"#);
}
