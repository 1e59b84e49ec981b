//! Creates, updates and deletes.

use super::*;

#[tokio::test]
async fn a_created_object_is_the_servers() {
    let server = Server::new();
    let sent = r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c2","uid":"abc","deletionTimestamp":"2020-01-01T00:00:00Z","generation":5,"selfLink":"x","creationTimestamp":"2020-01-01T00:00:00Z"},"data":{"k":"v"}}"#;
    let created = server.call("POST", CONFIG_MAPS, sent).await;
    assert_eq!(created.code, 201);
    let uid = created.text_at(&["metadata", "uid"]);
    assert_eq!(uid.len(), 36);
    assert_eq!(
        created.text,
        format!(
            r#"{{"kind":"ConfigMap","apiVersion":"v1","metadata":{{"name":"c2","namespace":"default","uid":"{uid}","resourceVersion":"6","generation":5,"creationTimestamp":"2026-01-01T00:00:00Z"}},"data":{{"k":"v"}}}}"#
        )
    );
    assert_eq!(created.headers["content-type"], "application/json");
    let read = server.get(&format!("{CONFIG_MAPS}/c2")).await;
    assert_eq!(read.text, created.text);
}

#[tokio::test]
async fn a_name_is_taken_once() {
    let server = Server::new();
    server.create("a").await;
    let again = server
        .call("POST", CONFIG_MAPS, r#"{"metadata":{"name":"a"}}"#)
        .await;
    let message = r#"configmaps "a" already exists"#.to_owned();
    assert_eq!(again.failure(), (409, "AlreadyExists".to_owned(), message));
}

#[tokio::test]
async fn names_are_generated_until_one_is_free() {
    let server = Server::new();
    let mut names = Vec::new();
    for _ in 0..50 {
        let body = r#"{"metadata":{"generateName":"gen-"}}"#;
        let created = server.call("POST", CONFIG_MAPS, body).await;
        assert_eq!(created.code, 201);
        names.push(created.text_at(&["metadata", "name"]));
    }
    assert!(
        names
            .iter()
            .all(|name| name.len() == 9 && name.starts_with("gen-"))
    );
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 50);
    let long = format!(r#"{{"metadata":{{"generateName":"{}"}}}}"#, "x".repeat(70));
    let created = server.call("POST", CONFIG_MAPS, &long).await;
    assert_eq!(created.text_at(&["metadata", "name"]).len(), 63);
}

#[tokio::test]
async fn what_is_unknown_is_dropped_and_warned_of() {
    let server = Server::new();
    let body = r#"{"metadata":{"name":"c4"},"foo":1,"data":{"a":"1","a":"2"}}"#;
    let created = server.call("POST", CONFIG_MAPS, body).await;
    assert_eq!(created.code, 201);
    assert!(
        created.text.ends_with(r#""data":{"a":"2"}}"#),
        "{}",
        created.text
    );
    let warnings: Vec<_> = created.headers.get_all("warning").iter().collect();
    assert_eq!(
        warnings,
        [
            r#"299 - "unknown field \"foo\"""#,
            r#"299 - "duplicate field \"data.a\"""#
        ]
    );
    let body = format!(
        r#"{{"metadata":{{"name":"c6"}},"a\u000a{}":1,"b":1}}"#,
        "x".repeat(100_000)
    );
    let created = server.call("POST", CONFIG_MAPS, &body).await;
    let warnings: Vec<_> = created.headers.get_all("warning").iter().collect();
    assert_eq!(warnings.len(), 2);
    assert!(warnings[0].len() < 300, "headers have to stay small");
    let ignored = format!("{CONFIG_MAPS}?fieldValidation=Ignore");
    let body = r#"{"metadata":{"name":"c5"},"foo":1}"#;
    assert!(
        !server
            .call("POST", &ignored, body)
            .await
            .headers
            .contains_key("warning")
    );
}

#[tokio::test]
async fn a_stale_update_is_a_conflict() {
    let server = Server::new();
    let first = server.create("c1").await;
    let second = server.change("c1", "x").await;
    assert!(second > first);
    let uri = format!("{CONFIG_MAPS}/c1");
    let body = format!(r#"{{"metadata":{{"name":"c1","resourceVersion":"{first}"}}}}"#);
    let stale = server.call("PUT", &uri, &body).await;
    assert_eq!(
        stale.text,
        r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Operation cannot be fulfilled on configmaps \"c1\": the object has been modified; please apply your changes to the latest version and try again","reason":"Conflict","details":{"name":"c1","kind":"configmaps"},"code":409}"#
    );
    let body = body.replace(&format!("\"{first}\""), &format!("\"{second}\""));
    let current = server.call("PUT", &uri, &body).await;
    assert_eq!(current.code, 200);
    let other = r#"{"metadata":{"name":"c1","uid":"abc"}}"#;
    let other = server.call("PUT", &uri, other).await;
    assert_eq!(other.code, 409);
    assert!(
        other
            .message()
            .contains("Precondition failed: UID in precondition: abc")
    );
}

#[tokio::test]
async fn an_update_that_changes_nothing_writes_nothing() {
    let server = Server::new();
    server.create("c1").await;
    let first = server.change("c1", "x").await;
    assert_eq!(server.change("c1", "x").await, first);
    let mut watch = server
        .watch(&format!("{CONFIG_MAPS}?watch=1&resourceVersion={first}"))
        .await;
    server.change("c1", "x").await;
    assert_eq!(watch.events(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_update_is_lost_among_many_writers() {
    const WRITERS: i64 = 4;
    const EACH: i64 = 100;
    let server = Arc::new(Server::new());
    server.create("c1").await;
    server.change("c1", "0").await;
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..WRITERS {
        let server = server.clone();
        writers.spawn(async move {
            let uri = format!("{CONFIG_MAPS}/c1");
            let mut written = 0;
            while written < EACH {
                let read = server.get(&uri).await;
                let count: i64 = read.text_at(&["data", "k"]).parse().unwrap();
                let body = format!(
                    r#"{{"metadata":{{"name":"c1","resourceVersion":"{}"}},"data":{{"k":"{}"}}}}"#,
                    read.revision(),
                    count + 1
                );
                match server.call("PUT", &uri, &body).await.code {
                    200 => written += 1,
                    409 => {}
                    other => panic!("{other}"),
                }
            }
        });
    }
    writers.join_all().await;
    let count = server
        .get(&format!("{CONFIG_MAPS}/c1"))
        .await
        .text_at(&["data", "k"]);
    assert_eq!(count, (WRITERS * EACH).to_string());
}

#[tokio::test]
async fn what_the_server_set_stays() {
    let server = Server::new();
    let created = server
        .call("POST", CONFIG_MAPS, r#"{"metadata":{"name":"c1"}}"#)
        .await;
    server.clock.advance(60 * SECOND);
    let body = r#"{"metadata":{"name":"c1","creationTimestamp":"2020-01-01T00:00:00Z","generation":9},"data":{"a":"b"}}"#;
    let updated = server.call("PUT", &format!("{CONFIG_MAPS}/c1"), body).await;
    assert_eq!(updated.code, 200, "{updated:?}");
    for field in ["uid", "creationTimestamp", "generation"] {
        assert_eq!(
            updated.text_at(&["metadata", field]),
            created.text_at(&["metadata", field]),
            "{field}"
        );
    }
    let body = r#"{"metadata":{"name":"c1","deletionTimestamp":"2020-01-01T00:00:00Z"}}"#;
    let refused = server.call("PUT", &format!("{CONFIG_MAPS}/c1"), body).await;
    assert_eq!(
        refused.message(),
        r#"ConfigMap "c1" is invalid: metadata.deletionTimestamp: Invalid value: "2020-01-01T00:00:00Z": field is immutable"#
    );
}

#[tokio::test]
async fn spec_and_status_are_changed_apart() {
    let server = Server::new();
    let pod = |spec: &str, phase: &str| {
        format!(
            r#"{{"metadata":{{"name":"p"}},"spec":{{"containers":[{{"name":"c","image":"{spec}"}}]}},"status":{{"phase":"{phase}"}}}}"#
        )
    };
    let created = server.call("POST", PODS, &pod("a", "Running")).await;
    assert_eq!(created.text_at(&["status", "phase"]), "Pending");
    assert_eq!(created.text_at(&["status", "qosClass"]), "BestEffort");
    let uri = format!("{PODS}/p");
    let updated = server.call("PUT", &uri, &pod("b", "Running")).await;
    let image = |answered: &Answered| {
        let json = answered.json();
        let containers = json
            .at(&["spec", "containers"])
            .unwrap()
            .as_array()
            .unwrap();
        containers[0]
            .get("image")
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned()
    };
    let generation = |answered: &Answered| {
        answered
            .json()
            .at(&["metadata", "generation"])
            .and_then(Value::as_int)
    };
    assert_eq!(
        (image(&updated), generation(&updated)),
        ("b".to_owned(), Some(2))
    );
    assert_eq!(updated.text_at(&["status", "phase"]), "Pending");
    let updated = server
        .call("PUT", &format!("{uri}/status"), &pod("c", "Running"))
        .await;
    assert_eq!(
        (image(&updated), generation(&updated)),
        ("b".to_owned(), Some(2))
    );
    assert_eq!(updated.text_at(&["status", "phase"]), "Running");
    assert_eq!(updated.text_at(&["status", "qosClass"]), "BestEffort");
    let address = r#"{"metadata":{"name":"p"},"status":{"podIP":"10.0.0.1"}}"#;
    let updated = server.call("PUT", &format!("{uri}/status"), address).await;
    let both = r#""podIP":"10.0.0.1","podIPs":[{"ip":"10.0.0.1"}]"#;
    assert!(updated.text.contains(both), "{}", updated.text);
    assert_eq!(
        server.get(&format!("{uri}/status")).await.text,
        updated.text
    );
}

#[tokio::test]
async fn a_dry_run_stores_nothing() {
    let server = Server::new();
    let before = server.get(CONFIG_MAPS).await.revision();
    let uri = format!("{CONFIG_MAPS}?dryRun=All");
    let created = server
        .call("POST", &uri, r#"{"metadata":{"name":"c1"}}"#)
        .await;
    assert_eq!(created.code, 201);
    let uid = created.text_at(&["metadata", "uid"]);
    assert_eq!(
        created.text,
        format!(
            r#"{{"kind":"ConfigMap","apiVersion":"v1","metadata":{{"name":"c1","namespace":"default","uid":"{uid}","creationTimestamp":"2026-01-01T00:00:00Z"}}}}"#
        )
    );
    assert_eq!(server.get(CONFIG_MAPS).await.revision(), before);

    let revision = server.create("c1").await;
    let uri = format!("{CONFIG_MAPS}/c1?dryRun=All");
    let body = r#"{"metadata":{"name":"c1"},"data":{"a":"b"}}"#;
    let updated = server.call("PUT", &uri, body).await;
    assert!(updated.text.ends_with(r#""data":{"a":"b"}}"#));
    assert_eq!(updated.revision(), revision);
    assert_eq!(
        server.call("DELETE", &uri, "").await.text_at(&["status"]),
        "Success"
    );
    assert_eq!(
        server.get(&format!("{CONFIG_MAPS}/c1")).await.revision(),
        revision
    );
}

#[tokio::test]
async fn a_delete_answers_with_what_it_deleted() {
    let server = Server::new();
    let created = server
        .call("POST", CONFIG_MAPS, r#"{"metadata":{"name":"c1"}}"#)
        .await;
    let uid = created.text_at(&["metadata", "uid"]);
    let deleted = server
        .call("DELETE", &format!("{CONFIG_MAPS}/c1"), "")
        .await;
    assert_eq!(
        deleted.text,
        format!(
            r#"{{"kind":"Status","apiVersion":"v1","metadata":{{}},"status":"Success","details":{{"name":"c1","kind":"configmaps","uid":"{uid}"}}}}"#
        )
    );
    let again = server
        .call("DELETE", &format!("{CONFIG_MAPS}/c1"), "")
        .await;
    assert_eq!(again.code, 404);
}

#[tokio::test]
async fn a_pod_that_runs_nowhere_is_seen_to_terminate_and_goes() {
    let server = Server::new();
    let created = server
        .call(
            "POST",
            PODS,
            r#"{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c"}]}}"#,
        )
        .await;
    let revision = created.revision();
    let mut watch = server
        .watch(&format!("{PODS}?watch=1&resourceVersion={revision}"))
        .await;
    let deleted = server.call("DELETE", &format!("{PODS}/p"), "").await;
    assert_eq!(deleted.code, 200);
    assert_eq!(deleted.revision(), revision + 2);
    assert_eq!(
        deleted.text_at(&["metadata", "deletionTimestamp"]),
        "2026-01-01T00:00:00Z"
    );
    let json = deleted.json();
    let metadata = |field| json.at(&["metadata", field]).and_then(Value::as_int);
    assert_eq!(metadata("deletionGracePeriodSeconds"), Some(0));
    assert_eq!(metadata("generation"), Some(2));
    assert_eq!(watch.events(), ["MODIFIED p", "DELETED p"]);
}

#[tokio::test]
async fn a_grace_period_gets_only_shorter() {
    let server = Server::new();
    let body = r#"{"metadata":{"name":"p"},"spec":{"nodeName":"n","terminationGracePeriodSeconds":30,"containers":[{"name":"c"}]}}"#;
    server.call("POST", PODS, body).await;
    let uri = format!("{PODS}/p");
    let marks = |answered: &Answered| {
        let json = answered.json();
        let period = json.at(&["metadata", "deletionGracePeriodSeconds"]);
        (
            answered.text_at(&["metadata", "deletionTimestamp"]),
            period.and_then(Value::as_int),
        )
    };
    let deleted = server.call("DELETE", &uri, "").await;
    assert_eq!(
        marks(&deleted),
        ("2026-01-01T00:00:30Z".to_owned(), Some(30))
    );
    let longer = server
        .call("DELETE", &uri, r#"{"gracePeriodSeconds":60}"#)
        .await;
    assert_eq!(longer.text, deleted.text);
    let again = server.call("DELETE", &uri, "").await;
    assert_eq!(again.text, deleted.text);
    server.clock.advance(5 * SECOND);
    let shorter = server
        .call("DELETE", &uri, r#"{"gracePeriodSeconds":10}"#)
        .await;
    assert_eq!(
        marks(&shorter),
        ("2026-01-01T00:00:10Z".to_owned(), Some(10))
    );
    server.clock.advance(15 * SECOND);
    let late = server
        .call("DELETE", &uri, r#"{"gracePeriodSeconds":2}"#)
        .await;
    assert_eq!(marks(&late), ("2026-01-01T00:00:20Z".to_owned(), Some(1)));
    let now = server
        .call("DELETE", &uri, r#"{"gracePeriodSeconds":0}"#)
        .await;
    assert_eq!(now.code, 200);
    assert_eq!(server.get(&uri).await.code, 404);
}

#[tokio::test]
async fn finalizers_keep_an_object_until_they_are_gone() {
    let server = Server::new();
    let body = r#"{"metadata":{"name":"cf","finalizers":["a/b"]}}"#;
    server.call("POST", CONFIG_MAPS, body).await;
    let uri = format!("{CONFIG_MAPS}/cf");
    let deleted = server.call("DELETE", &uri, "").await;
    assert_eq!(deleted.text_at(&["kind"]), "ConfigMap");
    assert_eq!(
        deleted.text_at(&["metadata", "deletionTimestamp"]),
        "2026-01-01T00:00:00Z"
    );
    server.clock.advance(SECOND);
    let again = server.call("DELETE", &uri, "").await;
    assert_eq!(again.text, deleted.text, "nothing changes by asking twice");
    let exists = server.call("POST", CONFIG_MAPS, body).await;
    assert_eq!(
        exists.message(),
        r#"object is being deleted: configmaps "cf" already exists"#
    );
    let more = r#"{"metadata":{"name":"cf","finalizers":["a/b","c/d"]}}"#;
    assert_eq!(
        server.call("PUT", &uri, more).await.message(),
        r#"ConfigMap "cf" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"c/d"}"#
    );
    let freed = server
        .call("PUT", &uri, r#"{"metadata":{"name":"cf"}}"#)
        .await;
    assert_eq!(freed.code, 200);
    assert_eq!(server.get(&uri).await.code, 404);
}

#[tokio::test]
async fn preconditions_guard_a_delete() {
    let server = Server::new();
    let created = server
        .call("POST", CONFIG_MAPS, r#"{"metadata":{"name":"c1"}}"#)
        .await;
    let (uid, revision) = (created.text_at(&["metadata", "uid"]), created.revision());
    let uri = format!("{CONFIG_MAPS}/c1");
    let other = server
        .call("DELETE", &uri, r#"{"preconditions":{"uid":"x"}}"#)
        .await;
    assert_eq!(
        other.text,
        format!(
            r#"{{"kind":"Status","apiVersion":"v1","metadata":{{}},"status":"Failure","message":"Operation cannot be fulfilled on ConfigMap \"c1\": the UID in the precondition (x) does not match the UID in record ({uid}). The object might have been deleted and then recreated","reason":"Conflict","details":{{"name":"c1","kind":"ConfigMap"}},"code":409}}"#
        )
    );
    let older = server
        .call(
            "DELETE",
            &uri,
            r#"{"preconditions":{"resourceVersion":"1"}}"#,
        )
        .await;
    assert_eq!(
        older.message(),
        format!(
            r#"Operation cannot be fulfilled on ConfigMap "c1": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record ({revision}). The object might have been modified"#
        )
    );
    let body = format!(r#"{{"preconditions":{{"uid":"{uid}","resourceVersion":"{revision}"}}}}"#);
    assert_eq!(server.call("DELETE", &uri, &body).await.code, 200);
}

#[tokio::test]
async fn a_collection_is_deleted_by_selector() {
    let server = Server::new();
    server.create_labelled("a", r#"{"x":"1"}"#).await;
    server.create_labelled("b", r#"{"x":"2"}"#).await;
    let uri = format!("{CONFIG_MAPS}?labelSelector=x%3D1");
    let deleted = server.call("DELETE", &uri, "").await;
    assert_eq!(deleted.text_at(&["kind"]), "ConfigMapList");
    assert_eq!(deleted.names(), ["a"]);
    assert_eq!(server.get(CONFIG_MAPS).await.names(), ["b"]);
}

#[tokio::test]
async fn no_grace_period_ends_after_the_last_year_that_a_date_can_say() {
    let server = Server::new();
    let longest = i64::MAX;
    let asked = format!(r#"{{"gracePeriodSeconds":{longest}}}"#);
    for (own, asked) in [(30, asked.as_str()), (longest, "")] {
        let body = format!(
            r#"{{"metadata":{{"name":"p"}},"spec":{{"nodeName":"n","terminationGracePeriodSeconds":{own},"containers":[{{"name":"c"}}]}}}}"#
        );
        assert_eq!(server.call("POST", PODS, &body).await.code, 201);
        let uri = format!("{PODS}/p");
        let deleted = server.call("DELETE", &uri, asked).await;
        assert_eq!(
            deleted.text_at(&["metadata", "deletionTimestamp"]),
            "9999-12-31T23:59:59Z"
        );
        // The period is what is left until then, so that it can still be shortened.
        let shorter = r#"{"gracePeriodSeconds":10}"#;
        let shorter = server.call("DELETE", &uri, shorter).await;
        assert_eq!(
            shorter.text_at(&["metadata", "deletionTimestamp"]),
            "2026-01-01T00:00:10Z"
        );
        let now = r#"{"gracePeriodSeconds":0}"#;
        assert_eq!(server.call("DELETE", &uri, now).await.code, 200);
    }
}

// What kube-apiserver 1.36.3 answered to each of these.
#[tokio::test]
async fn an_update_of_what_is_missing_creates_services_only() {
    let server = Server::new();
    let namespaced = "namespaces/default";
    for (uri, message) in [
        (
            format!("/api/v1/{namespaced}/configmaps/x"),
            r#"configmaps "x" not found"#,
        ),
        (
            format!("/api/v1/{namespaced}/pods/x"),
            r#"pods "x" not found"#,
        ),
        (
            "/api/v1/namespaces/x".to_owned(),
            r#"namespaces "x" not found"#,
        ),
        (
            format!("/apis/apps/v1/{namespaced}/deployments/x"),
            r#"deployments.apps "x" not found"#,
        ),
    ] {
        let refused = server
            .call("PUT", &uri, r#"{"metadata":{"name":"x"}}"#)
            .await;
        let expected = (404, "NotFound".to_owned(), message.to_owned());
        assert_eq!(refused.failure(), expected, "{uri}");
    }

    let uri = format!("/api/v1/{namespaced}/services");
    let put = async |name: &str, metadata: &str| {
        let body = format!(
            r#"{{"metadata":{{"name":"{name}"{metadata}}},"spec":{{"ports":[{{"port":80}}]}},"status":{{"loadBalancer":{{"ingress":[{{"ip":"1.2.3.4"}}]}}}}}}"#
        );
        server.call("PUT", &format!("{uri}/{name}"), &body).await
    };
    let created = put("x1", "").await;
    assert_eq!(created.code, 201);
    assert!(
        created.text.ends_with(r#""status":{"loadBalancer":{}}}"#),
        "{}",
        created.text
    );
    assert_eq!(put("x1", "").await.code, 200);
    assert_eq!(put("x1", r#","resourceVersion":"1""#).await.code, 409);
    assert_eq!(put("x2", r#","resourceVersion":"5""#).await.code, 201);
    let refused = put("x3", r#","uid":"1""#).await;
    assert_eq!(refused.code, 409);
    let why = "Precondition failed: UID in precondition: 1, UID in object meta: ";
    assert!(refused.message().ends_with(why), "{}", refused.message());
    let refused = put("x3", r#","resourceVersion":"abc""#).await;
    assert_eq!(refused.code, 500);
    assert_eq!(
        refused.message(),
        r#"strconv.ParseUint: parsing "abc": invalid syntax"#
    );
    assert_eq!(put("X_3", "").await.code, 422);
    let dry = format!("{uri}/x3?dryRun=All");
    let dry = server
        .call(
            "PUT",
            &dry,
            r#"{"metadata":{"name":"x3"},"spec":{"clusterIP":"None"}}"#,
        )
        .await;
    assert_eq!(dry.code, 201);
    assert_eq!(dry.text_at(&["metadata", "resourceVersion"]), "");
    let elsewhere = "/api/v1/namespaces/nope/services/x3";
    let refused = server
        .call(
            "PUT",
            elsewhere,
            r#"{"metadata":{"name":"x3"},"spec":{"clusterIP":"None"}}"#,
        )
        .await;
    assert_eq!(refused.code, 404);
    assert_eq!(refused.message(), r#"namespaces "nope" not found"#);
    assert_eq!(server.get(&uri).await.names(), ["x1", "x2"]);
}
