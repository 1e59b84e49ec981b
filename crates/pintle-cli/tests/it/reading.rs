//! `get` and `version`.

use crate::server::{Answer, Server, pod, table};

#[tokio::test]
async fn a_table_is_aligned() {
    let server =
        Server::start(|_| Answer::json(table(5, "", &[("a", 1), ("longer-name", 2)]))).await;
    let place = server.workplace();
    place
        .run("get pods")
        .await
        .prints("NAME          STATUS\na             Running\nlonger-name   Running\n");
    place.run("get po -A").await.prints(
        "NAMESPACE   NAME          STATUS\ndefault     a             Running\ndefault     longer-name   Running\n",
    );
    place
        .run("get pods -o name")
        .await
        .prints("pod/a\npod/longer-name\n");
    assert_eq!(
        server.seen(),
        [
            "GET /api/v1/namespaces/default/pods?limit=500",
            "GET /api/v1/pods?limit=500",
            "GET /api/v1/namespaces/default/pods?limit=500"
        ]
    );
}

#[tokio::test]
async fn nothing_found_is_said_beside_the_output() {
    let server = Server::start(|_| Answer::json(table(5, "", &[]))).await;
    let place = server.workplace();
    for (line, message) in [
        ("get pods", "No resources found in default namespace.\n"),
        ("get pods -n x", "No resources found in x namespace.\n"),
        ("get pods -A", "No resources found\n"),
        ("get namespaces", "No resources found\n"),
    ] {
        let outcome = place.run(line).await;
        assert_eq!(
            (
                outcome.code,
                outcome.stdout.as_str(),
                outcome.stderr.as_str()
            ),
            (0, "", message)
        );
    }
}

#[tokio::test]
async fn a_long_list_is_read_page_by_page() {
    let server = Server::start(|request| {
        Answer::json(match request.contains("continue=next") {
            false => table(5, "next", &[("a", 1)]),
            true => table(5, "", &[("b", 2)]),
        })
    })
    .await;
    let outcome = server.workplace().run("get pods -o name -l app=web").await;
    outcome.prints("pod/a\npod/b\n");
    assert_eq!(
        server.seen(),
        [
            "GET /api/v1/namespaces/default/pods?labelSelector=app%3Dweb&limit=500",
            "GET /api/v1/namespaces/default/pods?labelSelector=app%3Dweb&limit=500&continue=next"
        ]
    );
}

#[tokio::test]
async fn a_list_that_expires_between_pages_is_read_whole() {
    let server = Server::start(|request| {
        if request.contains("continue=next") {
            return Answer::failure(410, "Expired", "too old");
        }
        Answer::json(match request.contains("limit") {
            true => table(5, "next", &[("old", 1)]),
            false => table(9, "", &[("a", 1), ("b", 2)]),
        })
    })
    .await;
    let outcome = server.workplace().run("get pods -o name").await;
    outcome.prints("pod/a\npod/b\n");
}

#[tokio::test]
async fn a_server_without_tables_is_shown_by_name() {
    let list = format!(
        r#"{{"kind":"PodList","apiVersion":"v1","metadata":{{}},"items":[{}]}}"#,
        pod("a", 1)
    );
    let server = Server::start(move |_| Answer::json(list.clone())).await;
    let outcome = server.workplace().run("get pods").await;
    outcome.prints("NAME   CREATED AT\na      <unknown>\n");
}

#[tokio::test]
async fn what_is_found_is_shown_even_if_something_else_is_not() {
    let server = Server::start(|request| match request.contains("/pods/a") {
        true => Answer::json(table(1, "", &[("a", 1)])),
        false => Answer::failure(404, "NotFound", "no b"),
    })
    .await;
    let place = server.workplace();
    let outcome = place.run("get pods b a").await;
    outcome.fails(6, "no b", "");
    assert_eq!(outcome.stdout, "NAME   STATUS\na      Running\n");
    let outcome = place.run("get pods b a --ignore-not-found -o name").await;
    outcome.prints("pod/a\n");
}

#[tokio::test]
async fn one_object_is_shown_alone_and_several_as_a_list() {
    let server = Server::start(|request| {
        let name = request.rsplit('/').next().unwrap_or_default();
        Answer::json(pod(name, 1))
    })
    .await;
    let place = server.workplace();
    let outcome = place.run("get pod a -o yaml").await;
    outcome.prints(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  namespace: default\n  resourceVersion: \"1\"\n  uid: uid-a\n",
    );
    let outcome = place.run("get pods a b -o json").await;
    assert!(
        outcome.stdout.starts_with("{\n    \"apiVersion\": \"v1\",\n    \"items\": [\n        {\n            \"apiVersion\": \"v1\","),
        "{outcome:?}"
    );
    assert!(
        outcome.stdout.ends_with("    ],\n    \"kind\": \"List\",\n    \"metadata\": {\n        \"resourceVersion\": \"\"\n    }\n}\n"),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_warning_of_the_server_is_passed_on_once() {
    let server = Server::start(|_| {
        Answer::json(table(1, "", &[("a", 1)])).header("warning", r#"299 - "pods are deprecated""#)
    })
    .await;
    let outcome = server.workplace().run("get pods a b -o name").await;
    assert_eq!(outcome.stderr, "warning: pods are deprecated\n");
    assert_eq!(outcome.stdout, "pod/a\npod/a\n");
}

#[tokio::test]
async fn versions_of_both_sides() {
    let server = Server::start(|_| Answer::json(r#"{"gitVersion":"v1.36.3"}"#)).await;
    let place = server.workplace();
    let client = format!("Client Version: v{}\n", env!("CARGO_PKG_VERSION"));
    place
        .run("version")
        .await
        .prints(&format!("{client}Server Version: v1.36.3\n"));
    place.run("version --client").await.prints(&client);
}
