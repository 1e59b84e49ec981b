//! Answers that no API server gives, and that informers get all the same.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Frame;
use pintle_api::core::v1::Secret;
use pintle_cache::{InformerFactory, ReflectorOptions};
use pintle_client::{Client, ContentConfig};
use pintle_env::{ManualClock, SeededRandom};
use pintle_meta::{GroupVersion, Metadata};
use pintle_transport::{Body, Transport};

use crate::support::Told;

/// A body that is there at once, and then ends or does not.
struct Script {
    pieces: VecDeque<Bytes>,
    ends: bool,
}

impl http_body::Body for Script {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        match (self.pieces.pop_front(), self.ends) {
            (Some(piece), _) => Poll::Ready(Some(Ok(Frame::data(piece)))),
            (None, true) => Poll::Ready(None),
            (None, false) => Poll::Pending,
        }
    }
}

/// A factory of informers of a server that answers lists and watches with what comes next of each.
/// Where nothing comes, lists are not answered, and watches send nothing. A list that breaks off goes
/// silent.
fn factory(lists: &[&str], watches: &[&str], problems: &Told) -> (InformerFactory, ManualClock) {
    let owned = |answers: &[&str]| {
        let answers: VecDeque<String> = answers.iter().map(|it| (*it).to_owned()).collect();
        Arc::new(Mutex::new(answers))
    };
    let (lists, watches) = (owned(lists), owned(watches));
    let service = tower::service_fn(move |request: Request<Body>| {
        let query = request.uri().query().unwrap_or_default();
        let is_watch = query.contains("watch=true");
        let from = if is_watch { &watches } else { &lists };
        let answer = from.lock().unwrap().pop_front();
        async move {
            if answer.is_none() && !is_watch {
                std::future::pending::<()>().await;
            }
            let is_whole = answer.as_ref().is_some_and(|it| it.ends_with("]}"));
            let script = Script {
                pieces: answer.map(Bytes::from).into_iter().collect(),
                ends: !is_watch && is_whole,
            };
            let response = Response::builder().header("content-type", "application/json");
            Ok::<_, pintle_transport::Error>(response.body(script).unwrap())
        }
    });
    let client = Client::from_transport(Transport::from_service(service), "default");
    let (clock, noted) = (ManualClock::new(), problems.clone());
    let factory = InformerFactory::builder(client.content(ContentConfig::json()))
        .time(Arc::new(clock.clone()), Arc::new(SeededRandom::new(1)))
        .reflector(ReflectorOptions::new().watch_list(false))
        .on_problem(move |report| noted.push(report.to_string()))
        .sync_timeout(Duration::from_secs(30))
        .build();
    (factory, clock)
}

fn list(version: u32, items: &[&str]) -> String {
    format!(
        r#"{{"kind":"SecretList","apiVersion":"v1","metadata":{{"resourceVersion":"{version}"}},"items":[{}]}}"#,
        items.join(",")
    )
}

fn item(name: &str, version: u32) -> String {
    format!(
        r#"{{"metadata":{{"name":"{name}","namespace":"n","uid":"{name}","resourceVersion":"{version}"}}}}"#
    )
}

