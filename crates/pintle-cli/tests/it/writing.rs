//! `apply` and `delete`, on servers that make it hard.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::server::{Answer, Server, event, pod, table};

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n";
const LABELLED: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {x: y}}\n";

#[tokio::test]
async fn an_object_that_changes_meanwhile_is_read_and_written_again() {
    let writes = AtomicUsize::new(0);
    let server = Server::start(move |request| {
        if request.starts_with("GET") {
            return Answer::json(pod("a", 7));
        }
        match writes.fetch_add(1, Ordering::SeqCst) {
            0 => Answer::failure(409, "Conflict", "the object has been modified"),
            _ => Answer::json(pod("a", 8)),
        }
    })
    .await;
    let outcome = server
        .workplace()
        .run_with_input("apply -f -", LABELLED)
        .await;
    outcome.prints("pod/a configured\n");
    let path = "/api/v1/namespaces/default/pods/a";
    let write = format!("PUT {path}?fieldManager=pintle&fieldValidation=Strict");
    let read = format!("GET {path}");
    assert_eq!(server.seen(), [read.clone(), write.clone(), read, write]);
}

#[tokio::test]
async fn a_version_in_the_file_is_not_read_again() {
    let server = Server::start(|request| match request.starts_with("GET") {
        true => Answer::json(pod("a", 7)),
        false => Answer::failure(409, "Conflict", "the object has been modified"),
    })
    .await;
    let file = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, resourceVersion: '3'}";
    let outcome = server.workplace().run_with_input("apply -f -", file).await;
    outcome.fails(7, "standard input:1: the object has been modified", "");
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn an_object_that_the_server_leaves_as_it_is_is_unchanged() {
    let server = Server::start(|_| Answer::json(pod("a", 7))).await;
    let outcome = server
        .workplace()
        .run_with_input("apply -f -", LABELLED)
        .await;
    outcome.prints("pod/a unchanged\n");
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn nothing_is_written_where_the_file_says_what_is_there() {
    let server = Server::start(|_| Answer::json(pod("a", 7))).await;
    let outcome = server.workplace().run_with_input("apply -f -", POD).await;
    outcome.prints("pod/a unchanged\n");
    assert_eq!(server.seen(), ["GET /api/v1/namespaces/default/pods/a"]);
}

#[tokio::test]
async fn what_the_server_refuses_does_not_keep_it_from_the_rest() {
    let server = Server::start(|request| {
        let (method, _) = request.split_once(' ').unwrap();
        match (method, request.contains("/x/")) {
            ("GET", _) => Answer::failure(404, "NotFound", "no such pod"),
            (_, true) => Answer::failure(403, "Forbidden", "not in x"),
            _ => Answer::json(pod("b", 1)),
        }
    })
    .await;
    let file = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: x}\n---\n\
                apiVersion: v1\nkind: Pod\nmetadata: {name: b}\n";
    let outcome = server.workplace().run_with_input("apply -f -", file).await;
    outcome.fails(5, "standard input:1: not in x (Forbidden, 403)", "role");
    assert_eq!(outcome.stdout, "pod/b created\n");
}

#[tokio::test]
async fn a_namespace_that_contradicts_the_command_line_is_refused() {
    let server = Server::start(|request| panic!("asked for {request}")).await;
    let file = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: x}\n";
    let place = server.workplace();
    let outcome = place.run_with_input("apply -n y -f -", file).await;
    outcome.fails(
        8,
        r#"the namespace from the provided object "x" does not match the namespace "y""#,
        "--namespace=x",
    );
}

#[tokio::test]
async fn an_empty_namespace_on_the_command_line_contradicts_nothing() {
    let server = Server::start(|_| Answer::json(pod("a", 7))).await;
    let file = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: x}\n";
    let place = server.workplace();
    let outcome = place.run_with_input("apply --namespace= -f -", file).await;
    outcome.prints("pod/a unchanged\n");
    assert_eq!(server.seen()[0], "GET /api/v1/namespaces/x/pods/a");
}

#[tokio::test]
async fn deleting_waits_for_the_end() {
    let reads = AtomicUsize::new(0);
    let server = Server::start(move |request| {
        if request.starts_with("DELETE") {
            return Answer::json(pod("a", 2));
        }
        if request.contains("watch=true") {
            return Answer::events([event("MODIFIED", "a", 4), event("DELETED", "a", 5)]);
        }
        match reads.fetch_add(1, Ordering::SeqCst) {
            0 => Answer::json(pod("a", 3)),
            _ => Answer::failure(404, "NotFound", "gone"),
        }
    })
    .await;
    let outcome = server.workplace().run("delete pod a").await;
    outcome.prints("pod \"a\" deleted from default namespace\n");
    let path = "/api/v1/namespaces/default/pods";
    assert_eq!(
        server.seen(),
        [
            format!("DELETE {path}/a"),
            format!("GET {path}/a"),
            format!("GET {path}?fieldSelector=metadata.name%3Da&resourceVersion=3&watch=true"),
            format!("GET {path}/a"),
        ]
    );
}

#[tokio::test]
async fn another_object_of_the_name_is_not_waited_for() {
    let server = Server::start(|request| match request.starts_with("DELETE") {
        true => Answer::json(
            r#"{"kind":"Status","apiVersion":"v1","status":"Success","details":{"name":"a","uid":"another"}}"#,
        ),
        false => Answer::json(pod("a", 3)),
    })
    .await;
    let place = server.workplace();
    let outcome = place.run("delete pod/a").await;
    outcome.prints("pod \"a\" deleted from default namespace\n");
    assert_eq!(server.seen().len(), 2);
    place.run("delete pod/a --wait=false").await;
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn what_is_selected_is_deleted_where_it_is() {
    let server = Server::start(|request| match request.starts_with("DELETE") {
        true => Answer::json(pod("a", 2)),
        false => Answer::json(table(5, "", &[("a", 1), ("b", 1)])),
    })
    .await;
    let place = server.workplace();
    let outcome = place.run("delete pods -A -l app=web --wait=false").await;
    outcome.prints(
        "pod \"a\" deleted from default namespace\npod \"b\" deleted from default namespace\n",
    );
    assert_eq!(
        server.seen()[1..],
        [
            "DELETE /api/v1/namespaces/default/pods/a",
            "DELETE /api/v1/namespaces/default/pods/b"
        ]
    );
}

#[tokio::test]
async fn what_does_not_exist_cannot_be_deleted_unless_that_is_fine() {
    let server = Server::start(|_| Answer::failure(404, "NotFound", "no such pod")).await;
    let place = server.workplace();
    place.run("delete pod a").await.fails(6, "no such pod", "");
    place
        .run("delete pod a --ignore-not-found")
        .await
        .prints("");
}
