//! Waiting for something to happen, against a server that is a script.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use pintle_api::core::v1::{Pod, PodPhase};
use pintle_client::{
    Client, ContentConfig, ErrorKind, RetryWatcher, await_condition, conditions, until,
};
use pintle_meta::v1::ListOptions;
use pintle_meta::{GroupVersion, Unstructured, WatchEvent};

use crate::{Seen, answering, json, lines, refusal};

/// A client of a server that gives these answers one after the other.
fn script(answers: impl IntoIterator<Item = Response<Bytes>>) -> (Client, Arc<Mutex<Vec<Seen>>>) {
    let answers = Mutex::new(answers.into_iter().collect::<VecDeque<_>>());
    let (client, seen) = answering(move |_| answers.lock().unwrap().pop_front().unwrap());
    (client.content(ContentConfig::json()), seen)
}

fn pod(version: &str, phase: &str) -> String {
    format!(
        r#"{{"kind":"Pod","apiVersion":"v1","metadata":{{"name":"web-0","uid":"u-1","resourceVersion":"{version}"}},"status":{{"phase":"{phase}"}}}}"#
    )
}

fn list(version: &str, items: &str) -> Response<Bytes> {
    let body = format!(
        r#"{{"kind":"PodList","apiVersion":"v1","metadata":{{"resourceVersion":"{version}"}},"items":[{items}]}}"#
    );
    json(200, &body)
}

fn events(events: &[(&str, String)]) -> Response<Bytes> {
    let events = events
        .iter()
        .map(|(type_, object)| format!(r#"{{"type":"{type_}","object":{object}}}"#));
    json(200, &events.collect::<String>())
}

fn is_running(pod: Option<&Pod>) -> bool {
    pod.is_some_and(|pod| pod.status.phase == PodPhase::RUNNING)
}

const SELECTED: &str = "fieldSelector=metadata.name%3Dweb-0";

// claims: watch.until
#[tokio::test(start_paused = true)]
async fn a_wait_ends_with_the_state_that_was_waited_for() {
    let (client, seen) = script([
        list("5", &pod("4", "Pending")),
        events(&[
            ("MODIFIED", pod("6", "Pending")),
            ("MODIFIED", pod("7", "Running")),
        ]),
    ]);
    let pods = client.api::<Pod>().namespace("team-a");
    let pod = await_condition(&pods, "web-0", is_running)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(pod.metadata.resource_version, "7");
    let base = "GET /api/v1/namespaces/team-a/pods?";
    let seen = lines(&seen);
    assert_eq!(seen[0], format!("{base}{SELECTED}"));
    assert!(
        seen[1].contains("resourceVersion=5") && seen[1].contains("watch=true"),
        "{}",
        seen[1]
    );
    assert!(seen[1].contains(SELECTED) && seen[1].contains("allowWatchBookmarks=true"));
}

// claims: watch.until
#[tokio::test(start_paused = true)]
async fn what_holds_already_is_not_watched_for() {
    let (client, seen) = script([list("5", &pod("4", "Running")), list("6", "")]);
    let pods = client.api::<Pod>().namespace("team-a");
    assert!(
        await_condition(&pods, "web-0", conditions::exists())
            .await
            .unwrap()
            .is_some()
    );
    let gone = await_condition(&pods, "web-0", conditions::is_deleted("u-1"))
        .await
        .unwrap();
    assert!(gone.is_none());
    assert_eq!(lines(&seen).len(), 2);
}

// claims: watch.until
#[tokio::test(start_paused = true)]
async fn an_object_is_gone_when_it_is_deleted_or_replaced_by_another() {
    let (client, _) = script([
        list("5", &pod("4", "Running")),
        events(&[
            ("MODIFIED", pod("6", "Running")),
            ("DELETED", pod("7", "Running")),
        ]),
        list("9", &pod("8", "Running").replace("u-1", "u-2")),
    ]);
    let pods = client.api::<Pod>().namespace("team-a");
    let wait = await_condition(&pods, "web-0", conditions::is_deleted("u-1"));
    assert!(wait.await.unwrap().is_none());
    let wait = await_condition(&pods, "web-0", conditions::is_deleted("u-1"));
    assert_eq!(wait.await.unwrap().unwrap().metadata.uid, "u-2");
}

#[tokio::test(start_paused = true)]
async fn conditions_are_waited_for_on_objects_of_any_type() {
    let widget = |version: &str, status: &str| {
        format!(
            r#"{{"kind":"Widget","apiVersion":"example.com/v1","metadata":{{"name":"w","resourceVersion":"{version}"}},"status":{{"conditions":[{{"type":"Ready","status":"{status}"}}]}}}}"#
        )
    };
    let (client, _) = script([
        list("5", &widget("4", "False")),
        events(&[("MODIFIED", widget("6", "True"))]),
    ]);
    let widgets = pintle_client::DynamicClient::new(&client)
        .namespaced(&GroupVersion::new("example.com", "v1").with_resource("widgets"))
        .namespace("team-a");
    let ready = conditions::has_condition("Ready", "True");
    let widget: Unstructured = await_condition(&widgets, "w", ready)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(widget.kind(), "Widget");
}

// claims: watch.until
#[tokio::test(start_paused = true)]
async fn a_version_that_is_forgotten_is_listed_again() {
    let gone = refusal(410, "Expired");
    let (client, seen) = script([list("5", ""), gone, list("50", &pod("40", "Running"))]);
    let pods = client.api::<Pod>().namespace("team-a");
    let pod = await_condition(&pods, "web-0", is_running)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(pod.metadata.resource_version, "40");
    assert_eq!(lines(&seen).len(), 3);
    let (client, _) = script([list("5", ""), refusal(403, "Forbidden")]);
    let pods = client.api::<Pod>().namespace("team-a");
    let error = await_condition(&pods, "web-0", is_running)
        .await
        .unwrap_err();
    assert!(error.is_forbidden());
}

// claims: watch.retry.gap, watch.retry.bookmarks, watch.retry.terminal
#[tokio::test(start_paused = true)]
async fn a_watch_goes_on_from_where_it_was_at_most_once_a_second() {
    #[expect(
        clippy::disallowed_methods,
        reason = "the time of the test is simulated"
    )]
    let start = tokio::time::Instant::now();
    let bookmark = r#"{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"20"}}"#;
    let busy = r#"{"kind":"Status","apiVersion":"v1","status":"Failure","code":429,"details":{"retryAfterSeconds":5}}"#;
    let (client, seen) = script([
        events(&[
            ("ADDED", pod("8", "Pending")),
            ("BOOKMARK", bookmark.to_owned()),
        ]),
        refusal(500, "InternalError"),
        events(&[("ERROR", busy.to_owned())]),
        events(&[("MODIFIED", pod("21", "Running"))]),
        events(&[]),
        refusal(410, "Gone"),
    ]);
    let pods = client.api::<Pod>().namespace("team-a");
    let mut watch = RetryWatcher::new(pods, "7", ListOptions::new()).unwrap();
    assert!(matches!(watch.next().await.unwrap(), WatchEvent::Added(_)));
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert!(matches!(
        watch.next().await.unwrap(),
        WatchEvent::Modified(_)
    ));
    // One second after the first, one after the second; the third asked for five.
    assert_eq!(start.elapsed().as_secs(), 7);
    assert_eq!(watch.version(), "21");
    let error = watch.next().await.unwrap_err();
    assert!(error.is_gone());
    let versions: Vec<_> = lines(&seen)
        .iter()
        .map(|line| {
            let at = line.find("resourceVersion=").unwrap();
            line[at + 16..].split('&').next().unwrap().to_owned()
        })
        .collect();
    assert_eq!(versions, ["7", "20", "20", "20", "21", "21"]);
    assert_eq!(start.elapsed().as_secs(), 9);
}

