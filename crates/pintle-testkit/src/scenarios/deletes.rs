//! What deleting does, by its options.

use crate::Cluster;

// claims: wire.delete.propagation
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

/// A pod on a node that there is not, so that it takes its time to end.
async fn pod(cluster: &Cluster, name: &str, more: &str) -> String {
    let namespace = cluster.namespace().await;
    let path = format!("/api/v1/namespaces/{namespace}/pods");
    let body = format!(
        r#"{{"metadata":{{"name":"{name}"{more}}},"spec":{{"nodeName":"none","terminationGracePeriodSeconds":30,"automountServiceAccountToken":false,"containers":[{{"name":"c","image":"i"}}]}}}}"#
    );
    cluster.ask(&format!("POST {path}"), &body).await.done();
    format!("{path}/{name}")
}

// claims: wire.delete.negative-grace, wire.delete.shorter-grace
pub(super) async fn the_time_that_is_left_only_gets_shorter(cluster: &Cluster) {
    let path = pod(cluster, "p", "").await;
    let period =
        |answer: &crate::ask::Answer| answer.json(&["metadata", "deletionGracePeriodSeconds"]);
    let delete = async |query: &str| {
        cluster
            .ask(&format!("DELETE {path}{query}"), "")
            .await
            .done()
    };
    let first = delete("?gracePeriodSeconds=100").await;
    assert_eq!(period(&first), "100");
    assert_eq!(first.json(&["metadata", "generation"]), "2");
    let ends = first.text(&["metadata", "deletionTimestamp"]).to_owned();
    for query in ["?gracePeriodSeconds=200", "", "?gracePeriodSeconds=100"] {
        let same = delete(query).await;
        assert_eq!(period(&same), "100", "{query}");
        assert_eq!(
            same.text(&["metadata", "deletionTimestamp"]),
            ends,
            "{query}"
        );
    }
    let shorter = delete("?gracePeriodSeconds=50").await;
    assert_eq!(period(&shorter), "50");
    assert!(*shorter.text(&["metadata", "deletionTimestamp"]) < *ends);
    let negative = delete("?gracePeriodSeconds=-7").await;
    assert_eq!(period(&negative), "1");
    let read = cluster.ask(&format!("GET {path}"), "").await;
    assert_eq!(period(&read), "1");
    // With none it goes.
    delete("?gracePeriodSeconds=0").await;
    assert_eq!(cluster.ask(&format!("GET {path}"), "").await.code, 404);
    let path = pod(cluster, "q", "").await;
    let negative = cluster
        .ask(&format!("DELETE {path}?gracePeriodSeconds=-1"), "")
        .await
        .done();
    assert_eq!(period(&negative), "1");
}

