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

// claims: record.aggregate
#[test]
fn a_combined_event_says_of_what_and_by_whom_and_when() {
    let clock = ManualClock::new();
    let mut correlator = Correlator::new();
    let mut last = None;
    for n in 0..10 {
        clock.advance(Duration::from_secs(60));
        let mut event = event("web-0", "Warning", "Failed", &format!("message {n}"));
        event.metadata.namespace = "default".into();
        event.metadata.name = "web-0.1".into();
        event.first_timestamp = pintle_meta::Time::from_unix(1);
        last = Some(correlator.correlate(event, clock.now(), clock.timestamp()));
    }
    let Some(Correlated::Create(combined)) = last else {
        panic!("the tenth is created, and not {last:?}")
    };
    let one = event("web-0", "Warning", "Failed", "");
    assert_eq!(combined.involved_object, one.involved_object);
    assert_eq!((combined.type_, combined.reason), (one.type_, one.reason));
    assert_eq!(combined.source, one.source);
    assert_eq!(combined.reporting_component, one.reporting_component);
    assert_eq!(combined.reporting_instance, one.reporting_instance);
    assert_eq!(
        combined.message,
        "(combined from similar events): message 9"
    );
    assert_eq!(
        (combined.count, &*combined.metadata.namespace),
        (1, "default")
    );
    // It is another event than the last one, of now.
    assert!(
        combined.metadata.name.starts_with("web-0."),
        "{}",
        combined.metadata.name
    );
    assert_ne!(combined.metadata.name, "web-0.1");
    for time in [combined.first_timestamp, combined.last_timestamp] {
        assert_eq!(time.to_string(), "2026-01-01T00:10:00Z");
    }
}

// claims: record.aggregate
#[test]
fn messages_are_combined_that_come_within_ten_minutes_of_one_another() {
    for (pause, is_combined) in [(600, true), (601, false)] {
        let clock = ManualClock::new();
        let mut correlator = Correlator::new();
        let mut correlate = |n: u32| {
            let event = event("web-0", "Normal", "A", &format!("message {n}"));
            correlator.correlate(event, clock.now(), clock.timestamp())
        };
        for n in 0..9 {
            correlate(n);
        }
        clock.advance(Duration::from_secs(pause));
        let Correlated::Create(event) = correlate(9) else {
            panic!("it is new")
        };
        let says_so = event.message.starts_with("(combined from similar events)");
        assert_eq!(says_so, is_combined, "after {pause} s");
    }
}

// claims: record.count
#[test]
fn an_event_is_counted_under_its_first_name_and_time() {
    let clock = ManualClock::new();
    let mut correlator = Correlator::new();
    let mut correlate = |name: &str| {
        let mut event = event("web-0", "Normal", "A", "b");
        event.metadata.name = name.into();
        event.first_timestamp = pintle_meta::Time::from_unix(clock.timestamp().unix_seconds());
        clock.advance(Duration::from_secs(5));
        correlator.correlate(event, clock.now(), clock.timestamp())
    };
    assert!(matches!(correlate("first"), Correlated::Create(_)));
    let Correlated::Count(event) = correlate("second") else {
        panic!("it came before")
    };
    assert_eq!((event.count, &*event.metadata.name), (2, "first"));
    assert_eq!(event.first_timestamp.to_string(), "2026-01-01T00:00:00Z");
}