// claims: watch.retry.versions
#[test]
fn a_watch_needs_a_version_to_go_on_from() {
    let (client, _) = script([]);
    for version in ["", "0"] {
        let pods = client.api::<Pod>().namespace("team-a");
        let error = RetryWatcher::new(pods, version, ListOptions::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Misuse);
    }
}

#[tokio::test(start_paused = true)]
async fn an_object_that_cannot_be_read_does_not_end_a_watch() {
    let (client, _) = script([events(&[
        (
            "ADDED",
            r#"{"kind":"Pod","apiVersion":"v1","metadata":7}"#.to_owned(),
        ),
        ("ADDED", pod("8", "Pending")),
    ])]);
    let pods = client.api::<Pod>().namespace("team-a");
    let mut watch = RetryWatcher::new(pods, "7", ListOptions::new()).unwrap();
    assert_eq!(
        watch.next().await.unwrap_err().kind(),
        ErrorKind::InvalidObject
    );
    assert!(matches!(watch.next().await.unwrap(), WatchEvent::Added(_)));
}

// claims: watch.until
#[tokio::test(start_paused = true)]
async fn a_watch_ends_with_the_event_that_was_waited_for() {
    let (client, _) = script([
        events(&[("ADDED", pod("8", "Pending"))]),
        events(&[
            ("MODIFIED", pod("9", "Running")),
            ("DELETED", pod("10", "Running")),
        ]),
    ]);
    let pods = client.api::<Pod>().namespace("team-a");
    let event = until(pods, "7", ListOptions::new(), |event: &WatchEvent<Pod>| {
        Ok(matches!(event, WatchEvent::Deleted(_)))
    });
    assert_eq!(event.await.unwrap().type_name(), "DELETED");
}