// claims: wire.delete.status
pub(super) async fn a_delete_says_whether_it_is_done(cluster: &Cluster) {
    let finalizers = r#","finalizers":["example.org/wait"]"#;
    for (more, body, code) in [
        ("", r#"{"orphanDependents":false}"#, 202),
        ("", "", 200),
        (finalizers, r#"{"orphanDependents":false}"#, 202),
        (finalizers, r#"{"propagationPolicy":"Background"}"#, 200),
        (finalizers, r#"{"propagationPolicy":"Foreground"}"#, 200),
        (finalizers, r#"{"gracePeriodSeconds":0}"#, 200),
        (
            "",
            r#"{"orphanDependents":false,"gracePeriodSeconds":0}"#,
            200,
        ),
    ] {
        let path = pod(cluster, "p", more).await;
        let request = format!("DELETE {path}");
        let deleted = cluster.ask(&request, body).await;
        assert_eq!(deleted.code, code, "{more} {body}");
        // That of a pod is the pod, whatever became of it.
        assert_eq!(deleted.text(&["kind"]), "Pod", "{more} {body}");
        let none = r#"{"metadata":{"finalizers":null}}"#;
        cluster.ask(&format!("PATCH:merge {path}"), none).await;
    }
    // What the query says counts only if there is no body.
    let path = pod(cluster, "p", "").await;
    let request = format!("DELETE {path}?gracePeriodSeconds=20");
    let both = cluster.ask(&request, r#"{"gracePeriodSeconds":10}"#).await;
    assert_eq!(both.json(&["metadata", "deletionGracePeriodSeconds"]), "10");
    let both = r#"{"orphanDependents":true,"propagationPolicy":"Orphan"}"#;
    let refused = cluster.ask(&format!("DELETE {path}"), both).await;
    assert_eq!(
        refused.line(),
        r#"422 Invalid: DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Invalid value: "Orphan": orphanDependents and deletionPropagation cannot be both set"#
    );
}

// claims: wire.delete.collection
pub(super) async fn a_collection_is_deleted_by_what_selects(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let path = format!("/api/v1/namespaces/{namespace}/configmaps");
    let mine = "labelSelector=suite=pintle";
    let fill = async || {
        for (name, app) in [("a", "x"), ("b", "x"), ("c", "y"), ("d", "y")] {
            let body = format!(
                r#"{{"metadata":{{"name":"{name}","labels":{{"suite":"pintle","app":"{app}"}}}}}}"#
            );
            cluster.ask(&format!("POST {path}"), &body).await.done();
        }
    };
    let names = async || {
        let list = cluster.ask(&format!("GET {path}?{mine}"), "").await.done();
        names_of(&list)
    };
    fill().await;
    let request = format!("DELETE {path}?{mine}&dryRun=All");
    let dry = cluster.ask(&request, "").await.done();
    assert_eq!(names_of(&dry), ["a", "b", "c", "d"]);
    assert_eq!(names().await, ["a", "b", "c", "d"]);
    let request = format!("DELETE {path}?labelSelector=suite=pintle,app=x");
    let deleted = cluster.ask(&request, "").await.done();
    assert_eq!(deleted.text(&["kind"]), "ConfigMapList");
    assert_eq!(names_of(&deleted), ["a", "b"]);
    assert_eq!(names().await, ["c", "d"]);
    let request = format!("DELETE {path}?{mine}&fieldSelector=metadata.name=c");
    cluster.ask(&request, "").await.done();
    assert_eq!(names().await, ["d"]);
    cluster
        .ask(&format!("DELETE {path}?{mine}"), "")
        .await
        .done();
    assert_eq!(names().await, [""; 0]);

    // A limit is one of pages, all of which are deleted.
    fill().await;
    let request = format!("DELETE {path}?{mine}&limit=1");
    let limited = cluster.ask(&request, "").await.done();
    assert_eq!(names_of(&limited), ["a"]);
    assert_eq!(names().await, ["b", "c", "d"]);
    let orphans = r#"{"propagationPolicy":"Orphan"}"#;
    cluster
        .ask(&format!("DELETE {path}?{mine}"), orphans)
        .await
        .done();
    let left = cluster.ask(&format!("GET {path}?{mine}"), "").await.done();
    for item in left.at(&["items"]).as_array().unwrap() {
        // It is for the garbage collector to see to them.
        let finalizers = item.at(&["metadata", "finalizers"]);
        assert!(finalizers.is_some(), "{item:?}");
    }
    for (query, body, line) in [
        (
            "?dryRun=Some",
            "",
            r#"422 Invalid: DeleteOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All""#,
        ),
        (
            "?resourceVersionMatch=Exact",
            "",
            r#"422 Invalid: ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided"#,
        ),
        (
            "?fieldSelector=spec.x=1",
            "",
            r#"400 BadRequest: "spec.x" is not a known field selector: only "metadata.name", "metadata.namespace""#,
        ),
    ] {
        let refused = cluster.ask(&format!("DELETE {path}{query}"), body).await;
        assert_eq!(refused.line(), line, "{query} {body}");
    }
    let everywhere = cluster.ask("DELETE /api/v1/configmaps", "").await;
    assert_eq!(everywhere.code, 405);
}

/// The names of what a list has.
fn names_of(list: &crate::ask::Answer) -> Vec<String> {
    let items = list.at(&["items"]).as_array().unwrap_or_default();
    let names = items
        .iter()
        .filter_map(|item| item.at(&["metadata", "name"])?.as_str());
    names.map(str::to_owned).collect()
}