/// Its version is not a text, which it has to be.
fn unreadable(name: &str) -> String {
    format!(r#"{{"metadata":{{"name":"{name}","namespace":"n","resourceVersion":7}}}}"#)
}

fn gone() -> String {
    r#"{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Expired","code":410}}"#.to_owned()
}

fn event(kind: &str, object: &str) -> String {
    format!(r#"{{"type":"{kind}","object":{object}}}"#)
}

async fn until(clock: &ManualClock, what: &str, holds: impl Fn() -> bool) {
    for _ in 0..5_000 {
        if holds() {
            return;
        }
        clock.advance(Duration::from_millis(20));
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("it does not come to pass that {what}");
}

fn said(objects: impl Iterator<Item = impl Metadata>) -> Vec<String> {
    objects
        .map(|it| format!("{}@{}", it.name(), it.resource_version()))
        .collect()
}

// claims: cache.reflector.unreadable-item, defects.one-bad-object
#[tokio::test]
async fn an_object_that_cannot_be_read_stays_as_it_was_last_read() {
    let problems = Told::default();
    let (a, b, c) = (item("a", 1), item("b", 2), item("c", 3));
    let (factory, clock) = factory(
        &[
            &list(5, &[&a, &b, &c]),
            // c is gone, and b is there in whatever version.
            &list(9, &[&item("a", 8), &unreadable("b")]),
        ],
        &[
            &[
                event("MODIFIED", &unreadable("a")),
                event("MODIFIED", &item("c", 6)),
                gone(),
            ]
            .concat(),
            &event("ADDED", &item("d", 10)),
        ],
        &problems,
    );
    let secrets = factory.informer::<Secret>();
    let told = Told::default();
    let _handle = secrets.add_handler(told.handler()).unwrap();
    factory.start();
    let held = || said(secrets.snapshot().iter());
    until(&clock, "d came", || held() == ["a@8", "b@2", "d@10"]).await;
    until(&clock, "it is told", || told.has("added d")).await;
    assert_eq!(
        told.all(),
        [
            "initial a",
            "initial b",
            "initial c",
            "updated c",
            "missed c",
            "updated a",
            "added d"
        ]
    );
    let problems = problems.all();
    assert!(problems[0].starts_with("secrets: n/a: "), "{problems:?}");
    assert!(
        problems.iter().any(|it| it.starts_with("secrets: n/b: ")),
        "{problems:?}"
    );
}

// claims: cache.reflector.unreadable-deletion
#[tokio::test]
async fn a_deletion_that_cannot_be_read_is_told_with_what_was_known() {
    let problems = Told::default();
    let (factory, clock) = factory(
        &[
            &list(5, &[&item("a", 1), &item("b", 2), &item("c", 3)]),
            &list(9, &[&item("c", 3)]),
        ],
        &[
            &[
                event("DELETED", &unreadable("a")),
                // It may be any, so that all are listed.
                event("DELETED", r#"{"metadata":{"name":7}}"#),
            ]
            .concat(),
            &event("ADDED", &item("d", 10)),
        ],
        &problems,
    );
    let secrets = factory.informer::<Secret>();
    let told = Told::default();
    let _handle = secrets.add_handler(told.handler()).unwrap();
    factory.start();
    until(&clock, "it is told", || told.has("added d")).await;
    let news = told.all().split_off(3);
    assert_eq!(news, ["missed a", "missed b", "added d"]);
    assert_eq!(said(secrets.snapshot().iter()), ["c@3", "d@10"]);
    assert_eq!(problems.all().len(), 2, "{:?}", problems.all());
}

// claims: cache.reflector.unreadable-item
#[tokio::test]
async fn a_list_with_an_object_without_a_name_is_made_again() {
    let problems = Told::default();
    let (factory, clock) = factory(
        &[
            &list(5, &[&item("a", 1), &item("b", 2)]),
            &list(8, &[&item("a", 1), r#"{"metadata":7}"#]),
            &list(9, &[&item("a", 1)]),
        ],
        &[&gone()],
        &problems,
    );
    let secrets = factory.informer::<Secret>();
    let told = Told::default();
    let _handle = secrets.add_handler(told.handler()).unwrap();
    factory.start();
    until(&clock, "b is gone", || told.has("missed b")).await;
    assert_eq!(told.all(), ["initial a", "initial b", "missed b"]);
    assert_eq!(secrets.snapshot().resource_version().as_str(), "9");
}

// claims: cache.reflector.table
#[tokio::test]
async fn a_table_is_no_list() {
    let problems = Told::default();
    let table = r#"{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":"8"},"rows":[]}"#;
    let whole = |name, version| {
        item(name, version).replacen('{', r#"{"kind":"Secret","apiVersion":"v1","#, 1)
    };
    let (factory, clock) = factory(
        &[
            &list(5, &[&whole("a", 1)]),
            table,
            &list(9, &[&whole("a", 7)]),
        ],
        &[&gone()],
        &problems,
    );
    let resource = GroupVersion::core("v1").with_resource("secrets");
    let secrets = factory.for_resource(&resource);
    let mut events = secrets.events().unwrap();
    factory.start();
    until(&clock, "it lists again", || {
        said(secrets.snapshot().iter()) == ["a@7"]
    })
    .await;
    assert!(
        problems.all().iter().any(|it| it.contains("Table")),
        "{:?}",
        problems.all()
    );
    let mut kinds = Vec::new();
    for _ in 0..3 {
        kinds.push(
            match tokio::time::timeout(Duration::from_secs(30), events.next())
                .await
                .unwrap()
                .unwrap()
            {
                pintle_cache::Event::Added { .. } => "added",
                pintle_cache::Event::Updated { .. } => "updated",
                pintle_cache::Event::Deleted(_) => "deleted",
                _ => "synced",
            },
        );
    }
    assert_eq!(kinds, ["added", "synced", "updated"], "nothing was deleted");
}

// claims: cache.factory.sync
#[tokio::test]
async fn who_waits_is_told_how_many_objects_have_come() {
    let whole = list(5, &[&item("a", 1), &item("b", 2), &item("c", 3)]);
    let (half, _) = whole.split_at(whole.find(&item("c", 3)).unwrap());
    for (answer, last) in [(half, "secrets: 2, false"), (&whole, "secrets: 3, true")] {
        let (factory, clock) = factory(&[answer], &[], &Told::default());
        let _secrets = factory.informer::<Secret>();
        factory.start();
        let told = Told::default();
        let waited = factory.wait_for_sync_with(Duration::from_secs(1), |states| {
            for state in states {
                let (informer, objects) = (&state.informer, state.objects);
                told.push(format!("{informer}: {objects}, {}", state.is_synced));
            }
        });
        let outcome = tokio::select! {
            outcome = waited => outcome,
            () = until(&clock, "the wait ends", || false) => unreachable!("it panics in the end"),
        };
        assert_eq!(told.last().as_deref(), Some(last));
        match outcome {
            Ok(()) => assert_eq!(answer, whole),
            Err(error) => assert_eq!(
                error.to_string(),
                "not synced within 30s; secrets is not complete, 2 objects have come"
            ),
        }
    }
}
