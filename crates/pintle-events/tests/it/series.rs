//! Events of `events.k8s.io` that come again.

use std::time::Duration;

use pintle_api::events::v1::Event;
use pintle_env::{Clock as _, ManualClock};
use pintle_events::{Key, Series};

struct Test {
    clock: ManualClock,
    series: Series,
}

impl Test {
    fn new() -> Self {
        Self {
            clock: ManualClock::new(),
            series: Series::new(),
        }
    }

    fn happens(&mut self, object: &str) -> Option<(Key, Event)> {
        let mut event = Event {
            reason: "Reason".into(),
            note: format!("at {:?}", self.clock.now()).into(),
            ..Event::default()
        };
        event.metadata.name = format!("{object}.{:?}", self.clock.now()).into();
        event.regarding.name = object.into();
        event.regarding.resource_version = format!("{:?}", self.clock.now()).into();
        let (now, date) = (self.clock.now(), self.clock.timestamp());
        self.series.observe(event, now, date)
    }

    /// Happens and is written at once; how often it has happened by what is written.
    fn written(&mut self, object: &str) -> Option<i32> {
        let (key, event) = self.happens(object)?;
        let name = event.metadata.name.clone();
        assert!(self.series.written(&key, Some(&name)).is_none());
        Some(count(&event))
    }

    fn minutes(&mut self, minutes: u64) -> Vec<(Key, Event)> {
        self.clock.advance(Duration::from_secs(60 * minutes));
        self.series.tick(self.clock.now())
    }
}

fn count(event: &Event) -> i32 {
    event.series.as_ref().map_or(1, |series| series.count)
}

// claims: events.series
#[test]
fn the_second_time_makes_a_series_and_further_ones_are_counted() {
    let mut test = Test::new();
    assert_eq!(test.written("a"), Some(1));
    assert_eq!(test.written("b"), Some(1));
    assert_eq!(test.written("a"), Some(2));
    assert_eq!(test.written("a"), None);
    assert_eq!(test.written("a"), None);
    assert_eq!(test.series.len(), 2);
}

// claims: events.finish
#[test]
fn a_series_that_is_over_is_written_and_forgotten_after_six_minutes() {
    let mut test = Test::new();
    for object in ["series", "series", "series", "once"] {
        test.written(object);
    }
    assert_eq!(
        test.series.next_deadline(),
        Some(test.clock.now() + Duration::from_secs(360))
    );
    assert!(
        test.minutes(6).is_empty(),
        "six minutes are not more than six"
    );
    test.written("goes on");
    let finished = test.minutes(6);
    assert_eq!(finished.len(), 1, "what came once needs no last word");
    let (key, event) = &finished[0];
    assert_eq!((count(event), &*event.regarding.name), (3, "series"));
    assert_eq!(
        event
            .series
            .as_ref()
            .unwrap()
            .last_observed_time
            .to_string(),
        "2026-01-01T00:00:00.000000Z"
    );
    assert!(test.series.written(key, None).is_none());
    assert_eq!(test.series.len(), 1);
    assert_eq!(test.written("series"), Some(1), "it begins anew");
    test.minutes(6);
    test.minutes(6);
    test.minutes(6);
    assert!(test.series.is_empty());
    assert_eq!(test.series.next_deadline(), None);
}

// claims: events.refresh
#[test]
fn a_series_that_goes_on_is_written_every_half_hour() {
    let mut test = Test::new();
    test.written("a");
    let mut refreshed = Vec::new();
    for minute in 1..=95 {
        test.written("a");
        for (key, event) in test.minutes(1) {
            refreshed.push((minute, count(&event)));
            assert!(test.series.written(&key, Some("x")).is_none());
        }
    }
    assert_eq!(refreshed, [(30, 31), (60, 61), (90, 91)]);
}

