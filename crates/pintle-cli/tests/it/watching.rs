//! `watch`, on servers that make it hard.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::server::{Answer, Server, event, pod, table};

/// A server whose list is `list`, and whose watches are the answers in turn; the last one stays.
async fn server(list: String, watches: Vec<fn() -> Answer>) -> Server {
    let next = AtomicUsize::new(0);
    Server::start(move |request| {
        if !request.contains("watch=true") {
            return Answer::json(list.clone());
        }
        let watch = next.fetch_add(1, Ordering::SeqCst).min(watches.len() - 1);
        watches[watch]()
    })
    .await
}

fn watches_seen(server: &Server) -> Vec<String> {
    let requests = server.seen().into_iter();
    let watches = requests.filter(|request| request.contains("watch=true"));
    let versions = watches.filter_map(|request| {
        let (_, version) = request.split_once("resourceVersion=")?;
        Some(version.split('&').next()?.to_owned())
    });
    versions.collect()
}

#[tokio::test]
async fn begins_with_what_there_is_and_goes_on_where_the_server_stopped() {
    let server = server(
        table(5, "", &[("a", 3), ("a-longer-name", 4)]),
        vec![
            || {
                Answer::events([
                    event("MODIFIED", "a", 6),
                    r#"{"type":"BOOKMARK","object":{"kind":"Table","metadata":{"resourceVersion":"8"},"rows":[{"cells":["",""],"object":{"metadata":{"resourceVersion":"8"}}}]}}"#.to_owned(),
                ])
            },
            || Answer::events([event("DELETED", "a", 9)]).then_silence(),
        ],
    )
    .await;
    let place = server.workplace();
    let mut watch = place.start("watch pods");
    for line in [
        "ADDED      default/a               Running",
        "ADDED      default/a-longer-name   Running",
        "MODIFIED   default/a               Running",
        "DELETED    default/a               Running",
    ] {
        assert_eq!(watch.line().await, line);
    }
    assert_eq!(watches_seen(&server), ["5", "8"]);
}

#[tokio::test]
async fn an_expired_version_is_said_and_what_the_gap_hid_is_shown() {
    for in_stream in [true, false] {
        let lists = AtomicUsize::new(0);
        let watches = AtomicUsize::new(0);
        let server = Server::start(move |request| {
            if !request.contains("watch=true") {
                return Answer::json(match lists.fetch_add(1, Ordering::SeqCst) {
                    0 => table(5, "", &[("changes", 1), ("goes", 2), ("stays", 3)]),
                    _ => table(9, "", &[("changes", 7), ("comes", 8), ("stays", 3)]),
                });
            }
            match (watches.fetch_add(1, Ordering::SeqCst), in_stream) {
                (0, true) => Answer::events([
                    r#"{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure","code":410,"reason":"Expired","message":"too old resource version"}}"#,
                ]),
                (0, false) => Answer::failure(410, "Expired", "too old resource version"),
                _ => Answer::events([event("DELETED", "stays", 10)]).cut(),
            }
        })
        .await;
        let outcome = server
            .workplace()
            .run("watch pods -o name --retries 1")
            .await;
        assert_eq!(
            outcome.stdout,
            "ADDED pod/changes\nADDED pod/goes\nADDED pod/stays\n\
             MODIFIED pod/changes\nADDED pod/comes\nDELETED pod/goes\n\
             DELETED pod/stays\n",
            "{outcome:?}"
        );
        let warning = "warning: too old resource version (Expired, 410); listing again";
        assert_eq!(outcome.stderr.lines().next(), Some(warning));
    }
}

#[tokio::test]
async fn a_lost_connection_is_tried_again_and_not_for_ever() {
    let server = server(
        table(5, "", &[]),
        vec![|| Answer::events([event("ADDED", "a", 6)]).cut(), || {
            Answer::events([String::new()]).cut()
        }],
    )
    .await;
    let outcome = server.workplace().run("watch pods --retries 1").await;
    outcome.fails(4, "ended before the response was complete", "try again");
    assert!(outcome.stderr.starts_with("warning: "), "{outcome:?}");
    // What came on the way counts as a success, after which there is patience anew.
    assert_eq!(watches_seen(&server), ["5", "6"]);
}

#[tokio::test]
async fn a_server_that_ends_every_watch_at_once_is_not_asked_for_ever() {
    let server = server(table(5, "", &[]), vec![|| Answer::events([String::new()])]).await;
    let outcome = server.workplace().run("watch pods --retries 2").await;
    outcome.fails(4, "ended the watch as soon as it began", "log");
    assert_eq!(watches_seen(&server), ["5", "5", "5"]);
}

#[tokio::test]
async fn an_error_event_ends_the_watch_with_its_code() {
    let server = server(
        table(5, "", &[]),
        vec![|| {
            Answer::events([
                r#"{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure","code":403,"reason":"Forbidden","message":"no longer"}}"#,
            ])
        }],
    )
    .await;
    let outcome = server.workplace().run("watch pods").await;
    outcome.fails(5, "no longer (Forbidden, 403)", "role");
}

#[tokio::test]
async fn a_closed_pipe_ends_it_quietly() {
    let server = Server::start(|request| match request.contains("watch=true") {
        false => Answer::json(table(5, "", &[("a", 1)])),
        true => Answer::events((0..100_000).map(|n| event("MODIFIED", "a", n))),
    })
    .await;
    let place = server.workplace();
    let mut watch = place.start("watch pods");
    assert_eq!(watch.words().await, "ADDED default/a Running");
    watch.close_stdout();
    let outcome = watch.end().await;
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
}

#[tokio::test]
async fn events_are_whole_objects_in_json() {
    let list = format!(
        r#"{{"kind":"PodList","apiVersion":"v1","metadata":{{"resourceVersion":"5"}},"items":[{}]}}"#,
        pod("a", 1)
    );
    let server = server(
        list,
        vec![|| {
            let object = pod("b", 6);
            Answer::events([format!(r#"{{"type":"ADDED","object":{object}}}"#)]).then_silence()
        }],
    )
    .await;
    let place = server.workplace();
    let mut watch = place.start("watch pods -o json");
    for (name, version) in [("a", 1), ("b", 6)] {
        assert_eq!(
            watch.line().await,
            format!(
                r#"{{"object":{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{name}","namespace":"default","resourceVersion":"{version}","uid":"uid-{name}"}}}},"type":"ADDED"}}"#
            )
        );
    }
}

#[tokio::test]
async fn one_object_is_watched_by_its_name() {
    let server = server(
        table(5, "", &[]),
        vec![|| Answer::events([event("ADDED", "a", 6)]).then_silence()],
    )
    .await;
    let place = server.workplace();
    let mut watch = place.start("watch pod/a");
    assert_eq!(watch.words().await, "ADDED default/a Running");
    for request in server.seen() {
        assert!(
            request.contains("fieldSelector=metadata.name%3Da"),
            "{request}"
        );
    }
}
