//! What patching does.

use tokio::task::JoinSet;

use crate::Cluster;

/// A config map of a new namespace, and the path of it.
async fn config_map(cluster: &Cluster) -> String {
    let namespace = cluster.namespace().await;
    let path = format!("/api/v1/namespaces/{namespace}/configmaps");
    let body = r#"{"metadata":{"name":"a","labels":{"app":"x"}},"data":{"k":"v"}}"#;
    cluster.ask(&format!("POST {path}"), body).await.done();
    format!("{path}/a")
}

// claims: wire.patch.merge
pub(super) async fn a_patch_changes_what_it_says(cluster: &Cluster) {
    let path = config_map(cluster).await;
    for (kind, patch, data, labels) in [
        (
            "merge",
            r#"{"data":{"b":"2"},"metadata":{"labels":null}}"#,
            r#"{"b":"2","k":"v"}"#,
            "",
        ),
        ("merge", r#"{"data":{"k":null}}"#, r#"{"b":"2"}"#, ""),
        (
            "strategic",
            r#"{"metadata":{"labels":{"l":"1"}},"data":{"b":null,"c":"3"}}"#,
            r#"{"c":"3"}"#,
            r#"{"l":"1"}"#,
        ),
        (
            "strategic",
            r#"{"data":{"$patch":"replace","d":"4"}}"#,
            r#"{"d":"4"}"#,
            r#"{"l":"1"}"#,
        ),
        (
            "json",
            r#"[{"op":"test","path":"/data/d","value":"4"},{"op":"move","from":"/data/d","path":"/metadata/labels/e~1f"},{"op":"copy","from":"/metadata/labels/l","path":"/metadata/labels/m"}]"#,
            "",
            r#"{"e/f":"4","l":"1","m":"1"}"#,
        ),
        // What is not there can be replaced too, which the standard does not allow.
        (
            "json",
            r#"[{"op":"replace","path":"/data","value":{}},{"op":"replace","path":"/data/new","value":"5"}]"#,
            r#"{"new":"5"}"#,
            r#"{"e/f":"4","l":"1","m":"1"}"#,
        ),
    ] {
        let patched = cluster
            .ask(&format!("PATCH:{kind} {path}"), patch)
            .await
            .done();
        assert_eq!(patched.json(&["data"]), data, "{patch}");
        assert_eq!(patched.json(&["metadata", "labels"]), labels, "{patch}");
        let read = cluster.ask(&format!("GET {path}"), "").await;
        assert_eq!(read.revision(), patched.revision());
    }
    let revision = cluster
        .ask(&format!("GET {path}"), "")
        .await
        .revision()
        .to_owned();
    for (kind, patch) in [("merge", "{}"), ("strategic", "null"), ("json", "[]")] {
        let patched = cluster
            .ask(&format!("PATCH:{kind} {path}"), patch)
            .await
            .done();
        assert_eq!(patched.revision(), revision, "{kind} {patch}");
    }
}

// claims: wire.patch.json
pub(super) async fn a_json_patch_that_does_not_apply_changes_nothing(cluster: &Cluster) {
    const REFUSED: &str =
        "422 Invalid: the server rejected our request due to an error in our request";
    let path = config_map(cluster).await;
    for patch in [
        r#"[{"op":"add","path":"/data/x","value":"y"},{"op":"test","path":"/data/k","value":"x"}]"#,
        r#"[{"op":"add","path":"/data/x","value":"y"},{"op":"remove","path":"/data/none"}]"#,
        r#"[{"op":"add","path":"/none/x","value":"y"}]"#,
        r#"[{"op":"foo","path":"/data/k"}]"#,
    ] {
        let answer = cluster.ask(&format!("PATCH:json {path}"), patch).await;
        assert_eq!(answer.line(), REFUSED, "{patch}");
    }
    let many = format!(
        "[{}]",
        vec![r#"{"op":"test","path":"/data/k","value":"v"}"#; 10_001].join(",")
    );
    assert_eq!(
        cluster
            .ask(&format!("PATCH:json {path}"), &many)
            .await
            .line(),
        "413 RequestEntityTooLarge: Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001"
    );
    let read = cluster.ask(&format!("GET {path}"), "").await;
    assert_eq!(read.json(&["data"]), r#"{"k":"v"}"#);
}

// claims: wire.patch.strategic
pub(super) async fn a_strategic_patch_merges_lists_by_their_keys(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let path = format!("/apis/apps/v1/namespaces/{namespace}/deployments");
    let body = r#"{"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"x","image":"i:1","env":[{"name":"A","value":"1"},{"name":"B","value":"2"}]},{"name":"y","image":"i:1"},{"name":"z","image":"i:1"}]}}}}"#;
    cluster.ask(&format!("POST {path}"), body).await.done();
    let patch = r#"{"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"z"},{"name":"n"},{"name":"x"}],"containers":[{"name":"n","image":"i:2"},{"name":"x","env":[{"name":"B","$patch":"delete"},{"name":"A","value":"9"}]},{"name":"y","$patch":"delete"}]}}}}"#;
    let patched = cluster
        .ask(&format!("PATCH:strategic {path}/d"), patch)
        .await
        .done();
    let containers = patched.at(&["spec", "template", "spec", "containers"]);
    let names: Vec<_> = containers
        .as_array()
        .unwrap()
        .iter()
        .map(|container| {
            let text = |field| {
                container
                    .get(field)
                    .and_then(pintle_codec::Value::as_str)
                    .unwrap_or_default()
            };
            let env = container
                .get("env")
                .and_then(pintle_codec::Value::as_array)
                .unwrap_or_default();
            let env = env.iter().filter_map(|env| env.get("value")?.as_str());
            format!(
                "{} {} {}",
                text("name"),
                text("image"),
                env.collect::<String>()
            )
        })
        .collect();
    assert_eq!(names, ["z i:1 ", "n i:2 ", "x i:1 9"]);
    assert_eq!(patched.json(&["metadata", "generation"]), "2");

    let path = config_map(cluster).await;
    for (patch, line) in [
        (
            r#"{"data":{"$patch":"x"}}"#,
            "500 : unknown patch type: x in map: map[$patch:x]",
        ),
        (
            r#"{"$setElementOrder/data":["x"]}"#,
            "500 : expected a []interface {}, but received a map[string]interface {}",
        ),
        (
            r#"{"$setElementOrder":["x"]}"#,
            "400 BadRequest: invalid patch format of setElementOrder list",
        ),
        (
            r#"{"$retainKeys":["x"],"data":{}}"#,
            "400 BadRequest: invalid patch format of retainKeys",
        ),
        (
            r#"{"metadata":{"$deleteFromPrimitiveListX":[]}}"#,
            "400 BadRequest: invalid patch format of primitive list",
        ),
    ] {
        let answer = cluster.ask(&format!("PATCH:strategic {path}"), patch).await;
        assert_eq!(answer.line(), line, "{patch}");
    }
}

// claims: wire.patch.unsupported
pub(super) async fn what_is_no_patch_is_refused(cluster: &Cluster) {
    let path = config_map(cluster).await;
    for (kind, patch, line) in [
        (
            "json",
            r#"{"op":"foo"}"#,
            "400 BadRequest: error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp",
        ),
        (
            "json",
            r#"[{"op":5}]"#,
            "400 BadRequest: error decoding patch: json: cannot unmarshal number into Go struct field jsonPatchOp.op of type string",
        ),
        (
            "merge",
            "[]",
            "400 BadRequest: error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}",
        ),
        ("merge", "null", "400 BadRequest: Invalid JSON Patch"),
        (
            "strategic",
            "[]",
            "400 BadRequest: json: cannot unmarshal array into Go value of type map[string]interface {}",
        ),
        (
            "plain",
            "{}",
            "415 UnsupportedMediaType: 415: Unsupported Media Type",
        ),
    ] {
        let answer = cluster.ask(&format!("PATCH:{kind} {path}"), patch).await;
        assert_eq!(answer.line(), line, "{kind} {patch}");
    }
    for (kind, patch) in [
        ("json", "x"),
        ("merge", "x"),
        ("strategic", "x"),
        ("merge", "{"),
        ("json", ""),
    ] {
        let answer = cluster.ask(&format!("PATCH:{kind} {path}"), patch).await;
        assert!(
            matches!(answer.code, 400 | 415),
            "{kind} {patch}: {answer:?}"
        );
    }
    let options = "PatchOptions.meta.k8s.io \"\" is invalid";
    for (kind, query, line) in [
        (
            "merge",
            "force=true",
            format!(
                "422 Invalid: {options}: force: Forbidden: may not be specified for non-apply patch"
            ),
        ),
        (
            "merge",
            "dryRun=x&fieldValidation=y",
            format!(
                "422 Invalid: {options}: [dryRun: Unsupported value: [\"x\"]: supported values: \"All\", fieldValidation: Unsupported value: \"y\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"]"
            ),
        ),
        (
            "apply",
            "",
            format!(
                "422 Invalid: {options}: fieldManager: Required value: is required for apply patch"
            ),
        ),
    ] {
        let answer = cluster
            .ask(&format!("PATCH:{kind} {path}?{query}"), "{}")
            .await;
        assert_eq!(answer.line(), line, "{query}");
    }
    let long = "x".repeat(129);
    let answer = cluster
        .ask(&format!("PATCH:merge {path}?fieldManager={long}"), "{}")
        .await;
    assert_eq!(
        answer.line(),
        format!("422 Invalid: {options}: fieldManager: Too long: may not be more than 128 bytes")
    );
    // Whether there is such an object comes before whether the patch is one.
    let answer = cluster.ask(&format!("PATCH:merge {path}-none"), "[]").await;
    assert_eq!(
        answer.line(),
        "404 NotFound: configmaps \"a-none\" not found"
    );
    let collection = path.strip_suffix("/a").unwrap();
    let answer = cluster
        .ask(&format!("PATCH:merge {collection}"), "{}")
        .await;
    assert_eq!(
        answer.line(),
        "405 MethodNotAllowed: the server does not allow this method on the requested resource"
    );
}

pub(super) async fn a_patch_changes_no_identity(cluster: &Cluster) {
    let path = config_map(cluster).await;
    for (patch, line) in [
        (
            r#"{"metadata":{"name":"b"}}"#,
            "400 BadRequest: the name of the object (b) does not match the name on the URL (a)",
        ),
        (
            r#"{"metadata":{"namespace":"b"}}"#,
            "400 BadRequest: the namespace of the provided object does not match the namespace sent on the request",
        ),
        (
            r#"{"metadata":{"uid":"b"}}"#,
            "422 Invalid: ConfigMap \"a\" is invalid: metadata.uid: Invalid value: \"b\": field is immutable",
        ),
        (
            r#"{"metadata":{"name":null}}"#,
            "400 BadRequest: the name of the object (a based on URL) was undeterminable: name must be provided",
        ),
    ] {
        let answer = cluster.ask(&format!("PATCH:merge {path}"), patch).await;
        assert_eq!(answer.line(), line, "{patch}");
    }
    let before = cluster.ask(&format!("GET {path}"), "").await;
    let patch = r#"{"metadata":{"creationTimestamp":null,"generation":7,"namespace":null,"deletionTimestamp":null,"selfLink":null}}"#;
    let patched = cluster
        .ask(&format!("PATCH:merge {path}"), patch)
        .await
        .done();
    assert_eq!(patched.revision(), before.revision());
    // The type is part of what JSON says, and not of what a strategic merge patch changes.
    let patch = r#"{"kind":"Pod"}"#;
    let answer = cluster.ask(&format!("PATCH:merge {path}"), patch).await;
    assert_eq!(answer.code, 422);
    let message = answer.text(&["message"]);
    assert!(
        message.ends_with("converting (v1.Pod) to (core.ConfigMap): unknown conversion"),
        "{message}"
    );
    cluster
        .ask(&format!("PATCH:strategic {path}"), patch)
        .await
        .done();
}

pub(super) async fn a_patch_may_say_which_version_it_changes(cluster: &Cluster) {
    let path = config_map(cluster).await;
    let first = cluster
        .ask(&format!("GET {path}"), "")
        .await
        .revision()
        .to_owned();
    let versioned = |revision: &str, value: &str| {
        format!(r#"{{"metadata":{{"resourceVersion":{revision}}},"data":{{"k":"{value}"}}}}"#)
    };
    let patch = versioned(&format!("\"{first}\""), "2");
    let patched = cluster
        .ask(&format!("PATCH:merge {path}"), &patch)
        .await
        .done();
    assert_ne!(patched.revision(), first);
    let stale = "409 Conflict: Operation cannot be fulfilled on configmaps \"a\": the object has been modified; please apply your changes to the latest version and try again";
    for kind in ["merge", "strategic"] {
        let answer = cluster.ask(&format!("PATCH:{kind} {path}"), &patch).await;
        assert_eq!(answer.line(), stale);
    }
    cluster
        .ask(&format!("PATCH:merge {path}"), &versioned("null", "3"))
        .await
        .done();
    cluster
        .ask(&format!("PATCH:merge {path}"), &versioned("\"0\"", "4"))
        .await
        .done();
    let answer = cluster
        .ask(&format!("PATCH:merge {path}"), &versioned("\"x\"", "5"))
        .await;
    assert_eq!(
        answer.line(),
        "500 : strconv.ParseUint: parsing \"x\": invalid syntax"
    );
}

pub(super) async fn unknown_fields_of_a_patch_are_told(cluster: &Cluster) {
    let path = config_map(cluster).await;
    let twice = r#"{"foo":5,"data":{"q":"a","q":"b"}}"#;
    for kind in ["merge", "strategic"] {
        let patched = cluster
            .ask(&format!("PATCH:{kind} {path}"), twice)
            .await
            .done();
        assert_eq!(
            patched.warnings,
            ["duplicate field \"data.q\"", "unknown field \"foo\""]
        );
        assert_eq!(patched.text(&["data", "q"]), "b");
        let ignored = cluster
            .ask(
                &format!("PATCH:{kind} {path}?fieldValidation=Ignore"),
                twice,
            )
            .await
            .done();
        assert_eq!(ignored.warnings, [""; 0]);
        let strict = cluster
            .ask(
                &format!("PATCH:{kind} {path}?fieldValidation=Strict"),
                twice,
            )
            .await;
        assert_eq!(strict.code, 422);
        let message = strict.text(&["message"]);
        assert!(
            message.starts_with(" \"\" is invalid: patch: Invalid value: "),
            "{message}"
        );
        assert!(
            message.ends_with(
                ": strict decoding error: duplicate field \"data.q\", unknown field \"foo\""
            ),
            "{message}"
        );
    }
    let unknown = r#"[{"op":"add","path":"/bar","value":1,"foo":2,"op":"add"}]"#;
    let patched = cluster
        .ask(&format!("PATCH:json {path}"), unknown)
        .await
        .done();
    assert_eq!(
        patched.warnings,
        [
            "json patch unknown field \"[0].foo\"",
            "json patch duplicate field \"[0].op\"",
            "unknown field \"bar\""
        ]
    );
    // What does not fit is an error in any case.
    let answer = cluster
        .ask(
            &format!("PATCH:merge {path}?fieldValidation=Ignore"),
            r#"{"data":{"k":5}}"#,
        )
        .await;
    assert_eq!(answer.code, 422);
    let message = answer.text(&["message"]);
    assert!(
        message.ends_with(
            ": json: cannot unmarshal number into Go struct field ConfigMap.data of type string"
        ),
        "{message}"
    );
}

pub(super) async fn a_patch_can_be_a_dry_run(cluster: &Cluster) {
    let path = config_map(cluster).await;
    let before = cluster.ask(&format!("GET {path}"), "").await;
    let dry = cluster
        .ask(
            &format!("PATCH:merge {path}?dryRun=All"),
            r#"{"data":{"k":"w"}}"#,
        )
        .await
        .done();
    assert_eq!(dry.text(&["data", "k"]), "w");
    assert_eq!(dry.revision(), before.revision());
    assert_eq!(
        cluster
            .ask(&format!("GET {path}"), "")
            .await
            .text(&["data", "k"]),
        "v"
    );
}

pub(super) async fn a_status_is_patched_on_its_own(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let path = format!("/api/v1/namespaces/{namespace}/pods");
    let body = r#"{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}}"#;
    cluster.ask(&format!("POST {path}"), body).await.done();
    let both = |image: &str, message: &str| {
        format!(
            r#"{{"spec":{{"containers":[{{"name":"c","image":"{image}"}}]}},"status":{{"message":"{message}","conditions":[{{"type":"{message}","status":"True"}}]}}}}"#
        )
    };
    let patched = cluster
        .ask(&format!("PATCH:strategic {path}/p/status"), &both("j", "a"))
        .await
        .done();
    assert_eq!(patched.text(&["status", "message"]), "a");
    assert!(patched.json(&["spec"]).contains("\"image\":\"i\""));
    let patched = cluster
        .ask(&format!("PATCH:strategic {path}/p"), &both("k", "b"))
        .await
        .done();
    assert_eq!(patched.text(&["status", "message"]), "a");
    assert!(patched.json(&["spec"]).contains("\"image\":\"k\""));
    let patched = cluster
        .ask(&format!("PATCH:strategic {path}/p/status"), &both("l", "b"))
        .await
        .done();
    let conditions = patched.json(&["status", "conditions"]);
    assert!(
        conditions.contains("\"type\":\"a\"") && conditions.contains("\"type\":\"b\""),
        "{conditions}"
    );
}

pub(super) async fn patches_of_many_clients_all_count(cluster: &Cluster) {
    let path = config_map(cluster).await;
    let mut clients = JoinSet::new();
    for client in 0..8 {
        let (cluster, path) = (cluster.clone(), path.clone());
        clients.spawn(async move {
            for at in 0..5 {
                let patch = format!(r#"{{"data":{{"c{client}-{at}":"x"}}}}"#);
                // The real server gives up after a few attempts, and says so.
                while cluster
                    .ask(&format!("PATCH:merge {path}"), &patch)
                    .await
                    .code
                    == 409
                {}
            }
        });
    }
    while let Some(ended) = clients.join_next().await {
        ended.unwrap();
    }
    let read = cluster.ask(&format!("GET {path}"), "").await;
    assert_eq!(read.at(&["data"]).as_object().unwrap().len(), 41);
}