// claims: events.order
#[test]
fn of_an_event_one_write_is_on_its_way_at_a_time() {
    let mut test = Test::new();
    let (key, event) = test.happens("a").unwrap();
    assert_eq!(count(&event), 1);
    assert!(test.happens("a").is_none());
    assert!(test.happens("a").is_none());
    let event = test
        .series
        .written(&key, Some("name on the server"))
        .unwrap();
    assert_eq!(count(&event), 3);
    assert_eq!(event.metadata.name, "name on the server");
    assert!(test.series.written(&key, None).is_none());
    // The last count waits for the write before it.
    let (key, _) = test.happens("b").unwrap();
    test.happens("b");
    let mut last = test.series.end();
    assert_eq!(last.len(), 1, "a alone");
    let (a, _) = last.pop().unwrap();
    assert_eq!(count(&test.series.written(&key, None).unwrap()), 2);
    assert!(test.series.written(&key, None).is_none());
    assert!(test.series.written(&a, None).is_none());
    assert!(test.series.is_empty());
}

// claims: events.isomorphic
#[test]
fn events_are_the_same_whatever_their_note_and_version() {
    let mut test = Test::new();
    test.written("a");
    test.minutes(1);
    assert_eq!(test.written("a"), Some(2));
    let (now, date) = (test.clock.now(), test.clock.timestamp());
    let mut other = Event::default();
    other.regarding.name = "a".into();
    other.reason = "Reason".into();
    other.type_ = "Warning".into();
    assert!(
        test.series.observe(other, now, date).is_some(),
        "another type"
    );
}

// claims: events.finish, events.refresh
#[test]
fn a_series_that_is_over_when_all_are_written_is_written_once() {
    let mut test = Test::new();
    for minute in 0..30 {
        test.written("goes on");
        if minute == 23 {
            test.written("is over");
            test.written("is over");
        }
        if minute < 29 {
            assert!(test.minutes(1).is_empty(), "{minute}");
        }
    }
    // The half hour, and the fifth time that six minutes have passed.
    let mut counts = Vec::new();
    for (key, event) in test.minutes(1) {
        counts.push((event.regarding.name.to_string(), count(&event)));
        assert!(test.series.written(&key, None).is_none());
    }
    counts.sort();
    assert_eq!(
        counts,
        [("goes on".to_owned(), 30), ("is over".to_owned(), 2)]
    );
    assert_eq!(test.series.len(), 1);
}

#[test]
fn a_series_that_comes_again_while_its_end_is_written_is_not_forgotten() {
    let mut test = Test::new();
    test.written("a");
    test.written("a");
    test.minutes(6);
    let over = test.minutes(6);
    assert_eq!(over.len(), 1);
    assert!(test.happens("a").is_none());
    assert!(test.series.written(&over[0].0, None).is_none());
    assert!(!test.series.is_empty());
    assert_eq!(test.written("a"), None, "it is counted");
}

// claims: events.series
#[test]
fn when_a_series_last_came_is_said_in_microseconds() {
    let mut test = Test::new();
    test.written("a");
    test.clock.advance(Duration::from_nanos(1_234_567));
    let (key, event) = test.happens("a").unwrap();
    let last = |event: &Event| {
        event
            .series
            .as_ref()
            .unwrap()
            .last_observed_time
            .to_string()
    };
    assert_eq!(last(&event), "2026-01-01T00:00:00.001234Z");
    test.clock.advance(Duration::from_micros(1));
    test.happens("a");
    let mut end = test.series.end();
    assert!(end.is_empty(), "a write is on its way");
    end.extend(test.series.written(&key, None).map(|event| (key, event)));
    assert_eq!(last(&end[0].1), "2026-01-01T00:00:00.001235Z");
}

// claims: events.order
#[test]
fn a_series_goes_by_the_name_that_the_server_gave_it_if_it_did() {
    let mut test = Test::new();
    let (key, event) = test.happens("a").unwrap();
    for name in [None, Some("")] {
        assert!(test.series.written(&key, name).is_none());
    }
    let (_, series) = test.happens("a").unwrap();
    assert_eq!(series.metadata.name, event.metadata.name);
}
