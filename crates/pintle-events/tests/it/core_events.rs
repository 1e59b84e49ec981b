//! Core events, as client-go correlates them: `oracle/correlator.txt` is recorded from it
//! (`tools/events`).

use std::time::Duration;

use pintle_api::core::v1::{Event, EventSource, ObjectReference};
use pintle_env::{Clock as _, ManualClock};
use pintle_events::{Correlated, Correlator};

// claims: record.aggregate, record.count, record.spam
#[test]
fn events_are_combined_counted_and_left_out_as_by_client_go() {
    let clock = ManualClock::new();
    let mut correlator = Correlator::new();
    let recorded = include_str!("oracle/correlator.txt");
    assert!(recorded.lines().count() >= 4_000);
    for (n, line) in recorded.lines().enumerate() {
        let (came, expected) = line.split_once(" -> ").unwrap();
        let words: Vec<&str> = came.split(' ').collect();
        clock.advance(Duration::from_secs(words[0].parse().unwrap()));
        let event = event(words[1], words[2], words[3], words[4]);
        let became = match correlator.correlate(event, clock.now(), clock.timestamp()) {
            Correlated::Create(event) => {
                correlator.written(&event);
                format!("create {} {}", event.count, event.message)
            }
            Correlated::Count(event) => {
                correlator.written(&event);
                format!("count {} {}", event.count, event.message)
            }
            _ => "skip 0 -".to_owned(),
        };
        // Messages are recorded without blanks.
        let expected = expected.replace(
            "(combined_from_similar_events):_",
            "(combined from similar events): ",
        );
        assert_eq!(became, expected, "line {}: {came}", n + 1);
    }
}

fn event(object: &str, kind: &str, reason: &str, message: &str) -> Event {
    Event {
        involved_object: ObjectReference {
            kind: "Pod".into(),
            namespace: "default".into(),
            name: object.into(),
            uid: "uid".into(),
            api_version: "v1".into(),
            ..ObjectReference::default()
        },
        reason: reason.into(),
        message: message.into(),
        source: EventSource {
            component: "controller".into(),
            host: "controller".into(),
        },
        count: 1,
        type_: kind.into(),
        reporting_component: "controller".into(),
        reporting_instance: "controller".into(),
        ..Event::default()
    }
}

// claims: record.lru
#[test]
fn what_came_last_is_remembered_and_no_more() {
    let clock = ManualClock::new();
    let mut correlator = Correlator::new();
    let mut correlate = |object: &str| {
        let event = event(object, "Normal", "A", "b");
        correlator.correlate(event, clock.now(), clock.timestamp())
    };
    assert!(matches!(correlate("first"), Correlated::Create(_)));
    assert!(matches!(correlate("first"), Correlated::Count(_)));
    for n in 0..4_095 {
        correlate(&format!("pod-{n}"));
    }
    assert!(
        matches!(correlate("first"), Correlated::Count(_)),
        "one of 4,096"
    );
    for n in 0..4_096 {
        correlate(&format!("pod-{n}"));
    }
    assert!(
        matches!(correlate("first"), Correlated::Create(_)),
        "forgotten"
    );
}
