//! What deleting does, by its options.

use crate::Cluster;

pub(super) async fn who_deletes_says_what_becomes_of_dependents(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let collection = format!("/api/v1/namespaces/{namespace}/configmaps");
    for (number, (query, body, finalizers)) in [
        (
            "",
            r#"{"propagationPolicy":"Foreground"}"#,
            r#"["foregroundDeletion"]"#,
        ),
        ("", r#"{"propagationPolicy":"Orphan"}"#, r#"["orphan"]"#),
        ("", r#"{"propagationPolicy":"Background"}"#, ""),
        (
            "?propagationPolicy=Foreground",
            "",
            r#"["foregroundDeletion"]"#,
        ),
        // As it was said before there were policies.
        ("", r#"{"orphanDependents":true}"#, r#"["orphan"]"#),
        ("", r#"{"orphanDependents":false}"#, ""),
        ("?orphanDependents=true", "", r#"["orphan"]"#),
    ]
    .into_iter()
    .enumerate()
    {
        let said = format!("{query} {body}");
        let new = format!(r#"{{"metadata":{{"name":"c{number}"}}}}"#);
        let created = cluster
            .ask(&format!("POST {collection}"), &new)
            .await
            .done();
        let object = format!("{collection}/c{number}");
        let deleted = cluster.ask(&format!("DELETE {object}{query}"), body).await;
        assert_eq!(deleted.code, 200, "{said}");
        if finalizers.is_empty() {
            let uid = deleted.text(&["details", "uid"]);
            assert_eq!(uid, created.text(&["metadata", "uid"]), "{said}");
            let read = cluster.ask(&format!("GET {object}"), "").await;
            assert_eq!(read.code, 404, "{said}");
            continue;
        }
        assert_eq!(
            deleted.json(&["metadata", "finalizers"]),
            finalizers,
            "{said}"
        );
        assert_eq!(
            deleted.json(&["metadata", "deletionGracePeriodSeconds"]),
            "0"
        );
        assert_ne!(deleted.text(&["metadata", "deletionTimestamp"]), "");
        // Without its finalizer it goes, unless a garbage collector was faster.
        let none = r#"{"metadata":{"finalizers":null}}"#;
        let freed = cluster.ask(&format!("PATCH:merge {object}"), none).await;
        assert!(matches!(freed.code, 200 | 404), "{said}: {}", freed.code);
        let read = cluster.ask(&format!("GET {object}"), "").await;
        assert_eq!(read.code, 404, "{said}");
    }
}

pub(super) async fn a_delete_that_cannot_be_meant_deletes_nothing(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let collection = format!("/api/v1/namespaces/{namespace}/configmaps");
    let new = r#"{"metadata":{"name":"c"}}"#;
    let created = cluster.ask(&format!("POST {collection}"), new).await.done();
    let (uid, revision) = (
        created.text(&["metadata", "uid"]),
        created.text(&["metadata", "resourceVersion"]),
    );
    let object = format!("{collection}/c");
    for (body, answer) in [
        (
            r#"{"propagationPolicy":"Never"}"#,
            r#"422 Invalid: DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Never": supported values: "Foreground", "Background", "Orphan", "nil""#.to_owned(),
        ),
        (
            r#"{"propagationPolicy":"Orphan","orphanDependents":true}"#,
            r#"422 Invalid: DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Invalid value: "Orphan": orphanDependents and deletionPropagation cannot be both set"#.to_owned(),
        ),
        (
            r#"{"preconditions":{"uid":"7"}}"#,
            format!(r#"409 Conflict: Operation cannot be fulfilled on ConfigMap "c": the UID in the precondition (7) does not match the UID in record ({uid}). The object might have been deleted and then recreated"#),
        ),
        (
            r#"{"preconditions":{"resourceVersion":"7"}}"#,
            format!(r#"409 Conflict: Operation cannot be fulfilled on ConfigMap "c": the ResourceVersion in the precondition (7) does not match the ResourceVersion in record ({revision}). The object might have been modified"#),
        ),
        (r#"{"dryRun":["All"]}"#, "200".to_owned()),
    ] {
        let refused = cluster.ask(&format!("DELETE {object}"), body).await;
        assert_eq!(refused.line(), answer, "{body}");
        let read = cluster.ask(&format!("GET {object}"), "").await;
        assert_eq!(read.text(&["metadata", "resourceVersion"]), revision, "{body}");
    }
    // A negative period is the shortest; a config map needs none.
    let negative = format!("DELETE {object}?gracePeriodSeconds=-5");
    assert_eq!(cluster.ask(&negative, "").await.line(), "200");
}
